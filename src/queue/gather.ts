// Full batches out of single jobs.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Hands, Held } from './hands.js';
import { kindOf, modelKey } from './job.js';

/** How long further jobs for a batch are waited for after the last one came, in milliseconds, and between two looks. */
export interface GatherWindow {
  readonly windowMs: number;
  readonly lookMs: number;
}

/** PostgreSQL takes longer to hand out a job. */
export const windows = {
  redis: { windowMs: 30, lookMs: 5 },
  postgres: { windowMs: 150, lookMs: 25 },
} as const;

/** Jobs that are asked for at once: an answer of PostgreSQL waits for its disk. */
const AT_ONCE = 8;

export class Gatherer {
  readonly #hands: Hands;
  readonly #window: GatherWindow;
  /** Taken, and not yet in a batch: jobs of another kind than those that were wanted. */
  readonly #waiting: Held[] = [];

  constructor(hands: Hands, window: GatherWindow) {
    this.#hands = hands;
    this.#window = window;
  }

  /**
   * The next batch: jobs of one model, size and options.
   *
   * @param open the model that is open, as `modelKey` names it: jobs for it come first
   * @param most told the first job, how many go together with it; undefined where that has been given back
   * @returns none where there is nothing to do for the moment
   */
  async next(
    open: string | undefined,
    most: (held: Held) => Promise<number | undefined>,
    signal: AbortSignal,
  ): Promise<Held[]> {
    if (this.#waiting.length === 0) {
      const held = await this.#hands.take(true);
      if (held === undefined) return [];
      this.#waiting.push(held);
    }
    const first = this.#waiting.find(({ data }) => modelKey(data.setting) === open) ?? this.#waiting[0];
    const kind = kindOf(first.data);
    const limit = await most(first);
    if (limit === undefined) {
      this.#waiting.splice(this.#waiting.indexOf(first), 1);
      return [];
    }
    const isWanted = ({ data }: Held) => kindOf(data) === kind;
    let wanted = this.#waiting.filter(isWanted).length;
    let until = performance.now() + this.#window.windowMs;
    // Of other kinds no more are kept from other workers than make a batch.
    while (wanted < limit && this.#waiting.length < 2 * limit && !signal.aborted && performance.now() < until) {
      const asked = Math.min(AT_ONCE, limit - wanted);
      const taken = await Promise.all(Array.from({ length: asked }, () => this.#hands.take(false)));
      const some = taken.filter((held) => held !== undefined);
      this.#waiting.push(...some);
      wanted += some.filter(isWanted).length;
      if (some.length < asked && wanted < limit) await sleep(this.#window.lookMs);
      if (some.length === 0) continue;
      until = performance.now() + this.#window.windowMs;
    }
    const batch = this.#waiting.filter(isWanted).slice(0, limit);
    for (const held of batch) this.#waiting.splice(this.#waiting.indexOf(held), 1);
    return batch;
  }
}
