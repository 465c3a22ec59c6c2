// A worker: takes jobs from a queue in batches, searches with a warm generator, and keeps what it finds.

import { errorText } from '../errors.js';
import type { Generator } from '../model/generator.js';
import { type Emit, Running } from '../runs/running.js';
import { usualBatch } from '../runs/usual-batch.js';
import { connectQueue } from './connect.js';
import type { WorkEvent, WorkSummary } from './events.js';
import { Gatherer, windows } from './gather.js';
import { newHand } from './hand.js';
import { Hands, type Held } from './hands.js';
import { kindOf } from './job.js';
import { Models, type ModelsOptions } from './models.js';
import { openStore } from './open-store.js';
import { Shift } from './shift.js';
import { type ResultStore, StoreError } from './store.js';

/** How a worker works. */
export interface WorkOptions extends Omit<ModelsOptions, 'onMessage'> {
  /** redis://HOST or postgres://HOST/DATABASE. */
  readonly queue: string;
  /** Results that are searched for together; by default what suits the generator. */
  readonly batch?: number;
  /** Stops it once the batch at hand is written. */
  readonly signal?: AbortSignal;
  /** Ends once nothing waits or is in work; by default it waits for more. */
  readonly untilEmpty?: boolean;
  /** How long a job stays this worker's without a sign of life, in seconds; by default 60. */
  readonly lockSeconds?: number;
}

/**
 * Works on the jobs of a queue until the signal is raised.
 *
 * @returns the work, to be iterated over; its `summary` says what came of it
 * @throws BrokenOffError when the queue or a store cannot be used, DeviceLostError when the device is lost for good: what was
 *   taken is back in the queue then
 *
 * @example
 * const stop = new AbortController();
 * process.once('SIGTERM', () => stop.abort());
 * for await (const event of workOn({ queue: 'redis://host', signal: stop.signal })) {
 *   if (event.type === 'found') console.log(event.line.output);
 * }
 */
export function workOn(options: WorkOptions): Running<WorkEvent, WorkSummary> {
  return new Running((emit, signal) => new Worker(options, emit, signal).perform(), options.signal);
}

class Worker {
  readonly #options: WorkOptions;
  readonly #emit: Emit<WorkEvent>;
  readonly #signal: AbortSignal;
  readonly #models: Models;
  readonly #hand = newHand();
  readonly #stores = new Map<string, ResultStore>();
  readonly #tally = { found: 0, spared: 0, failed: 0, again: 0, batches: 0 };
  /** What goes with the jobs of one kind, for as long as their generator is open. */
  readonly #shifts = new Map<string, Shift>();

  constructor(options: WorkOptions, emit: Emit<WorkEvent>, signal: AbortSignal) {
    this.#options = options;
    this.#emit = emit;
    this.#signal = signal;
    this.#models = new Models({
      ...options,
      onMessage: (message) => {
        void emit({ type: 'notice', message });
      },
    });
  }

  async perform(): Promise<WorkSummary> {
    const began = performance.now();
    const server = await connectQueue(this.#options.queue);
    const { lockSeconds } = this.#options;
    const hands = await Hands.open(server, {
      lockSeconds,
      signal: this.#signal,
      onNotice: (message) => this.#emit({ type: 'notice', message }),
      onHopeless: async (output, reason) => {
        this.#tally.failed++;
        await this.#emit({ type: 'failed', output, reason, again: false });
      },
    });
    try {
      await this.#work(hands, new Gatherer(hands, windows[server.address.kind]));
    } finally {
      await hands.close();
      this.#models.close();
      for (const store of this.#stores.values()) await store.close();
    }
    return { ...this.#tally, seconds: (performance.now() - began) / 1000 };
  }

  async #work(hands: Hands, gatherer: Gatherer): Promise<void> {
    // What is found is written while the next batch is searched for.
    let writing: Promise<void> = Promise.resolve();
    try {
      while (!this.#signal.aborted) {
        const batch = await gatherer.next(this.#models.open, (held) => this.#limit(held, hands), this.#signal);
        const shift = batch.length === 0 ? undefined : this.#shifts.get(kindOf(batch[0].data));
        if (shift === undefined) {
          await writing;
          if (batch.length === 0 && this.#options.untilEmpty && (await hands.isEmpty())) return;
          continue;
        }
        const found = await shift.search(batch);
        await writing;
        writing = shift.finish(found);
        writing.catch(() => {});
      }
    } finally {
      await writing;
    }
  }

  /** How many jobs of a kind go together: its generator is opened for that. */
  async #limit(held: Held, hands: Hands): Promise<number | undefined> {
    const { setting } = held.data;
    const before = this.#models.open;
    let store: ResultStore;
    let generator: Generator;
    try {
      store = await this.#store(setting.out);
      generator = await this.#models.get(setting, store);
    } catch (error) {
      // Another machine may have the folder, the weights, or an engine for them.
      this.#shifts.clear();
      await this.#giveUp(held, hands, error);
      // Where no store can be used it is this machine that is at fault.
      if (error instanceof StoreError && this.#stores.size === 0) throw error;
      return undefined;
    }
    const batch = this.#options.batch ?? usualBatch(generator);
    if (this.#models.open !== before) {
      this.#shifts.clear();
      const { info, engine } = generator;
      await this.#emit({ type: 'opened', info, adapter: engine.info.adapter, batch });
    }
    const kind = kindOf(held.data);
    const shift =
      this.#shifts.get(kind) ?? new Shift({ setting, generator, store, hands, tally: this.#tally, emit: this.#emit });
    this.#shifts.set(kind, shift);
    return Math.min(batch, shift.most);
  }

  async #giveUp(held: Held, hands: Hands, error: unknown): Promise<void> {
    const again = hands.isTriedAgain(held, true);
    await hands.failed(held, error, true);
    this.#tally[again ? 'again' : 'failed']++;
    await this.#emit({ type: 'failed', output: held.data.name, reason: errorText(error), again });
  }

  async #store(out: string): Promise<ResultStore> {
    const store = this.#stores.get(out) ?? (await openStore(out, this.#hand));
    this.#stores.set(out, store);
    return store;
  }
}
