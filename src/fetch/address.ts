/** Addresses: which can be fetched, how messages show them, and Google Drive's. */

import { FacewrightError } from '../errors.js';

/** Whether a text is meant as the address of something, however wrong. */
export function isAddress(text: string): boolean {
  return /^[a-z][a-z\d+.-]+:\/\//i.test(text);
}

/** @throws FacewrightError when it is no address of the web */
export function parseAddress(text: string): URL {
  const url = /^https?:\/\//i.test(text) && URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined) throw new FacewrightError(`${text}: is no address such as https://host/file.pkl`);
  return url;
}

/** Parameters that let somebody in. */
const SECRET = /token|secret|passw|credential|signature|^sig$|^key$|api-?_?key|^auth/i;

/** An address as it may be printed and kept: without name, password, secret parameters and fragment. */
export function shownAddress(url: URL): string {
  const shown = new URL(url);
  if (shown.username !== '' || shown.password !== '') {
    shown.username = '***';
    shown.password = '';
  }
  for (const name of new Set(shown.searchParams.keys())) {
    if (SECRET.test(name)) shown.searchParams.set(name, '***');
  }
  shown.hash = '';
  return shown.href;
}

/** The file that a Google Drive link is about: its id; undefined for other addresses. */
export function driveId(url: URL): string | undefined {
  if (!/^(?:drive|docs|drive\.usercontent)\.google\.com$/.test(url.hostname)) return undefined;
  const inPath = /^\/(?:a\/[^/]+\/)?file\/(?:u\/\d+\/)?d\/([\w-]+)/.exec(url.pathname)?.[1];
  const inQuery = /^\/(?:u\/\d+\/)?(?:uc|open|download)$/.test(url.pathname) ? url.searchParams.get('id') : null;
  return inPath ?? inQuery ?? undefined;
}

/** The address that answers with the file itself, where that is known to be another than people pass around. */
export function downloadAddress(url: URL): URL {
  const id = driveId(url);
  return id === undefined ? url : new URL(`https://drive.google.com/uc?export=download&id=${encodeURIComponent(id)}`);
}

const LONGEST_NAME = 100;

/** A name for the file of an address, which says something and can do no harm: no folder, nothing hidden. */
export function fileNameOf(url: URL): string {
  const last = driveId(url) ?? url.pathname.split('/').findLast((part) => part !== '') ?? url.hostname;
  const name = decoded(last)
    .replace(/[^\p{L}\p{N}._-]/gu, '_')
    .replace(/^\.+/, '')
    .slice(-LONGEST_NAME);
  return name === '' ? 'weights' : name;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
