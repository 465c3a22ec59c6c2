/** The bytes of a file, read when they are asked for. */

import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { FacewrightError } from '../errors.js';
import type { ByteSource } from './byte-source.js';

const PIECE_BYTES = 2 ** 20;

/** Bytes of a file that is open. Close it when done: what was read stays, and nothing more can be. */
export class FileSource implements ByteSource {
  readonly #file: number;
  readonly #changed: number;
  #closed = false;

  /**
   * @param path what is opened, and what errors call it
   * @param length of the file in bytes
   */
  constructor(
    private readonly path: string,
    readonly length: number,
  ) {
    this.#file = openSync(path, 'r');
    this.#changed = fstatSync(this.#file).mtimeMs;
  }

  /** @throws FacewrightError when the file was written to since it was opened: what is read now may not belong to what was */
  checkUnchanged(): void {
    this.#check();
    if (fstatSync(this.#file).mtimeMs !== this.#changed) {
      throw new FacewrightError(`${this.path}: was written to since it was opened; open it anew`);
    }
  }

  view(begin: number, end: number): Uint8Array {
    return this.copy(begin, end);
  }

  copy(begin: number, end: number): Uint8Array {
    return this.#fill(new Uint8Array(end - begin), begin);
  }

  /**
   * All bytes, one piece after another in the same memory: it is written over when the next is asked for. Where memory is
   * slow to be had, new memory for each would take most of the time.
   */
  *pieces(): Generator<Uint8Array> {
    const memory = new Uint8Array(PIECE_BYTES);
    for (let at = 0; at < this.length; at += PIECE_BYTES) {
      yield this.#fill(memory.subarray(0, Math.min(PIECE_BYTES, this.length - at)), at);
    }
  }

  #fill(bytes: Uint8Array, begin: number): Uint8Array {
    this.#check();
    let done = 0;
    while (done < bytes.length) {
      const count = readSync(this.#file, bytes, done, bytes.length - done, begin + done);
      if (count === 0) {
        throw new FacewrightError(`${this.path}: became shorter while it was read; wait until it is complete`);
      }
      done += count;
    }
    return bytes;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    closeSync(this.#file);
  }

  /** The system may have given the number of a closed file to another. */
  #check(): void {
    if (this.#closed) throw new FacewrightError(`${this.path}: was closed before all of it was read`);
  }
}
