// The files in folders that look like pictures and are not read: named with their reasons, the first of them.

import type { PassedOver } from '../../index.js';
import { counted } from '../../words.js';
import type { Console } from './console.js';

/** So many are named; the others are counted. */
const NAMED = 5;

/** Collects the files that `findPictures` passes over. */
export class PassedOverFiles {
  readonly #files: PassedOver[] = [];

  readonly add = (file: PassedOver): void => {
    this.#files.push(file);
  };

  /** Names them, each with its reason. */
  tell(console: Console): void {
    for (const { path, why } of this.#files.slice(0, NAMED)) console.note(`${path}: passed over: ${why}`);
    const more = this.#files.length - NAMED;
    if (more > 0) console.note(`${counted(more, 'more file')} passed over for such reasons`);
  }
}
