/** Files read and written as a whole, with what can go wrong told in a sentence. */

import { randomBytes } from 'node:crypto';
import { open, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { FacewrightError } from '../errors.js';

/** Node reads no more at once, and no generator is near it. */
const LARGEST_FILE_BYTES = 2 ** 31 - 1;

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or folder',
  ENOTDIR: 'no such file: a part of its path is no folder',
  EISDIR: 'a folder, not a file',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ENOSPC: 'the disk is full',
  EROFS: 'the file system is read-only',
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

/**
 * Writes a file from parts, whole or not at all: into a temporary name in the same folder, synced to the disk, then
 * renamed over what was there before.
 *
 * @throws FacewrightError when the folder or the disk refuses; what was there before is then untouched.
 */
export async function writeWholeFile(path: string, parts: Iterable<Uint8Array>): Promise<void> {
  const folder = dirname(path);
  const temporary = join(folder, `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    const file = await open(temporary, 'wx');
    try {
      for (const part of parts) await file.writeFile(part);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw fileError(path, 'cannot be written', error);
  }
  await syncFolder(folder);
}

/** Makes a rename last through a power cut. Windows has no such call on folders, and some file systems refuse it. */
async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r');
    await handle.sync().finally(() => handle.close());
  } catch {
    // The file itself is whole and in place either way.
  }
}
