/** Weight files opened, with what can go wrong told in a sentence. */

import { stat } from 'node:fs/promises';
import { FacewrightError } from '../errors.js';
import { FileSource } from './file-source.js';

/** A training's whole state, optimisers and all, has a few GB; no generator is near this. */
export const LARGEST_FILE_BYTES = 2 ** 34;

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

/** A file's bytes, to be closed. @throws FacewrightError as `withFile` does */
export async function openFile(path: string): Promise<FileSource> {
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
        `${path}: larger than 16 GiB, and no generator that facewright opens is; give another file`,
      );
    }
    return new FileSource(path, status.size);
  } catch (error) {
    throw fileError(path, 'cannot be read', error);
  }
}

/**
 * Opens a file for as long as `use` takes. Tensors that `use` described cannot be read afterwards.
 *
 * @throws FacewrightError when the file is missing, unreadable, no regular file or larger than 16 GiB.
 */
export async function withFile<T>(path: string, use: (bytes: FileSource) => T | Promise<T>): Promise<T> {
  const file = await openFile(path);
  try {
    return await use(file);
  } catch (error) {
    throw fileError(path, 'cannot be read', error);
  } finally {
    file.close();
  }
}

/** All bytes of a file. @throws FacewrightError as `withFile` does */
export async function readWholeFile(path: string): Promise<Uint8Array> {
  return await withFile(path, (bytes) => bytes.copy(0, bytes.length));
}
