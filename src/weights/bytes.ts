/** A cursor over bytes that cannot leave them. */

import { FacewrightError } from '../errors.js';
import { FETCH_AGAIN } from './words.js';

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads little-endian numbers and runs of bytes one after another. Every read checks first that the bytes are there;
 * when they are not it throws a {@link FacewrightError} that calls `source` truncated.
 */
export class ByteReader {
  readonly #view: DataView;

  constructor(
    readonly bytes: Uint8Array,
    /** The name of the file, with which messages begin. */
    readonly source: string,
    /** The next byte to be read. */
    public offset = 0,
  ) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get remaining(): number {
    return this.bytes.length - this.offset;
  }

  /** Throws an error about this file: `message` says what is wrong with it. */
  fail(message: string): never {
    throw new FacewrightError(`${this.source}: ${message}`);
  }

  /** The next `length` bytes as a view, not a copy. */
  take(length: number): Uint8Array {
    const at = this.#advance(length);
    return this.bytes.subarray(at, at + length);
  }

  u8(): number {
    return this.#view.getUint8(this.#advance(1));
  }

  u16(): number {
    return this.#view.getUint16(this.#advance(2), true);
  }

  u32(): number {
    return this.#view.getUint32(this.#advance(4), true);
  }

  i32(): number {
    return this.#view.getInt32(this.#advance(4), true);
  }

  /** A 64-bit length or offset. Past 2⁵³ it is rounded, which changes nothing: no file is that long. */
  u64(): number {
    const low = this.u32();
    return this.u32() * 2 ** 32 + low;
  }

  /** A float64 in network order, as pickles hold them. */
  f64BigEndian(): number {
    return this.#view.getFloat64(this.#advance(8), false);
  }

  utf8(length: number): string {
    const bytes = this.take(length);
    try {
      return UTF8.decode(bytes);
    } catch {
      return this.fail(`the text at byte ${this.offset - length} is not UTF-8; the file is damaged: ${FETCH_AGAIN}`);
    }
  }

  /** The text up to the next line feed, which is consumed; `longest` bounds it in bytes. */
  line(longest: number): string {
    const window = this.bytes.subarray(this.offset, this.offset + longest + 1);
    const length = window.indexOf(0x0a);
    if (length < 0 && window.length > longest) this.fail(`the line at byte ${this.offset} has no end`);
    const text = this.utf8(length < 0 ? window.length : length);
    this.#advance(1);
    return text;
  }

  /** Moves past `length` bytes and returns where they begin. */
  #advance(length: number): number {
    if (length > this.remaining) {
      this.fail(
        `ends too early, at byte ${this.bytes.length} where ${length - this.remaining} more are expected; the file is truncated: ${FETCH_AGAIN}`,
      );
    }
    const at = this.offset;
    this.offset += length;
    return at;
  }
}
