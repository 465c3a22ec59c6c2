// What a face's own file says of how it was made, so that a picture that was moved or sent can be made again.

import { pngText, withPngText } from '../image/png-text.js';
import type { JournalLine } from './journal.js';

/** The keyword of the text in the PNG. */
const KEYWORD = 'facewright';

/** What is noted, as run.jsonl has it; of pictures of `generate` what says where they come from. */
export type PictureNotes = Readonly<Record<string, unknown>>;

/**
 * The notes of a search's face: what it follows from, and how near it came. Not where it lay: names of files and folders are their
 * owner's.
 */
export function notesOf(line: JournalLine): PictureNotes {
  const { model, seed, duplicate, restart, options, steps, best_step, losses, eps, met } = line;
  const { engine, adapter, precision, emoji } = line;
  const search = { model, seed, duplicate, restart, options, steps, best_step, losses, eps, met };
  return { v: 1, made_by: 'facewright run', ...search, engine, adapter, precision, emoji };
}

/** A PNG with its notes. @param png a whole file @returns another */
export function withNotes(png: Uint8Array, notes: PictureNotes): Uint8Array<ArrayBuffer> {
  const ascii = JSON.stringify(notes).replace(
    /[^\x20-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return withPngText(png, KEYWORD, ascii);
}

/** The text of a picture's notes, of which JSON is expected; undefined where it has none. @param png its beginning at least */
export function notesIn(png: Uint8Array): string | undefined {
  return pngText(png, KEYWORD);
}
