/**
 * Reads zip archives. Entries that are stored without compression, as `torch.save` writes them, are parts of the archive;
 * deflated ones are unpacked where the caller allows for it. The central directory is what counts; local headers may hold no
 * sizes.
 */

import { crc32, inflateRawSync } from 'node:zlib';
import { quoted } from '../words.js';
import { type ByteSource, partOf, sourceOf } from './byte-source.js';
import { ByteReader } from './bytes.js';
import { FETCH_AGAIN } from './words.js';

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
/** So much of an entry is read at once where only its checksum is wanted. */
const CHECKED_BYTES = 2 ** 22;

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

/** An entry whose checksum is verified once, before anybody gets its first byte. */
class CheckedEntry implements ByteSource {
  #checked = false;

  /**
   * @param crc as the directory has it
   * @param damaged throws the error of an entry that has another
   */
  constructor(
    private readonly data: ByteSource,
    private readonly crc: number,
    private readonly damaged: () => never,
  ) {}

  get length(): number {
    return this.data.length;
  }

  view(begin: number, end: number): Uint8Array {
    return this.#check(begin, end, this.data.view(begin, end));
  }

  copy(begin: number, end: number): Uint8Array {
    return this.#check(begin, end, this.data.copy(begin, end));
  }

  /** The bytes from `begin` to `end`, when those of the entry are as they were. */
  #check(begin: number, end: number, bytes: Uint8Array): Uint8Array {
    if (this.#checked) return bytes;
    // torch can be told not to compute checksums, and then writes zero.
    if (this.crc !== 0) {
      let crc = 0;
      if (begin === 0 && end === this.length) crc = crc32(bytes);
      else {
        for (let at = 0; at < this.length; at += CHECKED_BYTES) {
          crc = crc32(this.data.view(at, Math.min(at + CHECKED_BYTES, this.length)), crc);
        }
      }
      if (crc !== this.crc) this.damaged();
    }
    this.#checked = true;
    return bytes;
  }
}

/** An archive, opened: its entries by name. */
export class ZipArchive {
  readonly #bytes: ByteSource;
  readonly #entries = new Map<string, Entry>();
  /** Bytes handed out so far: entries that overlap could be summed and copied far beyond the file's length. */
  #read = 0;

  /** @throws FacewrightError when the archive's directory is missing, damaged or names an entry twice. */
  constructor(
    bytes: Uint8Array | ByteSource,
    readonly source: string,
  ) {
    this.#bytes = sourceOf(bytes);
    const directory = findDirectory(this.#bytes, source);
    const reader = new ByteReader(partOf(this.#bytes, 0, directory.end), source, directory.offset);
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
   * The bytes of a stored entry; its checksum is verified when they are first read.
   *
   * @throws FacewrightError when there is no such entry or it is compressed, encrypted or out of range; and where the
   * bytes are read: when they are damaged
   */
  open(name: string): ByteSource {
    const entry = this.#entry(name);
    if (entry.method !== STORED || entry.packed !== entry.size) {
      this.#fail(`${labelOf(entry)} is compressed, which torch.save never does; save the weights again`);
    }
    return new CheckedEntry(this.#packed(entry), entry.crc, () => this.#damaged(entry));
  }

  /**
   * The bytes of an entry, stored or deflated, its checksum verified.
   *
   * @param most bytes that it may have: a few that are deflated can stand for gigabytes
   * @throws FacewrightError when there is no such entry, or it is encrypted, out of range, larger, damaged, or packed in any other
   * way
   */
  unpack(name: string, most: number): Uint8Array {
    const entry = this.#entry(name);
    const label = labelOf(entry);
    if (entry.size > most) {
      this.#fail(`${label} has ${entry.size} bytes when it is unpacked; facewright reads at most ${most}`);
    }
    const isStored = entry.method === STORED && entry.packed === entry.size;
    if (!isStored && entry.method !== DEFLATED) {
      this.#fail(`${label} is packed in a way that facewright does not know; store or deflate it`);
    }
    const packed = this.#packed(entry);
    const bytes = packed.view(0, packed.length);
    const data = isStored ? bytes : inflated(bytes, entry.size);
    if (data === undefined) return this.#fail(`${label} cannot be unpacked; the file is damaged: ${FETCH_AGAIN}`);
    if (entry.crc !== 0 && crc32(data) !== entry.crc) this.#damaged(entry);
    return data;
  }

  #fail(message: string): never {
    return new ByteReader(this.#bytes, this.source).fail(message);
  }

  #damaged(entry: Entry): never {
    return this.#fail(`${labelOf(entry)} does not match its checksum; the file is damaged: ${FETCH_AGAIN}`);
  }

  #entry(name: string): Entry {
    const entry = this.#entries.get(name);
    if (entry === undefined) return this.#fail(`the zip archive has no entry ${quoted(name)}; ${FETCH_AGAIN}`);
    if ((entry.flags & ENCRYPTED) !== 0) this.#fail(`${labelOf(entry)} is encrypted; save it without a password`);
    return entry;
  }

  /** The bytes of an entry as they lie in the archive. */
  #packed(entry: Entry): ByteSource {
    const reader = new ByteReader(this.#bytes, this.source);
    const label = labelOf(entry);
    if (entry.header > reader.length) reader.fail(`${label} lies behind the end of the file; ${FETCH_AGAIN}`);
    reader.offset = entry.header;
    if (reader.u32() !== LOCAL_HEADER) reader.fail(`${label} is not where the directory says; ${FETCH_AGAIN}`);
    reader.take(22); // what the directory holds too
    const nameLength = reader.u16();
    const extraLength = reader.u16();
    reader.take(nameLength + extraLength);
    const data = reader.span(entry.packed);
    this.#read += data.length;
    if (this.#read > reader.length) {
      reader.fail('the entries of its zip archive overlap, which those of no honest archive do');
    }
    return data;
  }
}

/** What errors call an entry. */
function labelOf({ name }: Entry): string {
  return `the zip entry ${quoted(name)}`;
}

/** `size` bytes from deflated ones; undefined where there are more or fewer, or they are none. */
function inflated(packed: Uint8Array, size: number): Uint8Array | undefined {
  try {
    const data = inflateRawSync(packed, { maxOutputLength: Math.max(1, size) });
    return data.length === size ? data : undefined;
  } catch {
    return undefined;
  }
}

/** Finds the end record, and the 64-bit one before it when a field of the first does not suffice. */
function findDirectory(bytes: ByteSource, source: string): Directory {
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
function findEndRecord(bytes: ByteSource, source: string): number {
  const first = Math.max(0, bytes.length - LONGEST_TAIL_BYTES);
  const tail = bytes.view(first, bytes.length);
  const view = new DataView(tail.buffer, tail.byteOffset, tail.byteLength);
  for (let at = tail.length - END_RECORD_BYTES; at >= 0; at--) {
    if (view.getUint32(at, true) !== END_RECORD) continue;
    if (at + END_RECORD_BYTES + view.getUint16(at + 20, true) === tail.length) return first + at;
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
