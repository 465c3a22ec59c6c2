/**
 * The safetensors format: a uint64 length, a JSON header of that length, then the tensors' bytes without gaps. Numbers
 * are little-endian; a header entry is `"name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [begin, end]}`, with
 * offsets from the end of the header, and `"__metadata__"` maps text to text.
 */

import { FacewrightError } from '../errors.js';
import type { HostTensor, HostTensors } from '../graph/host-tensor.js';
import type { StoredTensor } from '../graph/stored-tensor.js';
import { quoted } from '../words.js';
import { type ByteSource, sourceOf } from './byte-source.js';
import { ByteReader } from './bytes.js';
import type { Container, Contents } from './container.js';
import { decodeElements, dtypeOf, ELEMENT_TYPES, type ElementType, elementCount, isCount } from './elements.js';
import { repeatedKey } from './json-keys.js';
import { byCodeUnits, FETCH_AGAIN } from './words.js';

const LENGTH_BYTES = 8;
/** The format allows 100 MB; a network's header has some 100 bytes per tensor. */
const LONGEST_HEADER_BYTES = 16 * 2 ** 20;
/** Headers are padded with spaces to this, so that the data is aligned. */
const ALIGNMENT_BYTES = 8;
const METADATA = '__metadata__';

export interface Safetensors {
  readonly tensors: Map<string, HostTensor>;
  /** What the file says of itself, for example `resolution` or `licence`; {} when it says nothing. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** A header length that is plausible for the format, if perhaps not for this file, and the header's first brace. */
function isSafetensors(bytes: Uint8Array): boolean {
  if (bytes.length < 9 || bytes[8] !== 0x7b) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return view.getUint32(4, true) === 0 && view.getUint32(0, true) <= LONGEST_HEADER_BYTES;
}

/** The entry of the table of containers. */
export const SAFETENSORS: Container = {
  name: 'safetensors',
  recognises: isSafetensors,
  read: describeSafetensors,
};

/** Reads the bytes of a safetensors file that is called `source` in errors. */
export function parseSafetensors(bytes: Uint8Array | ByteSource, source: string): Safetensors {
  const { tensors, metadata } = describeSafetensors(sourceOf(bytes), source);
  return { tensors: new Map([...tensors].map(([name, tensor]) => [name, tensor.read()])), metadata };
}

/** What a safetensors file holds; its tensors are read when they are asked for. */
function describeSafetensors(bytes: ByteSource, source: string): Contents {
  const reader: ByteReader = new ByteReader(bytes, source);
  const length = reader.u64();
  if (length > Math.min(reader.remaining, LONGEST_HEADER_BYTES)) {
    reader.fail(`its safetensors header would have ${length} bytes, in a file of ${bytes.length}; ${FETCH_AGAIN}`);
  }
  const header = parseHeader(reader, length);
  const data = reader.span(reader.remaining);
  const metadata = readMetadata(reader, header.get(METADATA));
  header.delete(METADATA);
  const entries = [...header].map(([name, value]) => readEntry(reader, name, value));
  checkLayout(reader, entries, data.length);
  const tensors = new Map<string, StoredTensor>();
  for (const { name, type, shape, begin, end } of entries) {
    const read = () => decodeElements(type, data.copy(begin, end), shape);
    tensors.set(name, { shape, dtype: dtypeOf(type), read });
  }
  return { tensors, metadata, facts: new Map() };
}

/** A header entry, checked; `begin` and `end` are in bytes from the end of the header. */
interface Entry {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/** The header as a Map, so that no name can reach a prototype. */
function parseHeader(reader: ByteReader, length: number): Map<string, unknown> {
  const text = reader.utf8(length);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  if (!isObject(value)) return reader.fail(`its safetensors header is not a JSON object; ${FETCH_AGAIN}`);
  const repeated = repeatedKey(text);
  if (repeated !== undefined) reader.fail(`its safetensors header says ${quoted(repeated)} twice`);
  return new Map(Object.entries(value));
}

function readMetadata(reader: ByteReader, value: unknown): Record<string, string> {
  if (value === undefined) return {};
  const entries = isObject(value) ? Object.entries(value) : undefined;
  if (!entries?.every((entry): entry is [string, string] => typeof entry[1] === 'string')) {
    return reader.fail(`the ${METADATA} of its safetensors header is not a map of text to text`);
  }
  return Object.fromEntries(entries); // defines properties and never calls a setter such as __proto__
}

function readEntry(reader: ByteReader, name: string, value: unknown): Entry {
  const label = `the tensor ${quoted(name)}`;
  if (!isObject(value)) return reader.fail(`${label} is not described by a JSON object`);
  const { dtype, shape, data_offsets: offsets } = value;
  if (typeof dtype !== 'string' || !Object.hasOwn(ELEMENT_TYPES, dtype)) {
    const read = Object.keys(ELEMENT_TYPES).join(', ');
    return reader.fail(`${label} has the dtype ${quoted(String(JSON.stringify(dtype)))}; facewright reads ${read}`);
  }
  const type: ElementType = ELEMENT_TYPES[dtype as keyof typeof ELEMENT_TYPES];
  const count = Array.isArray(shape) ? elementCount(shape) : undefined;
  if (count === undefined) return reader.fail(`${label} has no proper shape`);
  const [begin, end] = Array.isArray(offsets) && offsets.length === 2 ? (offsets as unknown[]) : [];
  if (!isCount(begin) || !isCount(end) || begin > end) return reader.fail(`${label} has no proper data_offsets`);
  if (end - begin !== count * type.bytes) {
    reader.fail(`${label} has ${end - begin} bytes where its shape and dtype need ${count * type.bytes}`);
  }
  return { name, type, shape: shape as number[], begin, end };
}

/** The format allows neither gaps nor overlaps nor bytes behind the last tensor: nothing can hide, nothing is read twice. */
function checkLayout(reader: ByteReader, entries: readonly Entry[], length: number): void {
  let place = 0;
  for (const { name, begin, end } of [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== place) {
      const what = begin < place ? 'overlaps another' : 'lies behind a gap';
      reader.fail(`the tensor ${quoted(name)} ${what} at byte ${begin} of the data`);
    }
    place = end;
  }
  if (place > length) {
    reader.fail(
      `ends too early: its tensors take ${place} bytes of which ${length} are there; it is truncated: ${FETCH_AGAIN}`,
    );
  }
  if (place < length) reader.fail(`${length - place} bytes follow its last tensor; ${FETCH_AGAIN}`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * The bytes of a safetensors file in parts: length and header, then each tensor's own memory. The same tensors and metadata give
 * the same bytes: both come in the order of their names.
 *
 * @param path what errors call the file
 * @throws FacewrightError when a tensor's shape and data disagree
 */
export function encodeSafetensors(
  path: string,
  tensors: HostTensors,
  metadata: Readonly<Record<string, string>>,
): Uint8Array[] {
  const names = [...tensors.keys()].sort(byCodeUnits);
  const entries: [name: string, value: unknown][] = [];
  const about = Object.keys(metadata).sort(byCodeUnits);
  if (about.length > 0) entries.push([METADATA, Object.fromEntries(about.map((key) => [key, metadata[key]]))]);
  const parts: Uint8Array[] = [];
  let place = 0;
  for (const name of names) {
    const { shape, dtype, data } = tensors.get(name)!;
    if (name === METADATA || elementCount(shape) !== data.length) {
      throw new FacewrightError(
        `${path}: cannot be written: the tensor ${quoted(name)} of shape [${shape.join(', ')}] has ${data.length} elements; its name or its shape is wrong`,
      );
    }
    entries.push([name, { dtype: dtype.toUpperCase(), shape, data_offsets: [place, place + data.byteLength] }]);
    parts.push(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    place += data.byteLength;
  }
  return [encodeHeader(entries), ...parts];
}

/** Joins the entries by hand: an object would move names that look like integers to the front. */
function encodeHeader(entries: readonly (readonly [string, unknown])[]): Uint8Array {
  const json = `{${entries.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',')}}`;
  const text = new TextEncoder().encode(json);
  const padded = Math.ceil(text.length / ALIGNMENT_BYTES) * ALIGNMENT_BYTES;
  const header = new Uint8Array(LENGTH_BYTES + padded).fill(0x20);
  new DataView(header.buffer).setBigUint64(0, BigInt(padded), true);
  header.set(text, LENGTH_BYTES);
  return header;
}
