// Jobs of one kind, from their targets to their results in the store.

import { resolve } from 'node:path';
import { errorText } from '../errors.js';
import { makeTarget } from '../image/target.js';
import type { Generator } from '../model/generator.js';
import { type NamedOptions, resultKey } from '../results/journal.js';
import type { Job } from '../runs/batch.js';
import { BatchSearch, type Outcome } from '../runs/batch-search.js';
import { digest } from '../runs/jobs.js';
import { namedOptions } from '../runs/named-options.js';
import { FutileSearchError, ResultWriter } from '../runs/result-writer.js';
import type { Emit } from '../runs/running.js';
import type { WorkEvent } from './events.js';
import type { Hands, Held } from './hands.js';
import { filesOf, HopelessJobError, type JobSetting, resultId } from './job.js';
import { isBrokenDisk, type ResultStore, StoreError } from './store.js';

export interface ShiftParts {
  readonly setting: JobSetting;
  readonly generator: Generator;
  readonly store: ResultStore;
  readonly hands: Hands;
  readonly tally: { found: number; spared: number; failed: number; again: number; batches: number };
  readonly emit: Emit<WorkEvent>;
}

/** A job and what became of its search. */
interface Searched {
  readonly held: Held;
  readonly outcome: Outcome;
}

export class Shift {
  readonly #parts: ShiftParts;
  readonly #named: NamedOptions;
  readonly #batches: BatchSearch;
  readonly #writer: ResultWriter;

  constructor(parts: ShiftParts) {
    this.#parts = parts;
    const { setting, generator, store, emit } = parts;
    const { search: options, restarts, written } = setting;
    this.#named = namedOptions(setting, generator.info);
    const { workplace: out } = store;
    const common = { generator, options, restarts, starts: undefined, record: written.animate !== undefined };
    this.#batches = new BatchSearch(
      // A batch that is begun is searched to its end.
      { ...common, intermediates: written.saveIntermediate ? out : undefined, signal: new AbortController().signal },
      { notice: (message) => emit({ type: 'notice', message }), step: async () => {} },
    );
    this.#writer = new ResultWriter({ generator, setting: { ...written, out }, options, named: this.#named });
  }

  /** The most jobs that go together: fewer, once memory has run out. */
  get most(): number {
    return this.#batches.most;
  }

  /** Searches for jobs; those that are done, or that cannot be, leave the queue at once. @throws DeviceLostError, StoreError */
  async search(batch: readonly Held[]): Promise<Searched[]> {
    const { store, emit, tally } = this.#parts;
    const before = await store.findNow(batch.map(({ data }) => data));
    const prepared = await Promise.all(batch.map((held, i) => this.#prepare(held, before[i] !== undefined)));
    const ready = prepared.filter((one) => one !== undefined);
    if (ready.length === 0) return [];
    tally.batches++;
    await emit({ type: 'begun', outputs: ready.map(({ job }) => job.files.image) });
    const outcomes = await this.#batches.search(ready.map(({ job }) => job));
    const heldOf = new Map(ready.map(({ job, held }) => [job, held]));
    return outcomes.map((outcome) => ({ held: heldOf.get(outcome.job)!, outcome }));
  }

  /** Writes what was found. @throws StoreError when nothing can be kept */
  async finish(searched: readonly Searched[]): Promise<void> {
    if (searched.length === 0) return;
    const { hands, tally, emit } = this.#parts;
    const lost = new Set(await hands.lost(searched.map(({ held }) => held)));
    // The next result is written while the queue takes note of the last.
    const noted: Promise<void>[] = [];
    try {
      for (const { held, outcome } of searched) {
        if (lost.has(held)) {
          // Two must not write one result.
          tally.spared++;
          await emit({
            type: 'notice',
            message: `${held.data.name}: was searched for too long, and others have it now`,
          });
        } else if (await this.#finishOne(held, outcome)) {
          const note = hands.done(held);
          note.catch(() => {}); // it is heard of below
          noted.push(note);
        }
      }
    } finally {
      await Promise.allSettled(noted);
    }
    await Promise.all(noted);
  }

  /** @returns whether the result is in the store @throws StoreError when nothing can be kept */
  async #finishOne(held: Held, outcome: Outcome): Promise<boolean> {
    try {
      if ('error' in outcome) throw outcome.error;
      await this.#keep(held, outcome);
      return true;
    } catch (error) {
      await this.#fail(held, error, outcome.job);
      return false;
    }
  }

  /** What is searched for; undefined where that need not or cannot be. */
  async #prepare(held: Held, done: boolean): Promise<{ readonly held: Held; readonly job: Job } | undefined> {
    const { hands, tally } = this.#parts;
    try {
      // A worker that died between keeping the result and saying so leaves a job that is done.
      if (done) {
        await hands.done(held);
        tally.spared++;
        return undefined;
      }
      return { held, job: await this.#jobOf(held) };
    } catch (error) {
      await this.#fail(held, error);
      return undefined;
    }
  }

  async #jobOf({ data }: Held): Promise<Job> {
    const { store, generator } = this.#parts;
    const { name, input, emoji, duplicate, seed, key, size, target: content } = data;
    const path = await store.target(data);
    const target = await makeTarget(path, { size, fit: 'error', background: 'white' }).catch((error: unknown) => {
      throw isBrokenDisk(error) ? error : new HopelessJobError(errorText(error));
    });
    if (digest(target.rgb) !== content) {
      throw new HopelessJobError(`${path}: is another target than when it was enqueued; enqueue it again`);
    }
    if (resultKey({ target: content, model: generator.info.sha256, options: this.#named, seed, duplicate }) !== key) {
      throw new HopelessJobError(
        `${name}: was enqueued by a version of facewright that searches otherwise; enqueue it again`,
      );
    }
    const picture = { path: resolve(store.workplace, input), relative: input, name, index: 0 };
    return {
      picture: emoji === undefined ? picture : { ...picture, emoji },
      ...{ target, duplicate, seed, key, files: filesOf(data) },
    };
  }

  async #keep(held: Held, { job, found, seconds }: Extract<Outcome, { found: unknown }>): Promise<void> {
    const { store, tally, emit } = this.#parts;
    const line = await this.#writer.write(job, found, seconds);
    const counts = await store.put(held.data, line);
    tally[counts ? 'found' : 'spared']++;
    if (counts) await emit({ type: 'found', line });
  }

  /** Gives a job back that failed. @throws StoreError when that is the store's fault, and no other would fare better */
  async #fail(held: Held, error: unknown, job?: Job): Promise<void> {
    if (error instanceof StoreError) throw error;
    if (isBrokenDisk(error)) throw new StoreError(errorText(error), { cause: error });
    const { hands, store, tally, emit } = this.#parts;
    const mayHelp = helps(error);
    const again = hands.isTriedAgain(held, mayHelp);
    const { data } = held;
    if (!again) await store.putFailure(resultId(data), this.#writer.failed(job ?? this.#nameOf(data), error));
    await hands.failed(held, error, mayHelp);
    tally[again ? 'again' : 'failed']++;
    await emit({ type: 'failed', output: filesOf(data).image, reason: errorText(error), again });
  }

  #nameOf(data: Held['data']): Pick<Job, 'picture' | 'duplicate' | 'seed' | 'key' | 'files'> {
    const { name, input, emoji, duplicate, seed, key } = data;
    const path = resolve(this.#parts.store.workplace, input);
    return { picture: { path, relative: input, name, index: 0, emoji }, duplicate, seed, key, files: filesOf(data) };
  }
}

/** Whether another try can help: what is wrong with a job stays so, but not memory, engines, disks and networks. */
function helps(error: unknown): boolean {
  return !(error instanceof HopelessJobError || error instanceof FutileSearchError);
}
