// Looking after a queue: what is in it, what failed, and taking jobs out of it.

import type { JobType } from 'bullmq';
import { connectQueue, type FaceQueue } from './connect.js';
import { filesOf, type JobData } from './job.js';

/** How a queue stands. */
export interface QueueStatus {
  /** Its address, without a password. */
  readonly queue: string;
  /** Jobs that wait for a worker. */
  readonly waiting: number;
  /** Jobs that workers have. */
  readonly active: number;
  /** Jobs that failed and rest before the next try. */
  readonly delayed: number;
  /** Jobs that failed for good. */
  readonly failed: number;
  /** Jobs that were done since the queue was first used. */
  readonly done: number;
  readonly workers: number;
  /** Jobs done in a minute, of the last five; undefined where none was. */
  readonly perMinute?: number;
  /** Seconds until all is done, at this rate. */
  readonly secondsLeft?: number;
}

/** Which jobs are meant; all where nothing is said. */
export interface JobFilter {
  /** Names of pictures, or of results as run.jsonl has them. */
  readonly names?: readonly string[];
  /** Where the results go. */
  readonly out?: string;
}

/** A job that failed for good. */
export interface FailedJob {
  readonly id: string;
  /** The result's picture, relative to the output. */
  readonly output: string;
  readonly out: string;
  /** A sentence without its full stop. */
  readonly reason: string;
  readonly tries: number;
  /** When it failed, in UTC (ISO 8601). */
  readonly at: string;
}

/** Jobs that are looked at at once. */
const PAGE = 500;
/** Minutes that the rate is of. */
const RATE_MINUTES = 5;

export class QueueKeeper {
  readonly #queue: FaceQueue;
  readonly #shown: string;

  private constructor(queue: FaceQueue, shown: string) {
    this.#queue = queue;
    this.#shown = shown;
    // What fails is told by who waits for it.
    queue.on('error', () => {});
  }

  /**
   * @param url redis://HOST or postgres://HOST/DATABASE
   * @throws FacewrightError for what is no address, and where a package is missing; BrokenOffError when the server does not answer
   */
  static async open(url: string): Promise<QueueKeeper> {
    const server = await connectQueue(url);
    return new QueueKeeper(server.queue(), server.address.shown);
  }

  async status(): Promise<QueueStatus> {
    const { waiting, active, delayed, failed } = await this.#queue.getJobCounts(
      'waiting',
      'active',
      'delayed',
      'failed',
    );
    const { meta, data } = await this.#queue.getMetrics('completed', 0, RATE_MINUTES - 1);
    const workers = await this.#queue.getWorkersCount();
    const common = { queue: this.#shown, waiting, active, delayed, failed, done: meta.count, workers };
    // Minutes are written down with the first job of the next one: while nobody works they are old.
    const sum = active === 0 ? 0 : data.reduce((total, count) => total + Number(count), 0);
    const perMinute = sum / Math.max(1, data.length);
    if (perMinute === 0) return common;
    return { ...common, perMinute, secondsLeft: (60 * (waiting + active + delayed)) / perMinute };
  }

  /** What failed for good, the newest first. */
  async *failed(filter: JobFilter = {}): AsyncGenerator<FailedJob, void, undefined> {
    for (let first = 0; ; first += PAGE) {
      const page = await this.#queue.getJobs(['failed'], first, first + PAGE - 1);
      for (const job of page) {
        if (!isMeant(job.data, filter)) continue;
        const { id, data, failedReason, attemptsMade, finishedOn } = job;
        const at = new Date(finishedOn ?? 0).toISOString();
        const { image } = filesOf(data);
        yield { id: id!, output: image, out: data.setting.out, reason: failedReason, tries: attemptsMade, at };
      }
      if (page.length < PAGE) return;
    }
  }

  /** Puts what failed for good into the queue again, as if it were new. @returns how many jobs */
  retry(filter: JobFilter = {}): Promise<number> {
    return this.#each(['failed'], filter, async (id) => {
      const job = await this.#queue.getJob(id);
      await job?.retry('failed', { resetAttemptsMade: true, resetAttemptsStarted: true });
      return job !== undefined;
    });
  }

  /** Takes jobs out that nobody works on. @returns how many */
  cancel(filter: JobFilter = {}): Promise<number> {
    return this.#each(['waiting', 'delayed', 'failed'], filter, async (id) => (await this.#queue.remove(id)) === 1);
  }

  /** Takes everything out that nobody works on. @returns how many jobs */
  async drain(): Promise<number> {
    const { waiting, delayed, failed } = await this.#queue.getJobCounts('waiting', 'delayed', 'failed');
    await this.#queue.drain(true);
    for (let taken = PAGE; taken === PAGE; ) taken = (await this.#queue.clean(0, PAGE, 'failed')).length;
    return waiting + delayed + failed;
  }

  async close(): Promise<void> {
    await this.#queue.close();
  }

  /** Does something with every job that is meant. What workers take meanwhile moves the pages, so it is looked again. */
  async #each(types: JobType[], filter: JobFilter, act: (id: string) => Promise<boolean>): Promise<number> {
    let acted = 0;
    for (let before = -1; acted !== before; ) {
      before = acted;
      for (const id of await this.#meant(types, filter)) {
        // It may have been taken since.
        if (await act(id).catch(() => false)) acted++;
      }
    }
    return acted;
  }

  async #meant(types: JobType[], filter: JobFilter): Promise<string[]> {
    const ids: string[] = [];
    for (let first = 0; ; first += PAGE) {
      const page = await this.#queue.getJobs(types, first, first + PAGE - 1);
      ids.push(...page.filter(({ data }) => isMeant(data, filter)).map(({ id }) => id!));
      if (page.length === 0) return ids;
    }
  }
}

function isMeant(data: JobData, { names, out }: JobFilter): boolean {
  const named = names === undefined || names.includes(data.name) || names.includes(filesOf(data).image);
  return named && (out === undefined || out === data.setting.out);
}
