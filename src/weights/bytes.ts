/** A cursor over bytes that cannot leave them. */

import { FacewrightError } from '../errors.js';
import { type ByteSource, partOf, sourceOf } from './byte-source.js';
import { FETCH_AGAIN } from './words.js';

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** So much is read from a source at once: small against a tensor, large against an opcode. */
const WINDOW_BYTES = 2 ** 16;

/**
 * Reads little-endian numbers and runs of bytes one after another. Every read checks first that the bytes are there;
 * when they are not it throws a {@link FacewrightError} that calls `source` truncated.
 */
export class ByteReader {
  readonly #bytes: ByteSource;
  /** The bytes about the cursor, and where they begin. */
  #window: Uint8Array = new Uint8Array(0);
  #view: DataView = new DataView(new ArrayBuffer(0));
  #begin = 0;

  constructor(
    bytes: Uint8Array | ByteSource,
    /** The name of the file, with which messages begin. */
    readonly source: string,
    /** The next byte to be read. */
    public offset = 0,
  ) {
    this.#bytes = sourceOf(bytes);
  }

  get length(): number {
    return this.#bytes.length;
  }

  get remaining(): number {
    return this.length - this.offset;
  }

  /** Throws an error about this file: `message` says what is wrong with it. */
  fail(message: string): never {
    throw new FacewrightError(`${this.source}: ${message}`);
  }

  /** The next `length` bytes; not to be written to or kept. */
  take(length: number): Uint8Array {
    const at = this.#load(length);
    return this.#window.subarray(at, at + length);
  }

  /** The next `length` bytes where they lie: nothing is read. */
  span(length: number): ByteSource {
    const at = this.#advance(length);
    return partOf(this.#bytes, at, at + length);
  }

  u8(): number {
    const at = this.#load(1);
    return this.#window[at]!;
  }

  u16(): number {
    const at = this.#load(2);
    return this.#view.getUint16(at, true);
  }

  u32(): number {
    const at = this.#load(4);
    return this.#view.getUint32(at, true);
  }

  i32(): number {
    const at = this.#load(4);
    return this.#view.getInt32(at, true);
  }

  /** A 64-bit length or offset. Past 2⁵³ it is rounded, which changes nothing: no file is that long. */
  u64(): number {
    const low = this.u32();
    return this.u32() * 2 ** 32 + low;
  }

  /** A float64 in network order, as pickles hold them. */
  f64BigEndian(): number {
    const at = this.#load(8);
    return this.#view.getFloat64(at, false);
  }

  utf8(length: number): string {
    const bytes = this.take(length);
    try {
      return UTF8.decode(bytes);
    } catch {
      return this.fail(`the text at byte ${this.offset - length} is not UTF-8; the file is damaged: ${FETCH_AGAIN}`);
    }
  }

  /** The bytes up to the next line feed, which is consumed; `longest` bounds their number. Not to be kept. */
  line(longest: number): Uint8Array {
    const start = this.offset;
    for (let length = 0; ; ) {
      const piece = this.take(Math.max(1, Math.min(WINDOW_BYTES, this.remaining)));
      const found = piece.indexOf(0x0a);
      length += found < 0 ? piece.length : found;
      if (length > longest) this.fail(`the line at byte ${start} has no end`);
      if (found < 0) continue;
      this.offset = start;
      const line = this.take(length);
      this.#advance(1);
      return line;
    }
  }

  /** Moves past `length` bytes, sees to it that they are in the window, and returns where they begin there. */
  #load(length: number): number {
    const at = this.#advance(length);
    if (at < this.#begin || at + length > this.#begin + this.#window.length) {
      this.#window = this.#bytes.view(at, Math.min(at + Math.max(length, WINDOW_BYTES), this.length));
      this.#view = new DataView(this.#window.buffer, this.#window.byteOffset, this.#window.byteLength);
      this.#begin = at;
    }
    return at - this.#begin;
  }

  /** Moves past `length` bytes and returns where they begin. */
  #advance(length: number): number {
    if (length > this.remaining) {
      this.fail(
        `ends too early, at byte ${this.length} where ${length - this.remaining} more are expected; the file is truncated: ${FETCH_AGAIN}`,
      );
    }
    const at = this.offset;
    this.offset += length;
    return at;
  }
}
