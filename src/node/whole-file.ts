/** Files written whole or not at all. */

import { randomBytes } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { BrokenOffError, FacewrightError } from '../errors.js';

/** What the names of this process's unfinished files hold, and no other's, on whatever machine. */
export const ownMark = randomBytes(6).toString('hex');

/**
 * A new name for a file that is being written into a folder: hidden, and short, whatever the length of its later name.
 * In the folder of the file itself, because a rename is atomic only within a file system.
 */
export function temporaryIn(folder: string): string {
  return join(folder, `${nameBegins(ownMark)}${randomBytes(6).toString('hex')}.tmp`);
}

function nameBegins(mark: string): string {
  return `.facewright-${mark}-`;
}

/** Removes what a process that has ended left unfinished in a folder and those below it, as far as that can be done. */
export async function removeUnfinished(folder: string, mark: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true }).catch(() => []);
  const left = entries.filter((path) => basename(path).startsWith(nameBegins(mark)));
  for (const path of left) await rm(join(folder, path), { recursive: true, force: true }).catch(() => {});
}

/**
 * Writes a file so that it is there whole or, whatever happens, not at all: to a hidden file beside it, synced to the
 * disk, then renamed over `path`. Missing folders are made; a file that was there is replaced.
 *
 * @param content text, bytes, or several parts that are written one after the other
 * @throws FacewrightError that starts with the path when the folder cannot be written, BrokenOffError when the disk is full
 *   or broken; what was there before is then untouched
 */
export async function writeWholeFile(
  path: string,
  content: string | Uint8Array | readonly Uint8Array[],
): Promise<void> {
  const folder = dirname(path);
  const temporary = temporaryIn(folder);
  try {
    await makeFolder(folder);
    const file = await open(temporary, 'wx');
    try {
      for (const part of Array.isArray(content) ? content : [content]) await file.writeFile(part);
      await file.sync();
    } finally {
      await file.close();
    }
    await moveIntoPlace(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw new (isOfDisk(error) ? BrokenOffError : FacewrightError)(`${path}: ${writeFailure(error)}`, { cause: error });
  }
}

/** Gives a file that is whole and synced its name, over what was there, so that the name survives a power cut too. */
export async function moveIntoPlace(temporary: string, path: string): Promise<void> {
  await rename(temporary, path);
  await syncFolder(dirname(path));
}

/**
 * Makes a folder and those that it lies in.
 *
 * Not `mkdir` with `recursive`: that never returns where a folder is missing and none can be made, as in /proc
 * (libuv answers ENOENT for the parent, and Node 20 to 24 try again).
 *
 * @returns the topmost folder that was made; undefined when all were there
 */
export async function makeFolder(folder: string): Promise<string | undefined> {
  const path = resolve(folder);
  const above = dirname(path);
  let made: string | undefined;
  if (above !== path && !(await isThere(above))) made = await makeFolder(above);
  try {
    await mkdir(path);
    return made ?? path;
  } catch (error) {
    // It was there, or somebody else was quicker; anything else in its place is an error.
    if ((error as NodeJS.ErrnoException).code === 'EEXIST' && (await stat(path)).isDirectory()) return made;
    throw error;
  }
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
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

/** Codes of the operating system that other files will meet too, wherever they are written. */
export const diskCodes: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG', 'EIO']);

function isOfDisk(error: unknown): boolean {
  return diskCodes.has((error as NodeJS.ErrnoException).code ?? '');
}

/** What an error of the operating system means for somebody who wanted to write a file, as the end of a sentence. */
export function writeFailure(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  switch (code) {
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return 'its folder cannot be written; choose another, or change its permissions';
    case 'ENOENT':
      return 'no such folder, and none can be made there; choose another folder';
    case 'ENOTDIR':
    case 'EEXIST':
      return 'a part of its folder is a file; choose another folder';
    case 'EISDIR':
    case 'ENOTEMPTY':
      return 'a folder of that name is in the way; choose another name';
    case 'ENOSPC':
    case 'EDQUOT':
      return 'the disk is full; make room or choose another folder';
    case 'EFBIG':
      return 'files may not be so large here (ulimit -f shows how large); raise that, or choose another folder';
    case 'ENAMETOOLONG':
      return 'the name is too long for this file system; choose a shorter one';
    default:
      return `cannot be written (${code ?? (error as Error).message}); choose another folder`;
  }
}
