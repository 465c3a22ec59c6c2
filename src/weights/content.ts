/** Tells what a file is from its first bytes: a name proves nothing, and downloads often are not what they should be. */

import { quoted } from '../words.js';
import { type ByteSource, sourceOf } from './byte-source.js';
import type { Container, ContainerName } from './container.js';
import { CONTAINERS } from './containers.js';

/** The container that reads the file; or what it is instead of weights. */
export type Content =
  | { readonly kind: ContainerName; readonly container: Container }
  | { readonly kind: 'other'; readonly what: string };

/** What is looked at of a file: enough for a web page's title. */
const HEAD_BYTES = 4096;

/** Known beginnings of files that people pass by mistake. */
const MAGIC: readonly (readonly [bytes: string, what: string])[] = [
  ['\x89PNG', 'a PNG picture, not weights'],
  ['\xff\xd8\xff', 'a JPEG picture, not weights'],
  ['GIF8', 'a GIF picture, not weights'],
  ['RIFF', 'a WebP picture or another RIFF file, not weights'],
  ['%PDF', 'a PDF document, not weights'],
  ['\x89HDF', 'an HDF5 file, a format that facewright does not read'],
  ['\x1f\x8b', 'a gzip archive: unpack it first'],
  ['BZh', 'a bzip2 archive: unpack it first'],
  ['\xfd7zXZ', 'an xz archive: unpack it first'],
  ['7z\xbc\xaf', 'a 7-Zip archive: unpack it first'],
  ['Rar!', 'a RAR archive: unpack it first'],
];

/** @param file as much of a file as its beginning */
export function recogniseContent(file: Uint8Array | ByteSource): Content {
  const source = sourceOf(file);
  const bytes = source.view(0, Math.min(HEAD_BYTES, source.length));
  if (bytes.length === 0) return { kind: 'other', what: 'an empty file' };
  const container = CONTAINERS.find(({ recognises }) => recognises(bytes));
  if (container !== undefined) return { kind: container.name, container };
  const start = latin1(bytes.subarray(0, 16));
  const magic = MAGIC.find(([prefix]) => start.startsWith(prefix));
  if (magic !== undefined) return { kind: 'other', what: magic[1] };
  const text = textOf(bytes);
  if (text !== undefined) return { kind: 'other', what: describeText(text) };
  return { kind: 'other', what: 'neither safetensors nor a PyTorch file nor a pickle' };
}

/** The bytes as text, if they are UTF-8 without control characters. */
function textOf(bytes: Uint8Array): string | undefined {
  if (bytes.some((byte) => byte < 9 || (byte > 13 && byte < 32 && byte !== 27))) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true }); // the window may cut a character
  } catch {
    return undefined;
  }
}

function describeText(text: string): string {
  if (text.startsWith('version https://git-lfs')) return 'a Git LFS pointer, not the weights: run git lfs pull';
  if (!/^\s*<(!doctype html|html|head|\?xml|!--)/i.test(text)) return 'a text file, not weights';
  const title = /<title>([^<]*)/i.exec(text)?.[1]?.replace(/\s+/g, ' ').trim();
  return `a web page${title ? ` (“${quoted(title)}”)` : ''}, not weights: a download page was saved instead of the file`;
}

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
