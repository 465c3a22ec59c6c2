// The folder of a gallery: which files in it are the gallery's own, what is written, what has become stale.

import { readdir, readFile, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { FacewrightError } from '../../errors.js';
import { writeWholeFile } from '../../node/whole-file.js';

/** The list of a gallery's files. */
const MANIFEST = 'gallery.json';

/**
 * A gallery's folder. Its pages are listed in gallery.json before they are written, and all its files when they are:
 * whenever it is stopped, the next build knows which files are the gallery's own.
 */
export class SiteFolder {
  readonly #path: string;
  /** Files that the list names: of earlier builds, and of this one. */
  readonly #known: Set<string>;
  /** Files that are there. */
  readonly #there: Set<string>;
  readonly #kept = new Set<string>();

  private constructor(path: string, known: readonly string[], there: readonly string[]) {
    this.#path = path;
    this.#known = new Set(known);
    this.#there = new Set(there);
  }

  /** @throws FacewrightError when there is something in the folder that is no gallery, unless `force` */
  static async open(path: string, force: boolean): Promise<SiteFolder> {
    const there = await filesIn(path);
    const manifest = await readManifest(join(path, MANIFEST));
    const foreign = there.filter((file) => !file.split('/').at(-1)!.startsWith('.'));
    // Pictures are named after what is in them, so they are listed only at the end.
    const pictures = manifest === undefined ? [] : there.filter((file) => /^(images|tiles)\//.test(file));
    if (manifest === undefined && foreign.length > 0 && !force) {
      throw new FacewrightError(
        `${path}: has files in it, and is no gallery that facewright made; ` +
          'choose another --out, or write among them with --force',
      );
    }
    return new SiteFolder(path, [...(manifest ?? []), ...pictures], there);
  }

  /** Where a file of the gallery lies. */
  at(file: string): string {
    return join(this.#path, file);
  }

  /** Notes which files are going to be there, so that they are known as the gallery's own if it is stopped half-way. */
  async plan(files: readonly string[]): Promise<void> {
    for (const file of files) this.#known.add(file);
    await this.#writeManifest(this.#known);
  }

  /** Whether a file is there that an earlier build made whole; if so, it stays. */
  keep(file: string): boolean {
    if (!this.#there.has(file) || !this.#known.has(file)) return false;
    this.#kept.add(file);
    return true;
  }

  /** Keeps all files below a folder that `plan` or an earlier build listed. */
  keepBelow(folder: string): number {
    const files = [...this.#there].filter((file) => file.startsWith(`${folder}/`) && this.#known.has(file));
    for (const file of files) this.#kept.add(file);
    return files.length;
  }

  /** Counts a file as the gallery's that was put into the folder by other means. */
  add(file: string): void {
    this.#known.add(file);
    this.#kept.add(file);
  }

  /** Writes a file, unless it is there with the same content. */
  async write(file: string, content: string | Uint8Array): Promise<void> {
    this.add(file);
    if (this.#there.has(file)) {
      const before = await readFile(this.at(file));
      if (before.equals(typeof content === 'string' ? Buffer.from(content) : content)) return;
    }
    await writeWholeFile(this.at(file), content);
  }

  /** Removes what earlier builds wrote and this one did not, and writes the list. @returns how many were removed */
  async finish(): Promise<number> {
    const stale = [...this.#known].filter((file) => !this.#kept.has(file));
    const folders = new Set<string>();
    let removed = 0;
    for (const file of stale) {
      if (this.#there.has(file)) removed++;
      await rm(this.at(file), { force: true });
      for (let folder = dirname(file); folder !== '.'; folder = dirname(folder)) folders.add(folder);
    }
    for (const folder of [...folders].sort((a, b) => b.length - a.length)) {
      // One that is not empty stays.
      await rmdir(this.at(folder)).catch(() => {});
    }
    await this.#writeManifest(this.#kept);
    return removed;
  }

  async #writeManifest(files: ReadonlySet<string>): Promise<void> {
    await writeWholeFile(this.at(MANIFEST), `${JSON.stringify({ v: 1, files: [...files].sort() })}\n`);
  }
}

/** All files below a folder, relative to it, with forward slashes; none where there is no such folder. */
async function filesIn(path: string): Promise<string[]> {
  try {
    const entries = await readdir(path, { withFileTypes: true, recursive: true });
    const prefix = join(path, 'x').length - 1;
    return entries
      .filter((entry) => !entry.isDirectory())
      .map((entry) => join(entry.parentPath, entry.name).slice(prefix).replaceAll('\\', '/'));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return [];
    throw new FacewrightError(`${path}: cannot be read (${code}); choose another --out`);
  }
}

/** The files that a list names; undefined where there is none. Names that lead out of the folder are not believed. */
async function readManifest(path: string): Promise<string[] | undefined> {
  try {
    const { v, files } = JSON.parse(await readFile(path, 'utf8')) as { v?: unknown; files?: unknown };
    if (v !== 1 || !Array.isArray(files)) return undefined;
    return files.filter((file): file is string => typeof file === 'string' && isInside(file));
  } catch {
    return undefined;
  }
}

function isInside(file: string): boolean {
  return !/[\\:]/.test(file) && file.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}
