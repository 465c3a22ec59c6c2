// The demo generator: fetched once, and kept by the browser.

import { FacewrightError } from 'facewright/browser';

/** The file beside the page, and the SHA-256 of what it held when the page was built (tools/build-web.mjs). */
declare const DEMO_WEIGHTS: { readonly file: string; readonly sha256: string };

const CACHE = 'facewright-weights';

/**
 * The bytes of the demo generator.
 *
 * @param onShare told what share of it has come, 0 to 1
 * @throws FacewrightError when it cannot be fetched
 */
export async function demoWeights(onShare: (share: number) => void): Promise<Uint8Array> {
  // Another file gets another address: what was kept of an older page is not taken for it.
  const address = new URL(`${DEMO_WEIGHTS.file}?sha256=${DEMO_WEIGHTS.sha256}`, self.location.href).href;
  const cache = await openCache();
  const kept = await cache?.match(address);
  if (kept) return new Uint8Array(await kept.arrayBuffer());
  const bytes = await download(address, onShare);
  if (cache) await keep(cache, address, bytes);
  return bytes;
}

/** Nothing where the browser keeps nothing for pages, as in some private windows. */
async function openCache(): Promise<Cache | undefined> {
  try {
    return await caches.open(CACHE);
  } catch {
    return undefined;
  }
}

async function keep(cache: Cache, address: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  try {
    for (const old of await cache.keys()) await cache.delete(old);
    await cache.put(address, new Response(bytes));
  } catch {
    // There is no room for it: it is fetched again next time.
  }
}

async function download(address: string, onShare: (share: number) => void): Promise<Uint8Array<ArrayBuffer>> {
  const what = DEMO_WEIGHTS.file;
  const response = await fetch(address).catch((error: Error) => {
    throw new FacewrightError(`${what}: cannot be fetched (${error.message}); reload the page to try again`);
  });
  if (!response.ok || !response.body) {
    throw new FacewrightError(`${what}: the server answers ${response.status}; it belongs beside the page`);
  }
  // Absent where a server sends it compressed: then nobody knows how much there is to come.
  const length = Number(response.headers.get('content-length'));
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let come = 0;
  // Safari cannot iterate over a stream.
  const reader = response.body.getReader();
  for (let { done, value } = await reader.read(); !done && value; { done, value } = await reader.read()) {
    parts.push(value);
    come += value.length;
    if (length > 0) onShare(Math.min(come / length, 1));
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}
