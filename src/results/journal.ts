// The journals: run.jsonl of a run, align.jsonl of an alignment. One line per result, appended and synced once its files
// are in place, so that what was stopped, by whatever, goes on where it stood.

import { createHash } from 'node:crypto';
import { type FileHandle, open, readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Precision } from '../engine/engine.js';
import { BrokenOffError, FacewrightError } from '../errors.js';
import { makeFolder, writeFailure } from '../node/whole-file.js';
import type { SearchLosses } from '../pulse/search.js';
import type { EmojiLabel } from './emoji-label.js';

/** One of several processes that share the work of one command and one output folder. */
export interface Shard {
  /** From 1. */
  readonly index: number;
  readonly count: number;
}

/** A process that takes its work from a queue: no two have the same name, of lower-case letters, digits and dashes. */
export interface Hand {
  readonly name: string;
}

/** What journals are called: `run` is run.jsonl, that of a shard run.2-of-8.jsonl, and that of a hand run.by-NAME.jsonl. */
export type JournalStem = 'run' | 'align';

/** The name of a journal. */
export function journalName(stem: JournalStem = 'run', owner?: Shard | Hand): string {
  if (owner === undefined) return `${stem}.jsonl`;
  return 'name' in owner ? `${stem}.by-${owner.name}.jsonl` : `${stem}.${owner.index}-of-${owner.count}.jsonl`;
}

/** The journals of a folder, those of all shards and hands, by their names. */
export function journalsAmong(files: readonly string[], stem: JournalStem = 'run'): string[] {
  const pattern = new RegExp(`^${stem}(?:\\.(?:\\d+-of-\\d+|by-[a-z0-9-]+))?\\.jsonl$`);
  return files.filter((file) => pattern.test(file)).sort();
}

/** How every line begins. */
const BEGINNING = '{"v":1,"key":"';

/** Options by their long names, as they are written down and hashed. */
export type NamedOptions = Readonly<Record<string, unknown>>;

/** What the lines of all journals have. Paths are relative to the folder and have forward slashes. */
export interface JournalEntry {
  readonly v: 1;
  readonly key: string;
  readonly status: 'done' | 'failed';
  /** When it was written down, in UTC (ISO 8601): which of two lines about one output is the later one. */
  readonly at?: string;
  /** Why it failed. */
  readonly error?: string;
  readonly input: string;
  readonly output: string;
}

/** A line of run.jsonl. */
export interface JournalLine extends JournalEntry {
  /** The picture that was searched for; null when it could not be made. */
  readonly target: string | null;
  readonly seed: number;
  /** From 1; 0 where it was the only result of its picture. */
  readonly duplicate: number;
  /** The restart that was kept, from 0. */
  readonly restart: number;
  readonly model: { readonly name: string; readonly sha256: string; readonly licence: string };
  readonly engine: string;
  readonly adapter: string;
  /** What the engine computed products in, or stored maps in; absent in lines of 0.1, whose options name it where it was not f32. */
  readonly precision?: Precision;
  readonly options: NamedOptions;
  readonly steps: number;
  /** The step whose picture was written, from 0; null when it failed. */
  readonly best_step: number | null;
  readonly losses: SearchLosses | null;
  readonly eps: number;
  readonly met: boolean;
  /** Seconds of search: those of its batch, shared out evenly. */
  readonly seconds: number;
  readonly latents?: string;
  /** w alone, for NumPy. */
  readonly npz?: string;
  /** The search as an animation. */
  readonly animation?: string;
  readonly trace?: readonly object[];
  /** What the picture is of, where that is known. */
  readonly emoji?: EmojiLabel;
  /** Where it failed for a reason of its own: there is no such picture, or no face in it. */
  readonly failure?: 'missing' | 'no-face';
}

/** What makes a result what it is: the same key, the same picture. */
export interface ResultIdentity {
  /** SHA-256 of the 8-bit target, or of the input's name where there is no target. */
  readonly target: string;
  readonly model: string;
  readonly options: NamedOptions;
  readonly seed: number;
  readonly duplicate: number;
}

/** The key of a result: a hash of all that it follows from. */
export function resultKey({ target, model, options, seed, duplicate }: ResultIdentity): string {
  return createHash('sha256').update(canonical({ target, model, options, seed, duplicate })).digest('hex').slice(0, 32);
}

/** JSON with the names of every object in order: equal values have equal texts. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

/** The lines of a journal's text, and how much of the text is whole: a torn last line is left out. */
export function parseJournal<Line extends JournalEntry = JournalLine>(
  text: string,
  path: string,
): { lines: Line[]; whole: number } {
  const lines: Line[] = [];
  let whole = 0;
  let number = 0;
  while (whole < text.length) {
    number++;
    const newline = text.indexOf('\n', whole);
    const end = newline < 0 ? text.length : newline;
    const line = readLine<Line>(text.slice(whole, end));
    if (line === undefined) {
      if (newline < 0 && isTorn(text.slice(whole))) break;
      throw new FacewrightError(
        `${path}: line ${number} is not one that this version of facewright wrote; ` +
          'move the file away or choose another --out',
      );
    }
    if (line !== null) lines.push(line);
    whole = newline < 0 ? end : end + 1;
  }
  return { lines, whole };
}

/** Whether the text is the beginning of a line of ours. */
function isTorn(text: string): boolean {
  return BEGINNING.startsWith(text.slice(0, BEGINNING.length));
}

/** One line; null for an empty one, undefined for what is none. */
function readLine<Line extends JournalEntry>(text: string): Line | null | undefined {
  if (text.trim() === '') return null;
  try {
    const line = JSON.parse(text) as Partial<JournalEntry> | null;
    const known = line?.v === 1 && typeof line.key === 'string' && typeof line.output === 'string';
    return known ? (line as Line) : undefined;
  } catch {
    return undefined;
  }
}

/** An open journal. */
export class Journal<Line extends JournalEntry = JournalLine> {
  readonly path: string;
  readonly #lines: Line[];
  readonly #others: OtherJournals<Line>;
  #file: FileHandle | undefined;
  /** The last finished line of each output: what lies there now. */
  readonly #latest = new Map<string, Line>();
  /** Settles when what was to be added is on the disk, or failed to be. */
  #appended: Promise<void> = Promise.resolve();
  #broken: BrokenOffError | undefined;
  /** The last failure of each output, where nothing was found since. */
  readonly #failed = new Map<string, Line>();

  private constructor(path: string, lines: Line[], file: FileHandle | undefined, others: OtherJournals<Line>) {
    this.path = path;
    this.#others = others;
    this.#lines = lines;
    this.#file = file;
    for (const line of inTime(lines)) this.#note(line);
  }

  /**
   * Opens a journal of a folder and drops a torn last line. A new file is not begun before it has a first line. What the
   * journals of others hold counts as done, too; they are only read.
   *
   * @throws FacewrightError when a file is not a journal, or cannot be read and written
   */
  static async open<Line extends JournalEntry = JournalLine>(
    folder: string,
    stem: JournalStem = 'run',
    owner?: Shard | Hand,
  ): Promise<Journal<Line>> {
    const name = journalName(stem, owner);
    const path = join(folder, name);
    const own = await readJournal<Line>(path);
    const others = new OtherJournals<Line>(folder, stem, name);
    const lines = await others.news();
    if (own === undefined) return new Journal<Line>(path, lines, undefined, others);
    const file = await open(path, 'a').catch((error: NodeJS.ErrnoException) => {
      throw new FacewrightError(`${path}: cannot be written (${error.code}); choose another --out`);
    });
    const { bytes, kept } = own;
    if (kept < bytes.length) await file.truncate(kept);
    if (kept > 0 && bytes[kept - 1] !== 0x0a) await file.appendFile('\n');
    return new Journal<Line>(path, [...lines, ...own.lines], file, others);
  }

  /** Reads what others have added since. @throws FacewrightError when a file is not a journal, or cannot be read */
  async refresh(): Promise<void> {
    const news = await this.#others.news();
    this.#lines.push(...news);
    for (const line of news) this.#note(line);
  }

  get lines(): readonly Line[] {
    return this.#lines;
  }

  /** The line of what was last written as this output, by whatever run. */
  latest(output: string): Line | undefined {
    return this.#latest.get(output);
  }

  /** The line of the failure that is the last that is known of this output. */
  lastFailure(output: string): Line | undefined {
    return this.#failed.get(output);
  }

  /**
   * Adds a line, with the time; it is on the disk when this returns. Lines that are added at once go one after the other.
   *
   * @throws BrokenOffError when it cannot be written; no line is added after that, since half of this one may be there
   */
  append(timeless: Line): Promise<void> {
    const line = { ...timeless, at: timeless.at ?? new Date().toISOString() };
    const appended = this.#appended.then(() => this.#append(line));
    this.#appended = appended.catch(() => {});
    return appended;
  }

  async #append(line: Line): Promise<void> {
    if (this.#broken !== undefined) throw this.#broken;
    try {
      await this.#write(line);
    } catch (error) {
      this.#broken = new BrokenOffError(`${this.path}: ${writeFailure(error)}`, { cause: error });
      throw this.#broken;
    }
    this.#lines.push(line);
    this.#note(line);
  }

  async #write(line: Line): Promise<void> {
    if (this.#file === undefined) {
      // A picture without a face writes no crop: nothing else may have made the folder.
      await makeFolder(dirname(this.path));
      this.#file = await open(this.path, 'a');
    }
    await this.#file.appendFile(`${JSON.stringify(line)}\n`);
    await this.#file.datasync();
  }

  async close(): Promise<void> {
    await this.#appended;
    await this.#file?.close();
  }

  #note(line: Line): void {
    if (line.status === 'done') {
      this.#latest.set(line.output, line);
      this.#failed.delete(line.output);
    } else this.#failed.set(line.output, line);
  }
}

/** Lines in the order in which they were written, into whatever journal; those of before there were times come first. */
export function inTime<Line extends JournalEntry>(lines: readonly Line[]): Line[] {
  const time = ({ at = '' }: Line) => at;
  return [...lines].sort((a, b) => (time(a) < time(b) ? -1 : Number(time(a) > time(b))));
}

/** The journals of a folder that are not ours, read once, and later what was added. */
class OtherJournals<Line extends JournalEntry> {
  /** How many bytes of each were read, by its name. */
  readonly #read = new Map<string, number>();

  constructor(
    private readonly folder: string,
    private readonly stem: JournalStem,
    private readonly own: string,
  ) {}

  /** The lines that were added since they were last asked for. A line that is being written just now is left for later. */
  async news(): Promise<Line[]> {
    const lines: Line[] = [];
    // Where the folder is not there yet, it is made with the first line.
    const files = await readdir(this.folder).catch(() => []);
    for (const name of journalsAmong(files, this.stem)) {
      if (name === this.own) continue;
      const from = this.#read.get(name) ?? 0;
      const added = await readJournal<Line>(join(this.folder, name), from);
      lines.push(...(added?.lines ?? []));
      this.#read.set(name, from + (added?.kept ?? 0));
    }
    return lines;
  }
}

/**
 * The lines of a journal file and how many of its bytes are whole; undefined when there is no such file.
 *
 * @param from so many bytes are passed over
 */
async function readJournal<Line extends JournalEntry>(
  path: string,
  from = 0,
): Promise<{ lines: Line[]; bytes: Buffer; kept: number } | undefined> {
  const bytes = await bytesFrom(path, from).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new FacewrightError(`${path}: cannot be read (${error.code}); choose another --out`);
  });
  if (bytes === undefined) return undefined;
  const text = bytes.toString('utf8');
  const { lines, whole } = parseJournal<Line>(text, path);
  return { lines, bytes, kept: Buffer.byteLength(text.slice(0, whole)) };
}

async function bytesFrom(path: string, from: number): Promise<Buffer> {
  if (from === 0) return readFile(path);
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const bytes = Buffer.alloc(Math.max(0, size - from));
    const { bytesRead } = await file.read(bytes, 0, bytes.length, from);
    return bytes.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
