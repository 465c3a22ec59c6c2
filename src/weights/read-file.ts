/** Weight files read whole, with what can go wrong told in a sentence. */

import { readFile, stat } from 'node:fs/promises';
import { FacewrightError } from '../errors.js';

/** Node reads no more at once, and no generator is near it. */
export const LARGEST_FILE_BYTES = 2 ** 31 - 1;

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or folder',
  ENOTDIR: 'no such file: a part of its path is no folder',
  EISDIR: 'a folder, not a file',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ENAMETOOLONG: 'its name is too long',
};

/** An error of the operating system as a {@link FacewrightError}; anything else as it is. */
export function fileError(path: string, what: string, error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  if (error instanceof FacewrightError || typeof code !== 'string') return error;
  return new FacewrightError(`${path}: ${what}: ${REASONS[code] ?? code}`, { cause: error });
}

/** @throws FacewrightError when the file is missing, unreadable, no regular file or larger than 2 GiB. */
export async function readWholeFile(path: string): Promise<Uint8Array> {
  try {
    const status = await stat(path);
    // Asked before opening: a pipe or a device may never end, and opening a pipe may never return.
    if (!status.isFile()) {
      throw new FacewrightError(
        `${path}: ${status.isDirectory() ? 'a folder' : 'a device or pipe'}, not a file of weights`,
      );
    }
    if (status.size > LARGEST_FILE_BYTES) {
      throw new FacewrightError(
        `${path}: larger than 2 GiB, and no generator that facewright opens is; give another file`,
      );
    }
    return await readFile(path);
  } catch (error) {
    throw fileError(path, 'cannot be read', error);
  }
}
