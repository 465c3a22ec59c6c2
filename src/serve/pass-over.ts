// The rest of a request that was refused: who is still sending when the connection ends hears no answer, but a broken pipe.

import { setTimeout as sleep } from 'node:timers/promises';

/** How long somebody may go on sending. */
const PATIENCE_MS = 10_000;

/** Takes what is still sent, and lets it go. @param most bytes that are taken @param body is left alone where somebody has read of it */
export async function passOver(body: ReadableStream<Uint8Array> | null, most: number): Promise<void> {
  if (body === null || body.locked) return;
  const reader = body.getReader();
  const over = new AbortController();
  const late = sleep(PATIENCE_MS, undefined, { signal: over.signal }).catch(() => undefined);
  try {
    for (let taken = 0; taken <= most; ) {
      const part = await Promise.race([reader.read(), late]);
      if (part === undefined || part.done) return;
      taken += part.value.length;
    }
  } catch {
    // They are gone.
  } finally {
    over.abort();
    reader.cancel().catch(() => undefined);
  }
}
