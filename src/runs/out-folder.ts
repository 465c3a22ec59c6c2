// The output folder: that it can be written, and that nothing in it is lost.

import { access, readFile, realpath, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import sharp from 'sharp';
import { FacewrightError } from '../errors.js';
import { isMadeBy } from '../image/animation/encode.js';
import { animationFormats } from '../image/animation/formats.js';
import { makeFolder, temporaryIn } from '../node/whole-file.js';
import type { Journal } from '../results/journal.js';
import { counted } from '../words.js';
import { isOurLatents } from './latents-file.js';
import type { RunSetting } from './options.js';
import type { ResultFiles } from './result-files.js';

/** What XMP calls the program that made a picture; runs know their own pictures by it. */
export const creatorTool = {
  run: 'facewright run',
  generate: 'facewright generate',
  align: 'facewright align',
  emoji: 'facewright emoji',
  animate: 'facewright animate',
  serve: 'facewright serve',
} as const;

/**
 * Makes the folder, tries to write in it, and does the work. Folders that were made for nothing, because the work was
 * refused or stopped before it wrote anything, are taken away again.
 *
 * @throws FacewrightError when the folder cannot be made or written; what the work throws
 */
export async function inFolder<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const made = await prepareFolder(folder);
  try {
    return await work();
  } finally {
    if (made !== undefined) await removeEmpty(resolve(folder), made);
  }
}

/** @returns the topmost folder that had to be made */
async function prepareFolder(folder: string): Promise<string | undefined> {
  try {
    const made = await makeFolder(folder);
    await tryToWrite(folder);
    return made;
  } catch (error) {
    throw new FacewrightError(`--out ${folder}: ${folderFailure(error)}; choose another folder`);
  }
}

/** Writes a file into a folder, and removes it. @throws what the system throws */
export async function tryToWrite(folder: string): Promise<void> {
  const probe = temporaryIn(folder);
  try {
    await writeFile(probe, 'facewright', { flag: 'wx' });
  } finally {
    await rm(probe, { force: true });
  }
}

/** Removes a folder and those above it up to `top`, as long as nothing is in them. */
async function removeEmpty(folder: string, top: string): Promise<void> {
  try {
    for (let path = folder; path.length >= top.length; path = dirname(path)) await rmdir(path);
  } catch {
    // It is not empty: there it stays.
  }
}

function folderFailure(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  switch (code) {
    case 'EEXIST':
    case 'ENOTDIR':
      return 'is a file, or lies below one';
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return 'cannot be written (permission denied)';
    case 'ENOENT':
      return 'cannot be made there';
    case 'ENOSPC':
      return 'cannot be written (the disk is full)';
    default:
      return `cannot be written (${code ?? String(error)})`;
  }
}

export async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** Whether all of these files are in a folder. @param files relative to it */
export async function allThere(folder: string, files: readonly string[]): Promise<boolean> {
  const found = await Promise.all(files.map((file) => exists(join(folder, file))));
  return found.every((there) => there);
}

export interface GuardOptions {
  /** What is read. */
  readonly inputs: readonly string[];
  /** Files of the folder that its journal says are of our making. */
  readonly ours: ReadonlySet<string>;
  /** What XMP calls the program that makes such files. */
  readonly tool: string;
  /** Whether files of other origin may be overwritten. */
  readonly overwrite: boolean;
}

/** Refuses to write over the inputs, ever, and over files that are not of our making unless that is forced. */
export class FolderGuard {
  readonly #folder: string;
  readonly #options: GuardOptions;
  /** Where the inputs really are. */
  readonly #read: ReadonlySet<string>;

  private constructor(folder: string, options: GuardOptions, read: ReadonlySet<string>) {
    this.#folder = folder;
    this.#options = options;
    this.#read = read;
  }

  static async open(folder: string, options: GuardOptions): Promise<FolderGuard> {
    return new FolderGuard(folder, options, new Set(await Promise.all(options.inputs.map(actualPath))));
  }

  /** @param files what would be written, relative to the folder @throws FacewrightError for the first that must not be */
  async check(files: readonly string[]): Promise<void> {
    const { ours, tool, overwrite } = this.#options;
    const foreign: string[] = [];
    for (const file of files) {
      const path = join(this.#folder, file);
      if (!(await exists(path))) continue;
      if (this.#read.has(await actualPath(path))) {
        throw new FacewrightError(`${path}: is an input, which would be overwritten; choose another --out`);
      }
      if ((await stat(path)).isDirectory()) {
        throw new FacewrightError(`${path}: a folder is where a result would be written; choose another --out`);
      }
      if (!overwrite && !ours.has(file) && !(await isOurs(path, tool))) foreign.push(path);
    }
    if (foreign.length > 0) {
      const others = foreign.length > 1 ? ` (and ${counted(foreign.length - 1, 'other file')})` : '';
      throw new FacewrightError(
        `${foreign[0]}${others}: is there already, and facewright did not write it; ` +
          'choose another --out, or overwrite it with --force',
      );
    }
  }
}

/**
 * Looks for files that the results of a run would be written over.
 *
 * @param files of all results
 * @param journal what knows which files are of our making
 * @throws FacewrightError for the first that must not be
 */
export async function protectResults(
  files: readonly ResultFiles[],
  pictures: readonly { readonly path: string }[],
  setting: Pick<RunSetting, 'out' | 'overwrite' | 'saveLatents' | 'saveNpz' | 'saveIntermediate' | 'animate'>,
  journal: Pick<Journal, 'lines'>,
): Promise<void> {
  const { out, overwrite = false, saveLatents, saveNpz, saveIntermediate, animate } = setting;
  const written = new Set<string>();
  for (const result of files) {
    written.add(result.image).add(result.target);
    if (saveLatents) written.add(result.latents);
    if (saveNpz) written.add(result.npz);
    if (animate) written.add(result.animation(animate.format));
    if (saveIntermediate) written.add(result.intermediate(0).high).add(result.intermediate(0).low);
  }
  const inputs = pictures.map(({ path }) => path);
  const ours = new Set(
    journal.lines
      .flatMap(({ output, target, latents, npz, animation }) => [output, target, latents, npz, animation])
      .filter((file) => file != null),
  );
  const guard = await FolderGuard.open(out, { inputs, ours, tool: creatorTool.run, overwrite });
  await guard.check([...written]);
}

/** A run that was killed between writing a file and its line in the journal leaves a file that tells its own origin. */
async function isOurs(path: string, tool: string): Promise<boolean> {
  if (/\.(?:safetensors|npz)$/.test(path)) return isOurLatents(path);
  if (animationFormats.some((format) => path.endsWith(`.${format}`))) return isOurAnimation(path, [tool]);
  try {
    const { xmp } = await sharp(path).metadata();
    return xmp?.includes(`>${tool}<`) ?? false;
  } catch {
    return false;
  }
}

/** Whether one of our programs made an animation: of most formats sharp does not read the XMP. */
export async function isOurAnimation(path: string, tools: readonly string[]): Promise<boolean> {
  const bytes = await readFile(path).catch(() => undefined);
  return bytes !== undefined && tools.some((tool) => isMadeBy(bytes, tool));
}

/** The path with every link followed. */
async function actualPath(path: string): Promise<string> {
  return realpath(path).catch(() => resolve(path));
}
