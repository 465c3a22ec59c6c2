import { open } from 'node:fs/promises';
import { FacewrightError } from '../errors.js';
import { notesIn, type PictureNotes } from './picture-notes.js';

/** Nothing of a picture's notes stands further behind; the notes of a search take two kilobytes. */
const MOST_BYTES = 2 ** 20;

/**
 * Reads the notes of a picture that facewright wrote.
 *
 * @throws FacewrightError when the file cannot be read, or has none
 * @example
 * const { seed, options } = await readNotes('faces/anna.png');
 */
export async function readNotes(path: string): Promise<PictureNotes> {
  const text = notesIn(await headOf(path));
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
