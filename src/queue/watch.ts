// Watching jobs leave the queue, whoever works on them.

import { setTimeout as sleep } from 'node:timers/promises';
import type { JournalLine } from '../results/journal.js';
import type { Emit } from '../runs/running.js';
import { type FaceQueue, statesOf } from './connect.js';
import type { EnqueueEvent } from './events.js';
import { type JobData, jobId } from './job.js';
import type { Steady } from './steady.js';
import type { ResultStore } from './store.js';

/** Between two looks at jobs that were not done by the last one. */
const LOOK_MS = 1000;
/** Jobs that are looked at at once. */
const PAGE = 1000;

export interface WatchParts {
  readonly queue: FaceQueue;
  readonly store: ResultStore;
  readonly steady: Steady;
  readonly emit: Emit<EnqueueEvent>;
  readonly signal: AbortSignal;
}

/**
 * Follows jobs to their end by asking for their states, the oldest first, which end first. Events of the queue are not listened
 * to: its server forgets all but the last ten thousand, and those of while it was away.
 */
export class Watch {
  readonly tally = { found: 0, failed: 0, missed: 0, cancelled: 0 };
  /** By id: what is not known to have ended. */
  readonly #pending = new Map<string, { readonly data: JobData; readonly output: string }>();
  #more = true;

  constructor(private readonly parts: WatchParts) {}

  add(data: JobData, output: string): void {
    this.#pending.set(jobId(data), { data, output });
  }

  /** No more jobs are added from now on. */
  noMore(): void {
    this.#more = false;
  }

  /** Tells of every job that ends, until all have, or the signal is raised. */
  async follow(): Promise<void> {
    const { signal } = this.parts;
    while (!signal.aborted && (this.#more || this.#pending.size > 0)) {
      const ids = [...this.#pending.keys()].slice(0, PAGE);
      const ended = await this.#look(ids);
      if (ended < ids.length / 2 || ids.length === 0) await sleep(LOOK_MS, undefined, { signal }).catch(() => {});
    }
  }

  /** @returns how many of the jobs have ended */
  async #look(ids: readonly string[]): Promise<number> {
    const { queue, steady, store } = this.parts;
    const states = await steady.ask(() => statesOf(queue, ids));
    const looked = ids.map((id, i) => ({ id, ...this.#pending.get(id)!, state: states[i] }));
    const gone = looked.filter(({ state }) => state === 'unknown' || state === 'completed');
    const lines = gone.length === 0 ? [] : await store.findNow(gone.map(({ data }) => data));
    const failed = looked.filter(({ state }) => state === 'failed');
    for (const { id, data, output } of looked) {
      // To the end of the line: others may have ended before it.
      this.#pending.delete(id);
      this.#pending.set(id, { data, output });
    }
    for (const { id } of [...gone, ...failed]) this.#pending.delete(id);
    for (const [i, { output }] of gone.entries()) await this.#tellEnd(output, lines[i]);
    for (const { id, output } of failed) await this.#tellFailure(id, output);
    return gone.length + failed.length;
  }

  /** A job that is done is not in the queue any more, and neither is one that somebody took out. */
  async #tellEnd(output: string, line: JournalLine | undefined): Promise<void> {
    const { emit } = this.parts;
    if (line === undefined) {
      this.tally.cancelled++;
      await emit({ type: 'ended', output, state: 'cancelled' });
      return;
    }
    this.tally.found++;
    if (!line.met) this.tally.missed++;
    await emit({ type: 'ended', output, state: 'done', line });
  }

  async #tellFailure(id: string, output: string): Promise<void> {
    const { queue, steady, emit } = this.parts;
    const job = await steady.ask(() => queue.getJob(id));
    this.tally.failed++;
    await emit({ type: 'ended', output, state: 'failed', reason: job?.failedReason ?? 'it failed' });
  }
}
