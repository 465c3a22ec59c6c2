/**
 * A file that is not whole yet, beside the place of the whole one: a hidden folder `.NAME.part-…` with the bytes and with what
 * is known of the file that they are the beginning of. A process writes into folders of its own only, so that several that fetch
 * the same file never meet; a folder that nobody owns any more is taken over by renaming it, which only one can do.
 */

import { createHash, randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, type FileHandle, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { FacewrightError } from '../errors.js';
import { isAlive } from '../node/is-alive.js';
import { makeFolder, moveIntoPlace, writeFailure } from '../node/whole-file.js';
import type { Validators } from './ranges.js';

const DATA = 'data';
const ABOUT = 'about.json';

/** What nobody has written to for so long is nobody's, whatever process its name tells of: that may be another by now. */
const ABANDONED_MS = 24 * 3600 * 1000;

/** In folders' names instead of the machine's, which may have any characters. */
const HOST = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);

const random = () => randomBytes(6).toString('hex');

export class PartialFile {
  #bytes = 0;
  #known: Validators = {};

  private constructor(
    /** Where the whole file will be. */
    readonly path: string,
    /** Whose beginning the bytes are: another source's are of no use. */
    private readonly source: string,
    private folder: string,
    private file: FileHandle,
  ) {}

  /** Bytes that are there. */
  get bytes(): number {
    return this.#bytes;
  }

  /** What the server said of the file that they are of. */
  get known(): Validators {
    return this.#known;
  }

  /**
   * Takes over what an earlier process left of the file, or begins anew.
   *
   * @param source where it is fetched from, without secrets: it is kept beside the bytes
   * @throws FacewrightError when the folder cannot be written to
   */
  static async take(path: string, source: string): Promise<PartialFile> {
    try {
      await makeFolder(dirname(path));
      const folder = join(dirname(path), `${prefixOf(path)}${HOST}.${process.pid}-${random()}`);
      if (!(await adopt(path, folder))) await makeFolder(folder);
      const partial = new PartialFile(path, source, folder, await open(join(folder, DATA), 'a'));
      await partial.#recall();
      return partial;
    } catch (error) {
      throw failure(path, error);
    }
  }

  /** Empties it, for a file of which that is known. */
  async begin(known: Validators): Promise<void> {
    await this.#writing(async () => {
      // In this order: bytes must never stand beside what is known of another file.
      if (this.#bytes > 0) await this.file.truncate(0);
      this.#bytes = 0;
      this.#known = known;
      await writeFile(join(this.folder, ABOUT), JSON.stringify({ source: this.source, ...known }));
    });
  }

  async append(chunk: Uint8Array): Promise<void> {
    await this.#writing(async () => {
      await this.file.appendFile(chunk);
      this.#bytes += chunk.length;
    });
  }

  /** SHA-256 of the bytes, in hex. */
  async sha256(): Promise<string> {
    return this.#writing(async () => {
      const hash = createHash('sha256');
      const file = await open(join(this.folder, DATA), 'r');
      for await (const chunk of file.createReadStream()) hash.update(chunk as Uint8Array);
      return hash.digest('hex');
    });
  }

  /** Puts it where the whole file belongs, and clears away what others left of it. */
  async finish(): Promise<void> {
    await this.#writing(async () => {
      await this.file.sync();
      await this.file.close();
      await moveIntoPlace(join(this.folder, DATA), this.path);
    });
    await rm(this.folder, { recursive: true, force: true });
    for (const left of await abandoned(this.path)) await rm(left, { recursive: true, force: true });
  }

  /** Leaves it for whoever goes on; an empty one is taken away. */
  async release(): Promise<void> {
    try {
      if (this.#bytes > 0) await this.file.sync();
      await this.file.close();
      if (this.#bytes === 0) await rm(this.folder, { recursive: true, force: true });
      else await rename(this.folder, join(dirname(this.path), `${prefixOf(this.path)}free-${random()}`));
    } catch {
      // Somebody took it away, or the disk is gone: nobody needs it then, and there is another error to tell of.
    }
  }

  /** What is known of the bytes that were found; bytes of which nothing is known, or of another source, are dropped. */
  async #recall(): Promise<void> {
    const { source, ...known } = await readAbout(join(this.folder, ABOUT));
    this.#bytes = (await this.file.stat()).size;
    this.#known = known;
    if (source !== this.source) await this.begin({});
  }

  async #writing<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw failure(this.path, error);
    }
  }
}

function failure(path: string, error: unknown): unknown {
  if (typeof (error as NodeJS.ErrnoException).code !== 'string') return error;
  return new FacewrightError(`${path}: ${writeFailure(error)}`, { cause: error });
}

function prefixOf(path: string): string {
  return `.${basename(path)}.part-`;
}

/** Makes what nobody owns ours, under that name. @returns whether there was something */
async function adopt(path: string, folder: string): Promise<boolean> {
  for (const left of await abandoned(path)) {
    try {
      await rename(left, folder);
    } catch {
      continue; // somebody else was quicker
    }
    if (isFree(path, left)) return true;
    // An owner that was taken for gone (in another container, asleep) writes on into the old bytes, which are now its own alone.
    await copyFile(join(folder, DATA), join(folder, `${DATA}.copy`), constants.COPYFILE_FICLONE).then(
      () => rename(join(folder, `${DATA}.copy`), join(folder, DATA)),
      () => rm(join(folder, `${DATA}.copy`), { force: true }),
    );
    return true;
  }
  return false;
}

/** The folders of the file that belong to nobody: released ones first, then those of processes that are gone. */
async function abandoned(path: string): Promise<string[]> {
  const prefix = prefixOf(path);
  const names = (await readdir(dirname(path))).filter((name) => name.startsWith(prefix));
  const [free, owned]: [string[], string[]] = [[], []];
  for (const name of names) {
    const folder = join(dirname(path), name);
    if (isFree(path, folder)) free.push(folder);
    else if (await isGone(name.slice(prefix.length), folder)) owned.push(folder);
  }
  return [...free, ...owned];
}

/** Whether whoever had it gave it back: nobody writes to it. */
function isFree(path: string, folder: string): boolean {
  return /^free-[0-9a-f]{12}$/.test(basename(folder).slice(prefixOf(path).length));
}

async function isGone(owner: string, folder: string): Promise<boolean> {
  const [, host, pid] = /^([0-9a-f]{8})\.(\d+)-[0-9a-f]{12}$/.exec(owner) ?? [];
  if (host === undefined) return false;
  if (host === HOST && !isAlive(Number(pid))) return true;
  const status = await stat(join(folder, DATA)).catch(() => undefined);
  return status !== undefined && Date.now() - status.mtimeMs > ABANDONED_MS;
}

async function readAbout(path: string): Promise<Validators & { readonly source?: string }> {
  try {
    const about = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown> | null;
    const { source, etag, lastModified, total } = about ?? {};
    return {
      ...(typeof source === 'string' ? { source } : {}),
      ...(typeof etag === 'string' ? { etag } : {}),
      ...(typeof lastModified === 'string' ? { lastModified } : {}),
      ...(Number.isSafeInteger(total) ? { total: total as number } : {}),
    };
  } catch {
    return {};
  }
}
