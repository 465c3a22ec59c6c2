// A run that has been opened: what is found is written while the next batch is searched for.

import { BrokenOffError } from '../errors.js';
import type { Generator } from '../model/generator.js';
import type { SearchOptions } from '../pulse/options.js';
import type { Journal, JournalLine, NamedOptions } from '../results/journal.js';
import type { Found, Job } from './batch.js';
import { BatchSearch, type Outcome } from './batch-search.js';
import type { FolderClaim } from './claimed-folder.js';
import { doneInFolder } from './done-before.js';
import type { RunEvent, RunSummary, Searched } from './events.js';
import { type JobName, Jobs } from './jobs.js';
import type { SavedStarts } from './latents-file.js';
import type { RunSetting } from './options.js';
import { protectResults } from './out-folder.js';
import { NoPictureError, type Picture } from './pictures.js';
import { ResultWriter } from './result-writer.js';
import type { Emit } from './running.js';
import { usualBatch } from './usual-batch.js';

/** What a run consists of. */
export interface RunParts {
  readonly generator: Generator;
  readonly pictures: readonly Picture[];
  readonly setting: RunSetting;
  readonly options: SearchOptions;
  /** The options by their long names, as they are written down. */
  readonly named: NamedOptions;
  readonly starts: SavedStarts | undefined;
  readonly journal: Journal;
  readonly claim: FolderClaim;
  readonly emit: Emit<RunEvent>;
  readonly signal: AbortSignal;
}

export class Runner {
  readonly #parts: RunParts;
  readonly #jobs: Jobs;
  readonly #batches: BatchSearch;
  readonly #writer: ResultWriter;
  /** By the output's name. */
  readonly #lines = new Map<string, JournalLine>();
  /** Stops the search when what it finds cannot be written. */
  readonly #broken = new AbortController();
  #earlier = 0;

  constructor(given: RunParts) {
    const parts = { ...given, signal: AbortSignal.any([given.signal, this.#broken.signal]) };
    this.#parts = parts;
    const onWarning = (picture: Picture, message: string) => parts.emit({ type: 'warning', picture, message });
    const { generator, setting, options, starts, signal, journal, emit } = parts;
    const { out, batch, restarts, animate } = setting;
    this.#jobs = new Jobs({
      ...parts,
      info: generator.info,
      steps: options.steps,
      together: batch ?? usualBatch(generator),
      onWarning,
      doneBefore: (job) => doneInFolder(job, setting, journal, options.steps),
    });
    const intermediates = setting.saveIntermediate ? out : undefined;
    this.#batches = new BatchSearch(
      { generator, options, restarts, starts, intermediates, record: animate !== undefined, signal },
      {
        notice: (message) => emit({ type: 'notice', message }),
        // The pictures after every step are written while it searches.
        failed: (error) => this.#requireFolder(error),
        step: (jobs, { step, losses }) =>
          emit({ type: 'step', step, searches: jobs.map((job, i) => ({ ...searched(job), losses: losses[i] })) }),
      },
    );
    this.#writer = new ResultWriter(parts);
  }

  /** Looks for files that would be lost. @throws FacewrightError for the first */
  async protect(): Promise<void> {
    const { setting, pictures, journal } = this.#parts;
    await protectResults(this.#jobs.possibleFiles(), pictures, setting, journal);
  }

  async perform(): Promise<RunSummary> {
    const { emit, signal, setting, options } = this.#parts;
    await emit({ type: 'started', wanted: this.#jobs.wanted, steps: setting.restarts * options.steps });
    // What is found is written while the next batch is searched for.
    let writing: Promise<void> = Promise.resolve();
    try {
      for await (const next of this.#jobs.next()) {
        if (signal.aborted) break;
        if ('done' in next) {
          this.#earlier++;
          this.#lines.set(next.done.output, next.done);
          await emit({ type: 'skipped', picture: next.picture, line: next.done });
        } else if ('error' in next) {
          await this.#fail(next.failed, next.error);
        } else {
          for (const job of next.batch) await emit({ type: 'begun', ...searched(job), target: job.target });
          const outcomes = await this.#batches.search(next.batch);
          this.#jobs.limit(this.#batches.most);
          await writing;
          writing = this.#finish(outcomes);
          writing.catch((error) => this.#broken.abort(error));
        }
      }
    } finally {
      await writing;
    }
    return this.#summary();
  }

  /** Writes what was found. A signal to stop leaves this alone. */
  async #finish(outcomes: readonly Outcome[]): Promise<void> {
    for (const outcome of outcomes) {
      const { job } = outcome;
      try {
        if ('error' in outcome) throw outcome.error;
        await this.#write(job, outcome.found, outcome.seconds);
      } catch (error) {
        await this.#fail(job, error);
      }
    }
  }

  async #write(job: Job, found: Found, seconds: number): Promise<void> {
    await this.#parts.claim.check();
    const line = await this.#writer.write(job, found, seconds);
    await this.#note(line);
    await this.#parts.emit({ type: 'found', ...searched(job), target: job.target, line, result: found.result });
  }

  /** Notes and tells that a picture has no result. */
  async #fail(job: JobName, error: unknown): Promise<void> {
    if (!(error instanceof NoPictureError)) await this.#requireFolder(error);
    const noted = this.#writer.failed(job, error);
    const before = this.#parts.journal.lastFailure(noted.output);
    // That an emoji has no face is no fault, and there may be hundreds: each is noted once.
    const known = noted.failure !== undefined && before?.failure === noted.failure && before.error === noted.error;
    if (known) this.#lines.set(noted.output, noted);
    else await this.#note(noted);
    await this.#parts.emit({ type: 'failed', ...searched(job), line: noted, error });
  }

  /** Something failed: where it is not one result's affair, no other is tried. @throws BrokenOffError */
  async #requireFolder(error: unknown): Promise<void> {
    if (error instanceof BrokenOffError) throw error;
    await this.#parts.claim.checkWritable();
  }

  async #note(line: JournalLine): Promise<void> {
    const { journal, claim } = this.#parts;
    await claim.check();
    await journal.append(line);
    this.#lines.set(line.output, line);
  }

  #summary(): RunSummary {
    const { wanted } = this.#jobs;
    const lines = this.#jobs
      .files()
      .map(({ image }) => this.#lines.get(image))
      .filter((line) => line !== undefined);
    return {
      lines,
      earlier: this.#earlier,
      failed: lines.filter(({ status, failure }) => status === 'failed' && failure === undefined).length,
      without: lines.filter(({ failure }) => failure !== undefined).length,
      missed: lines.filter(({ status, met }) => status === 'done' && !met).length,
      wanted,
      interrupted: this.#parts.signal.aborted && lines.length < wanted,
      seed: this.#jobs.seed,
    };
  }
}

function searched({ picture, duplicate, files }: JobName): Searched {
  return { picture, duplicate, output: files.image };
}
