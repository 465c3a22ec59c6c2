/** Bytes that a pickle holds as text, one character each: protocols before 3 have no other way of writing them. */

import type { ByteSource } from './byte-source.js';
import { FETCH_AGAIN } from './words.js';

/** The text is measured, and its index kept, in pieces of so many bytes. */
const PIECE_BYTES = 2 ** 16;

/** The bytes that a UTF-8 text means when each character up to U+00FF is a byte. The text stays where it is. */
export class Latin1Source implements ByteSource {
  /** For each piece of the text how many characters begin before it, and last the number of all. */
  #index: number[] | undefined;

  /**
   * @param text UTF-8; that it holds only such characters is found out when it is read
   * @param fail is told when it does not
   */
  constructor(
    private readonly text: ByteSource,
    private readonly fail: (message: string) => never,
  ) {}

  get length(): number {
    return this.#pieces().at(-1)!;
  }

  view(begin: number, end: number): Uint8Array {
    return this.copy(begin, end);
  }

  copy(begin: number, end: number): Uint8Array {
    const bytes = new Uint8Array(end - begin);
    const pieces = this.#pieces();
    let piece = pieceOf(pieces, begin);
    let skip = begin - pieces[piece]!;
    for (let done = 0; done < bytes.length; piece++) {
      // One more, since a character of two bytes may begin at the last.
      const from = piece * PIECE_BYTES;
      const text = this.text.view(from, Math.min(from + PIECE_BYTES + 1, this.text.length));
      const last = Math.min(PIECE_BYTES, text.length);
      for (let at = 0; at < last && done < bytes.length; at++) {
        if (isContinuation(text[at]!)) continue;
        if (skip > 0) skip--;
        else bytes[done++] = this.#characterAt(text, at);
      }
    }
    return bytes;
  }

  #characterAt(text: Uint8Array, at: number): number {
    const first = text[at]!;
    if (first < 0x80) return first;
    const next = text[at + 1] ?? 0;
    // Of two bytes, only those that begin so stay below U+0100.
    if ((first !== 0xc2 && first !== 0xc3) || !isContinuation(next)) {
      this.fail(`holds bytes as a text in which some characters are no bytes; ${FETCH_AGAIN}`);
    }
    return ((first & 3) << 6) | (next & 0x3f);
  }

  #pieces(): readonly number[] {
    if (this.#index) return this.#index;
    const index = [0];
    let count = 0;
    for (let from = 0; from < this.text.length; from += PIECE_BYTES) {
      const text = this.text.view(from, Math.min(from + PIECE_BYTES, this.text.length));
      for (let at = 0; at < text.length; at++) if (!isContinuation(text[at]!)) count++;
      index.push(count);
    }
    this.#index = index;
    return index;
  }
}

/** The last piece before which at most `character` characters begin. */
function pieceOf(index: readonly number[], character: number): number {
  let low = 0;
  let high = index.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (index[middle]! <= character) low = middle;
    else high = middle;
  }
  return low;
}

function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}
