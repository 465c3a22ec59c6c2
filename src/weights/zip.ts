/**
 * Reads zip archives. Entries that are stored without compression, as `torch.save` writes them, are views of the archive;
 * deflated ones are unpacked where the caller allows for it. The central directory is what counts; local headers may hold
 * no sizes.
 */

import { crc32, inflateRawSync } from 'node:zlib';
import { ByteReader } from './bytes.js';
import { FETCH_AGAIN, quoted } from './words.js';

const LOCAL_HEADER = 0x04034b50;
const CENTRAL_HEADER = 0x02014b50;
const END_RECORD = 0x06054b50;
const END_RECORD_64 = 0x06064b50;
const END_LOCATOR_64 = 0x07064b50;

const END_RECORD_BYTES = 22;
const END_LOCATOR_64_BYTES = 20;
/** The end record is followed by a comment of at most 65,535 bytes. */
const LONGEST_TAIL_BYTES = END_RECORD_BYTES + 0xffff;
const CENTRAL_HEADER_BYTES = 46;

/** How an entry is packed. */
const STORED = 0;
const DEFLATED = 8;

const ZIP64_EXTRA = 0x0001;
const ENCRYPTED = 0x0001;
/** A 32-bit field that says: look into the 64-bit one. */
const SATURATED_32 = 0xffffffff;
const SATURATED_16 = 0xffff;

interface Directory {
  readonly entries: number;
  readonly offset: number;
  /** Where the end record begins, before which everything else must lie. */
  readonly end: number;
}

interface Entry {
  readonly name: string;
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
  readonly header: number;
}

/** An archive, opened: its entries by name. */
export class ZipArchive {
  readonly #entries = new Map<string, Entry>();
  /** Bytes handed out so far: entries that overlap could be summed and copied far beyond the file's length. */
  #read = 0;

  /** @throws FacewrightError when the archive's directory is missing, damaged or names an entry twice. */
  constructor(
    readonly bytes: Uint8Array,
    readonly source: string,
  ) {
    const directory = findDirectory(bytes, source);
    const reader = new ByteReader(bytes.subarray(0, directory.end), source, directory.offset);
    if (directory.entries * CENTRAL_HEADER_BYTES > reader.remaining) {
      reader.fail(`its zip directory does not hold the ${directory.entries} entries it counts; ${FETCH_AGAIN}`);
    }
    for (let i = 0; i < directory.entries; i++) {
      const entry = readCentralHeader(reader);
      if (this.#entries.has(entry.name)) reader.fail(`the zip archive names ${quoted(entry.name)} twice`);
      this.#entries.set(entry.name, entry);
    }
  }

  get names(): string[] {
    return [...this.#entries.keys()];
  }

  has(name: string): boolean {
    return this.#entries.has(name);
  }

  /**
   * The bytes of a stored entry, its checksum verified.
   *
   * @throws FacewrightError when there is no such entry or it is compressed, encrypted, out of range or damaged.
   */
  read(name: string): Uint8Array {
    const entry = this.#entry(name);
    if (entry.method !== STORED || entry.packed !== entry.size) {
      this.#fail(`${labelOf(entry)} is compressed, which torch.save never does; save the weights again`);
    }
    return this.#verified(entry, this.#packed(entry));
  }

  /**
   * The bytes of an entry, stored or deflated, its checksum verified.
   *
   * @param most bytes that it may have: a few that are deflated can stand for gigabytes
   * @throws FacewrightError as `read` does, when the entry is larger, or packed in any other way.
   */
  unpack(name: string, most: number): Uint8Array {
    const entry = this.#entry(name);
    const label = labelOf(entry);
    if (entry.size > most) {
      this.#fail(`${label} has ${entry.size} bytes when it is unpacked; facewright reads at most ${most}`);
    }
    if (entry.method === STORED && entry.packed === entry.size) return this.#verified(entry, this.#packed(entry));
    if (entry.method !== DEFLATED) {
      this.#fail(`${label} is packed in a way that facewright does not know; store or deflate it`);
    }
    const packed = this.#packed(entry);
    let data: Uint8Array | undefined;
    try {
      data = inflateRawSync(packed, { maxOutputLength: Math.max(1, entry.size) });
    } catch {
      data = undefined; // no deflated data, or more of it than the directory says
    }
    if (data?.length !== entry.size) {
      return this.#fail(`${label} cannot be unpacked; the file is damaged: ${FETCH_AGAIN}`);
    }
    return this.#verified(entry, data);
  }

  #fail(message: string): never {
    return new ByteReader(this.bytes, this.source).fail(message);
  }

  #entry(name: string): Entry {
    const entry = this.#entries.get(name);
    if (entry === undefined) return this.#fail(`the zip archive has no entry ${quoted(name)}; ${FETCH_AGAIN}`);
    if ((entry.flags & ENCRYPTED) !== 0) this.#fail(`${labelOf(entry)} is encrypted; save it without a password`);
    return entry;
  }

  /** The bytes of an entry as they lie in the archive. */
  #packed(entry: Entry): Uint8Array {
    const reader = new ByteReader(this.bytes, this.source);
    const label = labelOf(entry);
    if (entry.header > this.bytes.length) reader.fail(`${label} lies behind the end of the file; ${FETCH_AGAIN}`);
    reader.offset = entry.header;
    if (reader.u32() !== LOCAL_HEADER) reader.fail(`${label} is not where the directory says; ${FETCH_AGAIN}`);
    reader.take(22); // what the directory holds too
    const nameLength = reader.u16();
    const extraLength = reader.u16();
    reader.take(nameLength + extraLength);
    const data = reader.take(entry.packed);
    this.#read += data.length;
    if (this.#read > this.bytes.length) {
      reader.fail('the entries of its zip archive overlap, which those of no honest archive do');
    }
    return data;
  }

  #verified(entry: Entry, data: Uint8Array): Uint8Array {
    // torch can be told not to compute checksums, and then writes zero.
    if (entry.crc !== 0 && crc32(data) !== entry.crc) {
      this.#fail(`${labelOf(entry)} does not match its checksum; the file is damaged: ${FETCH_AGAIN}`);
    }
    return data;
  }
}

/** What errors call an entry. */
function labelOf({ name }: Entry): string {
  return `the zip entry ${quoted(name)}`;
}

/** Finds the end record, and the 64-bit one before it when a field of the first does not suffice. */
function findDirectory(bytes: Uint8Array, source: string): Directory {
  const end = findEndRecord(bytes, source);
  const reader = new ByteReader(bytes, source, end + 10);
  let entries = reader.u16();
  reader.u32(); // the directory's length
  let offset = reader.u32();
  if (entries === SATURATED_16 || offset === SATURATED_32) {
    const locator = end - END_LOCATOR_64_BYTES;
    reader.offset = Math.max(locator, 0);
    if (locator >= 0 && reader.u32() === END_LOCATOR_64) {
      reader.u32(); // the disk
      const record = reader.u64();
      reader.offset = Math.min(record, bytes.length);
      if (reader.u32() !== END_RECORD_64) reader.fail(`its zip64 end record is missing; ${FETCH_AGAIN}`);
      reader.take(28); // sizes, versions, disks, entries on this disk
      entries = reader.u64();
      reader.u64(); // the directory's length
      offset = reader.u64();
    }
  }
  if (offset > end) reader.fail(`its zip directory lies behind the end of the file; ${FETCH_AGAIN}`);
  return { entries, offset, end };
}

/** The last place where an end record fits, comment and all. */
function findEndRecord(bytes: Uint8Array, source: string): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const first = Math.max(0, bytes.length - LONGEST_TAIL_BYTES);
  for (let at = bytes.length - END_RECORD_BYTES; at >= first; at--) {
    if (view.getUint32(at, true) !== END_RECORD) continue;
    if (at + END_RECORD_BYTES + view.getUint16(at + 20, true) === bytes.length) return at;
  }
  return new ByteReader(bytes, source).fail(`a zip archive without its end; the file is truncated: ${FETCH_AGAIN}`);
}

function readCentralHeader(reader: ByteReader): Entry {
  if (reader.u32() !== CENTRAL_HEADER)
    reader.fail(`its zip directory is damaged at byte ${reader.offset - 4}; ${FETCH_AGAIN}`);
  reader.u32(); // versions
  const flags = reader.u16();
  const method = reader.u16();
  reader.u32(); // time
  const crc = reader.u32();
  let packed = reader.u32();
  let size = reader.u32();
  const nameLength = reader.u16();
  const extraLength = reader.u16();
  const commentLength = reader.u16();
  reader.take(8); // disk, attributes
  let header = reader.u32();
  const name = reader.utf8(nameLength);
  const wide = zip64Extra(new ByteReader(reader.take(extraLength), reader.source));
  reader.take(commentLength);
  // The extra field holds, in this order, only the values whose 32-bit fields are saturated.
  if (wide !== undefined) {
    if (size === SATURATED_32) size = wide.u64();
    if (packed === SATURATED_32) packed = wide.u64();
    if (header === SATURATED_32) header = wide.u64();
  }
  return { name, flags, method, crc, packed, size, header };
}

/** The body of the zip64 field among an entry's extra fields. */
function zip64Extra(extra: ByteReader): ByteReader | undefined {
  while (extra.remaining >= 4) {
    const id = extra.u16();
    const body = extra.take(extra.u16());
    if (id === ZIP64_EXTRA) return new ByteReader(body, extra.source);
  }
  return undefined;
}
