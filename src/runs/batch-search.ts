// Searches for batches one after the other, and goes on where one fails: in smaller ones, or with the device opened anew.

import { AbortedError } from '../errors.js';
import { type BatchStep, type Found, type Job, type SearchSetting, searchBatch } from './batch.js';
import { Recovery } from './recovery.js';

/** What became of a job. */
export type Outcome = { readonly job: Job } & (
  | {
      readonly found: Found;
      /** Seconds of search: those of its batch, shared out evenly. */
      readonly seconds: number;
    }
  | { readonly error: unknown }
);

/** What a search tells while it goes on. */
export interface BatchTelling {
  /** What a person should know of how it goes on: a sentence without its full stop. */
  readonly notice: (message: string) => Promise<void>;
  /** Told of a failure before anything is tried again. @throws where no other search would fare better */
  readonly failed?: (error: unknown) => Promise<void>;
  readonly step: (jobs: readonly Job[], step: BatchStep) => Promise<void>;
}

export class BatchSearch {
  readonly #setting: SearchSetting;
  readonly #telling: BatchTelling;
  readonly #recovery: Recovery;

  constructor(setting: SearchSetting, telling: BatchTelling) {
    this.#setting = setting;
    this.#telling = telling;
    this.#recovery = new Recovery(setting.generator, telling.notice);
  }

  /** The most jobs that still go together: fewer, once memory has run out. */
  get most(): number {
    return this.#recovery.most;
  }

  /**
   * Searches for jobs of equal target size. What fails together is tried again one by one, or as `Recovery` has it.
   *
   * @returns an outcome for each; for fewer where the signal stopped it
   * @throws DeviceLostError where no other search would work either; what `failed` throws
   */
  async search(jobs: readonly Job[]): Promise<Outcome[]> {
    const { signal } = this.#setting;
    const began = performance.now();
    try {
      const found = await searchBatch(this.#setting, jobs, (step) => this.#telling.step(jobs, step));
      this.#recovery.succeeded();
      const seconds = (performance.now() - began) / 1000 / jobs.length;
      return jobs.map((job, i) => ({ job, found: found[i], seconds }));
    } catch (error) {
      if (signal.aborted || error instanceof AbortedError) return [];
      await this.#telling.failed?.(error);
      const together = await this.#recovery.after(error, jobs.length);
      if (together === undefined && jobs.length === 1) return [{ job: jobs[0], error }];
      const outcomes: Outcome[] = [];
      for (let first = 0; first < jobs.length && !signal.aborted; ) {
        const part = jobs.slice(first, first + Math.min(together ?? 1, this.most));
        outcomes.push(...(await this.search(part)));
        first += part.length;
      }
      return outcomes;
    }
  }
}
