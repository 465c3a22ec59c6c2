/** NumPy's archives of named arrays, as `numpy.savez` writes them: a zip archive with an entry NAME.npy for each. */

import { crc32 } from 'node:zlib';
import { FacewrightError } from '../errors.js';
import type { HostTensor, HostTensors } from '../graph/host-tensor.js';
import { writeWholeFile } from '../node/whole-file.js';
import { elementCount } from './elements.js';
import { encodeNpy, parseNpy } from './npy.js';
import { quoted } from './words.js';
import { ZipArchive } from './zip.js';

const ENDING = '.npy';
/** Bytes of an array when it is unpacked: latents of thousands of faces. */
const LARGEST_ARRAY_BYTES = 256 * 2 ** 20;
/** Sizes in the archive have 32 bits. */
const LARGEST_ARCHIVE_BYTES = 2 ** 32 - 1;
/** Bytes of an entry's header in its place, in the directory, and of the record at the end, without names. */
const LOCAL_BYTES = 30;
const CENTRAL_BYTES = 46;
const END_BYTES = 22;
/** 1 January 1980: the same arrays give the same bytes. */
const DATE = 0x21;
/** Version 2.0 of the format. */
const VERSION = 20;

/** Whether bytes begin like a zip archive, and one of its entries is an array. @throws FacewrightError for a damaged archive */
export function isNpz(bytes: Uint8Array, source: string): boolean {
  if (Buffer.from(bytes.subarray(0, 4)).toString('latin1') !== 'PK\x03\x04') return false;
  return new ZipArchive(bytes, source).names.some((name) => name.endsWith(ENDING));
}

/**
 * Reads arrays of an archive.
 *
 * @param source what errors begin with
 * @param wanted which arrays, by name; the others are not looked at
 * @throws FacewrightError when the archive or such an array is damaged, too large, or not of floating-point numbers
 */
export function parseNpz(
  bytes: Uint8Array,
  source: string,
  wanted: (name: string) => boolean,
): Map<string, HostTensor<'f32'>> {
  const archive = new ZipArchive(bytes, source);
  const arrays = new Map<string, HostTensor<'f32'>>();
  for (const entry of archive.names) {
    const name = entry.slice(0, -ENDING.length);
    if (!entry.endsWith(ENDING) || !wanted(name)) continue;
    arrays.set(name, parseNpy(archive.unpack(entry, LARGEST_ARRAY_BYTES), `${source}: ${quoted(name)}`));
  }
  return arrays;
}

/**
 * Writes arrays, whole or not at all, for `numpy.load`. The same arrays give the same bytes.
 *
 * @param comment what stands at the end of the archive; NumPy passes over it
 * @throws FacewrightError when an array's shape and data disagree, all of them have 4 GiB, or the file cannot be written
 */
export async function writeNpz(path: string, arrays: HostTensors<'f32'>, comment = ''): Promise<void> {
  const [parts, directory]: Uint8Array[][] = [[], []];
  let place = 0;
  for (const [name, array] of arrays) {
    if (elementCount(array.shape) !== array.data.length) {
      throw new FacewrightError(
        `${path}: cannot be written: ${quoted(name)} of shape [${array.shape.join(', ')}] has ${array.data.length} elements`,
      );
    }
    const file = Buffer.from(`${name}${ENDING}`, 'utf8');
    const content = encodeNpy(array);
    const entry = { file, place, size: lengthOf(content), crc: content.reduce((crc, part) => crc32(part, crc), 0) };
    parts.push(header(entry, false), file, ...content);
    directory.push(header(entry, true), file);
    place += LOCAL_BYTES + file.length + entry.size;
    if (place > LARGEST_ARCHIVE_BYTES)
      throw new FacewrightError(`${path}: would have more than 4 GiB; write fewer faces`);
  }
  await writeWholeFile(path, [...parts, ...directory, ending(arrays.size, lengthOf(directory), place, comment)]);
}

/** The comment at the end of an archive is this one. */
export function endsWithComment(bytes: Uint8Array, comment: string): boolean {
  const tail = Buffer.from(`\0\0${comment}`, 'utf8');
  tail.writeUInt16LE(tail.length - 2, 0);
  return Buffer.from(bytes.subarray(Math.max(0, bytes.length - tail.length))).equals(tail);
}

/** The header of an entry, which is stored as it is: in its place, or in the directory. */
function header(
  { file, place, size, crc }: { file: Buffer; place: number; size: number; crc: number },
  central: boolean,
): Uint8Array {
  const bytes = Buffer.alloc(central ? CENTRAL_BYTES : LOCAL_BYTES);
  // From the version that is needed on, both have the same fields in the same order.
  const shared = central ? 6 : 4;
  bytes.write(central ? 'PK\x01\x02' : 'PK\x03\x04', 0, 'latin1');
  if (central) bytes.writeUInt16LE(VERSION, 4);
  bytes.writeUInt16LE(VERSION, shared);
  bytes.writeUInt16LE(DATE, shared + 8);
  bytes.writeUInt32LE(crc, shared + 10);
  bytes.writeUInt32LE(size, shared + 14);
  bytes.writeUInt32LE(size, shared + 18);
  bytes.writeUInt16LE(file.length, shared + 22);
  if (central) bytes.writeUInt32LE(place, 42);
  return bytes;
}

/** The record at the end. */
function ending(entries: number, directoryBytes: number, directoryPlace: number, comment: string): Uint8Array {
  const text = Buffer.from(comment, 'utf8');
  const bytes = Buffer.alloc(END_BYTES);
  bytes.write('PK\x05\x06', 0, 'latin1');
  bytes.writeUInt16LE(entries, 8);
  bytes.writeUInt16LE(entries, 10);
  bytes.writeUInt32LE(directoryBytes, 12);
  bytes.writeUInt32LE(directoryPlace, 16);
  bytes.writeUInt16LE(text.length, 20);
  return Buffer.concat([bytes, text]);
}

function lengthOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, part) => sum + part.length, 0);
}
