/** Files written whole or not at all. */

import { randomBytes } from 'node:crypto';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { FacewrightError } from '../errors.js';

/**
 * A new name for a file that is being written into a folder: hidden, and short, whatever the length of its later name.
 * In the folder of the file itself, because a rename is atomic only within a file system.
 */
export function temporaryIn(folder: string): string {
  return join(folder, `.facewright-${process.pid}-${randomBytes(6).toString('hex')}.tmp`);
}

/**
 * Writes a file so that it is there whole or, whatever happens, not at all: to a hidden file beside it, synced to the
 * disk, then renamed over `path`. Missing folders are made; a file that was there is replaced.
 *
 * @param content text, bytes, or several parts that are written one after the other
 * @throws FacewrightError that starts with the path when the folder cannot be written or the disk is full; what was there
 *   before is then untouched
 */
export async function writeWholeFile(
  path: string,
  content: string | Uint8Array | readonly Uint8Array[],
): Promise<void> {
  const folder = dirname(path);
  const temporary = temporaryIn(folder);
  try {
    await mkdir(folder, { recursive: true });
    const file = await open(temporary, 'wx');
    try {
      for (const part of Array.isArray(content) ? content : [content]) await file.writeFile(part);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw new FacewrightError(`${path}: ${writeFailure(error)}`, { cause: error });
  }
  await syncFolder(folder);
}

/** Makes a rename survive a power cut. Not every system can open a folder or sync one; the file is whole either way. */
async function syncFolder(folder: string): Promise<void> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(folder, 'r');
    await handle.sync();
  } catch {
    // Windows (EPERM, EISDIR) and some network file systems (EINVAL).
  } finally {
    await handle?.close();
  }
}

function writeFailure(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  switch (code) {
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return 'its folder cannot be written; choose another, or change its permissions';
    case 'ENOTDIR':
    case 'EEXIST':
      return 'a part of its folder is a file; choose another folder';
    case 'EISDIR':
    case 'ENOTEMPTY':
      return 'a folder of that name is in the way; choose another name';
    case 'ENOSPC':
    case 'EDQUOT':
      return 'the disk is full; make room or choose another folder';
    case 'ENAMETOOLONG':
      return 'the name is too long for this file system; choose a shorter one';
    default:
      return `cannot be written (${code ?? (error as Error).message}); choose another folder`;
  }
}
