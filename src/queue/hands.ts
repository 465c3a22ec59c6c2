// Jobs in a worker's hands: taken from the queue, kept by renewing their locks, and given back as done, failed or untouched.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Job } from 'bullmq';
import { BrokenOffError, errorText } from '../errors.js';
import type { FaceQueue, FaceWorker, QueueServer } from './connect.js';
import { HopelessJobError, type JobData, readJob } from './job.js';
import { Steady } from './steady.js';

/** A job that is ours as long as its lock is renewed. */
export interface Held {
  readonly job: Job<JobData, null, string>;
  readonly data: JobData;
  readonly token: string;
}

export interface HandsOptions {
  /** Told what a person should know: a sentence without its full stop. */
  readonly onNotice: (message: string) => Promise<void>;
  /** Told of a job that failed before anybody could work on it. */
  readonly onHopeless: (output: string, reason: string) => Promise<void>;
  /** Taking ends when it is raised. */
  readonly signal: AbortSignal;
  /** How long a job stays ours that we do not renew, in seconds; by default 60. */
  readonly lockSeconds?: number;
}

/** How often a job comes back whose worker died. */
const MOST_STALLS = 3;
const LOCK_SECONDS = 60;
/** How long one waits at the queue before it is looked whether to stop. */
const WAIT_SECONDS = 1;
/** How long one waits for a farewell to the server. */
const FAREWELL_MS = 10_000;
/** Minutes whose counts of finished jobs are kept, for rates. */
const COUNTED_MINUTES = 24 * 60;

export class Hands {
  readonly #worker: FaceWorker;
  readonly #options: HandsOptions;
  readonly #steady: Steady;
  readonly #held = new Map<string, Held>();
  readonly #renewing: NodeJS.Timeout;
  readonly #lockMs: number;
  readonly #server: QueueServer;
  /** For questions that a worker has no words for. */
  #queue: FaceQueue | undefined;
  #tokens = 0;

  private constructor(worker: FaceWorker, server: QueueServer, options: HandsOptions) {
    this.#worker = worker;
    this.#server = server;
    const { shown } = server.address;
    this.#options = options;
    const { signal, onNotice } = options;
    this.#steady = new Steady({
      shown,
      signal,
      onNotice,
      left: 'the jobs in work come back to the queue by themselves',
    });
    this.#lockMs = 1000 * (options.lockSeconds ?? LOCK_SECONDS);
    this.#renewing = setInterval(() => this.#renew(), this.#lockMs / 4);
    // Anything else is thrown to whoever asked.
    worker.on('error', (error) => this.#steady.tellAway(error));
  }

  static async open(server: QueueServer, options: HandsOptions): Promise<Hands> {
    const lockDuration = 1000 * (options.lockSeconds ?? LOCK_SECONDS);
    const worker = server.worker({
      lockDuration,
      stalledInterval: lockDuration / 2,
      maxStalledCount: MOST_STALLS,
      drainDelay: WAIT_SECONDS,
      metrics: { maxDataPoints: COUNTED_MINUTES },
    });
    const hands = new Hands(worker, server, options);
    await worker.waitUntilReady();
    await worker.startStalledCheckTimer();
    return hands;
  }

  get count(): number {
    return this.#held.size;
  }

  /**
   * Takes a job.
   *
   * @param wait whether to wait a moment for one where there is none
   */
  async take(wait: boolean): Promise<Held | undefined> {
    while (!this.#options.signal.aborted) {
      const token = `${this.#worker.id}:${this.#tokens++}`;
      const job = await this.#steady.ask(() => this.#worker.getNextJob(token, { block: wait }));
      if (job === undefined) return undefined;
      const held = await this.#hold(job, token);
      if (held !== undefined) return held;
    }
    return undefined;
  }

  /** Whether there is nothing to do, and nothing that may come back. */
  async isEmpty(): Promise<boolean> {
    this.#queue ??= this.#server.queue();
    this.#queue.on('error', () => {});
    const queue = this.#queue;
    return (await this.#steady.ask(() => queue.getJobCountByTypes('waiting', 'active', 'delayed'))) === 0;
  }

  /** Looks at a job before anybody works on it. @returns undefined where it has failed by that */
  async #hold(job: Job<JobData, null, string>, token: string): Promise<Held | undefined> {
    const held = { job, data: job.data, token };
    this.#held.set(job.id!, held);
    try {
      // So BullMQ marks a job whose workers died once too often.
      if (job.deferredFailure) {
        throw new HopelessJobError(`its worker died ${MOST_STALLS + 1} times while it was searched for`);
      }
      return { ...held, data: readJob(job.data) };
    } catch (error) {
      await this.failed(held, error, false);
      await this.#options.onHopeless(job.data?.name ?? job.id!, errorText(error));
      return undefined;
    }
  }

  /** Whether a job that fails now is tried once more. @param mayHelp whether that can help */
  isTriedAgain({ job }: Held, mayHelp: boolean): boolean {
    return mayHelp && job.attemptsMade + 1 < (job.opts.attempts ?? 1);
  }

  /** Renews the locks of jobs. @returns those that are ours no longer, having run out meanwhile; others have them, or will */
  async lost(all: readonly Held[]): Promise<Held[]> {
    const ids = all.map(({ job }) => job.id!);
    const tokens = all.map(({ token }) => token);
    const gone = new Set(await this.#steady.ask(() => this.#worker.extendJobLocks(ids, tokens, this.#lockMs)));
    const lost = all.filter(({ job }) => gone.has(job.id!));
    for (const { job } of lost) this.#held.delete(job.id!);
    return lost;
  }

  /** The job's result is in the store. */
  async done(held: Held): Promise<void> {
    await this.#give(held, () => held.job.moveToCompleted(null, held.token, false));
  }

  /** There is no result. @param mayHelp whether another try can help: then it comes back after a rest */
  async failed(held: Held, error: unknown, mayHelp: boolean): Promise<void> {
    const reason = new Error(errorText(error));
    // BullMQ's name for what is not to be tried again.
    if (!mayHelp) reason.name = 'UnrecoverableError';
    await this.#give(held, () => held.job.moveToFailed(reason, held.token, false));
  }

  /** Leaves a job to others, as if it had never been taken. */
  async putBack(held: Held): Promise<void> {
    await this.#give(held, () => held.job.moveToWait(held.token));
  }

  /** Puts back what is still held, and leaves. */
  async close(): Promise<void> {
    try {
      for (const held of [...this.#held.values()]) await this.putBack(held);
    } catch {
      // The server is away: the locks run out.
    }
    clearInterval(this.#renewing);
    if (!this.#steady.away) await this.#queue?.close();
    else await this.#queue?.disconnect();
    await Promise.race([this.#worker.close(this.#steady.away), sleep(FAREWELL_MS, undefined, { ref: false })]);
  }

  async #give(held: Held, give: () => Promise<unknown>): Promise<void> {
    try {
      await this.#steady.ask(give);
    } catch (error) {
      if (error instanceof BrokenOffError) throw error;
      // The lock ran out meanwhile, or the answer to a first try was lost: somebody else has the job, or nobody any more.
      await this.#options.onNotice(`${held.data.name}: was not ours any more when it ended (${errorText(error)})`);
    } finally {
      this.#held.delete(held.job.id!);
    }
  }

  #renew(): void {
    const held = [...this.#held.values()];
    if (held.length === 0) return;
    const ids = held.map(({ job }) => job.id!);
    const tokens = held.map(({ token }) => token);
    // A job that is lost nonetheless is told of when it ends.
    this.#worker.extendJobLocks(ids, tokens, this.#lockMs).catch(() => {});
  }
}
