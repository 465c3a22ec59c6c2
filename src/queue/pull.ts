// From a bucket to a folder as a run leaves it.

import { createHash } from 'node:crypto';
import { basename, extname, join } from 'node:path';
import { FacewrightError } from '../errors.js';
import { writeWholeFile } from '../node/whole-file.js';
import { Journal, type JournalLine, journalName } from '../results/journal.js';
import { inClaimedFolder } from '../runs/claimed-folder.js';
import { allThere, creatorTool, exists, FolderGuard } from '../runs/out-folder.js';
import { type Emit, Running } from '../runs/running.js';
import { S3Bucket } from './bucket.js';
import type { KeptResult } from './bucket-store.js';
import { isInside } from './job.js';
import { parseBucket } from './store.js';

export interface PullOptions {
  /** s3://BUCKET/PREFIX, which jobs wrote to. */
  readonly from: string;
  /** The folder for the results; made when missing. */
  readonly out: string;
  /** Write over files that facewright did not write. */
  readonly overwrite?: boolean;
  /** Stops it once what is being written is whole. */
  readonly signal?: AbortSignal;
}

/** A result came, was there, or is the failure of a picture. */
export interface PullEvent {
  readonly type: 'pulled' | 'skipped' | 'failed';
  readonly line: JournalLine;
}

export interface PullSummary {
  /** Results that came, and results that were there. */
  readonly pulled: number;
  readonly earlier: number;
  /** Pictures without a result. */
  readonly failed: number;
  readonly interrupted: boolean;
}

/** Results that are fetched at once. */
const AT_ONCE = 16;

/**
 * Fetches the results of a bucket into a folder, which is then as a run would have left it; what is there is left alone.
 *
 * @throws FacewrightError where files are in the way, or the bucket has other things in it; BrokenOffError when it cannot be read
 *
 * @example
 * await pullResults({ from: 's3://bucket/run', out: 'faces' }).summary;
 */
export function pullResults(options: PullOptions): Running<PullEvent, PullSummary> {
  const address = parseBucket(options.from);
  if (address === undefined) throw new FacewrightError(`${options.from}: must be s3://BUCKET/PREFIX`);
  return new Running(
    (emit, signal) =>
      inClaimedFolder(options.out, journalName(), async () => {
        const bucket = await S3Bucket.open(address);
        const journal = await Journal.open(options.out);
        try {
          return await new Pull(bucket, journal, options, emit, signal).perform();
        } finally {
          await journal.close();
          bucket.close();
        }
      }),
    options.signal,
  );
}

class Pull {
  readonly #tally = { pulled: 0, earlier: 0, failed: 0 };

  constructor(
    private readonly bucket: S3Bucket,
    private readonly journal: Journal,
    private readonly options: PullOptions,
    private readonly emit: Emit<PullEvent>,
    private readonly signal: AbortSignal,
  ) {}

  async perform(): Promise<PullSummary> {
    await this.#each('kept/', (names) => Promise.all(names.map((name) => this.#keep(name))));
    await this.#each('results/', (names) => this.#results(names));
    await this.#each('failures/', (names) => this.#failures(names));
    return { ...this.#tally, interrupted: this.signal.aborted };
  }

  /** Does something with all objects that begin so, some at a time. */
  async #each(beginning: string, work: (names: readonly string[]) => Promise<unknown>): Promise<void> {
    for await (const page of this.bucket.list(beginning)) {
      for (let first = 0; first < page.length && !this.signal.aborted; first += AT_ONCE) {
        await work(page.slice(first, first + AT_ONCE));
      }
    }
  }

  async #keep(name: string): Promise<void> {
    const path = this.#path(name.slice('kept/'.length));
    if (!(await exists(path))) await writeWholeFile(path, await this.#get(name));
  }

  async #results(names: readonly string[]): Promise<void> {
    const all = await Promise.all(names.map(async (name) => JSON.parse(String(await this.#get(name))) as KeptResult));
    // Of two about one output the later one counts, as in a folder.
    const latest = new Map<string, KeptResult>();
    for (const kept of all) {
      const other = latest.get(kept.line.output);
      if (other === undefined || timeOf(other.line) < timeOf(kept.line)) latest.set(kept.line.output, kept);
    }
    const written = await Promise.all(
      [...latest.values()].map(async (kept) => ({ kept, is: await this.#bring(kept) })),
    );
    for (const { kept, is } of written) {
      if (is) await this.journal.append(kept.line);
      this.#tally[is ? 'pulled' : 'earlier']++;
      await this.emit({ type: is ? 'pulled' : 'skipped', line: kept.line });
    }
  }

  /** Fetches the files of a result. @returns false where they, or later ones, are there */
  async #bring({ line, files }: KeptResult): Promise<boolean> {
    const { out, overwrite = false } = this.options;
    const names = Object.keys(files);
    for (const name of names) this.#path(name);
    const before = this.journal.latest(line.output);
    if (before !== undefined && timeOf(before) >= timeOf(line) && (await allThere(out, names))) return false;
    const ours = new Set(before === undefined ? [] : names);
    await (await FolderGuard.open(out, { inputs: [], ours, tool: creatorTool.run, overwrite })).check(names);
    for (const [file, name] of Object.entries(files)) {
      const bytes = await this.#get(name);
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      if (sha256 !== basename(name, extname(name))) {
        throw new FacewrightError(`${this.bucket.shown}/${name}: is damaged; remove it and results/ of the same name`);
      }
      await writeWholeFile(this.#path(file), bytes);
    }
    return true;
  }

  async #failures(names: readonly string[]): Promise<void> {
    const lines = await Promise.all(
      names.map(async (name) => JSON.parse(String(await this.#get(name))) as JournalLine),
    );
    for (const line of lines) {
      // What was found since is told already.
      if (this.journal.latest(line.output) !== undefined) continue;
      this.#tally.failed++;
      if (this.journal.lastFailure(line.output)?.at !== line.at) await this.journal.append(line);
      await this.emit({ type: 'failed', line });
    }
  }

  async #get(name: string): Promise<Buffer> {
    const bytes = await this.bucket.get(name);
    if (bytes === undefined) throw new FacewrightError(`${this.bucket.shown}/${name}: is not there any more`);
    return bytes;
  }

  #path(file: string): string {
    if (!isInside(file))
      throw new FacewrightError(`${this.bucket.shown}: ${file} would be written outside of ${this.options.out}`);
    return join(this.options.out, file);
  }
}

function timeOf({ at = '' }: JournalLine): string {
  return at;
}
