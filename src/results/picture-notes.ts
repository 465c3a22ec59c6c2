// What a face's own file says of how it was made, so that a picture that was moved or sent can be made again.

import { open } from 'node:fs/promises';
import { FacewrightError } from '../errors.js';
import { pngText, withPngText } from '../image/png-text.js';
import type { JournalLine } from './journal.js';

/** The keyword of the text in the PNG. */
const KEYWORD = 'facewright';

/** Nothing of a picture's notes stands further behind; the notes of a search take two kilobytes. */
const MOST_BYTES = 2 ** 20;

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
export function withNotes(png: Buffer, notes: PictureNotes): Buffer {
  const ascii = JSON.stringify(notes).replace(
    /[^\x20-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return withPngText(png, KEYWORD, ascii);
}

/**
 * Reads the notes of a picture that facewright wrote.
 *
 * @throws FacewrightError when the file cannot be read, or has none
 * @example
 * const { seed, options } = await readNotes('faces/anna.png');
 */
export async function readNotes(path: string): Promise<PictureNotes> {
  const text = pngText(await headOf(path), KEYWORD);
  if (text === undefined) {
    throw new FacewrightError(
      `${path}: has no notes of facewright; only the faces of run, emoji and generate have them, as PNG and without --no-metadata`,
    );
  }
  try {
    const notes: unknown = JSON.parse(text);
    if (notes !== null && typeof notes === 'object' && !Array.isArray(notes)) return notes as PictureNotes;
  } catch {
    // Said below.
  }
  throw new FacewrightError(`${path}: its notes are damaged`);
}

async function headOf(path: string): Promise<Buffer> {
  try {
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(MOST_BYTES), 0, MOST_BYTES, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw new FacewrightError(`${path}: cannot be read (${(error as NodeJS.ErrnoException).code})`, { cause: error });
  }
}
