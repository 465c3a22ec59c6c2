// Makes jobs of pictures, and puts them into a queue as it has room for them.

import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DescribedGenerator } from '../open.js';
import { defaultSearchOptions, type SearchOptions } from '../pulse/options.js';
import { ahead } from '../runs/ahead.js';
import type { Job } from '../runs/batch.js';
import { digest, type JobName, Jobs } from '../runs/jobs.js';
import { namedOptions } from '../runs/named-options.js';
import type { RunSetting } from '../runs/options.js';
import { protectResults } from '../runs/out-folder.js';
import { journalPath, type Picture } from '../runs/pictures.js';
import { failedLine, targetPng, type Written } from '../runs/result-writer.js';
import type { Emit } from '../runs/running.js';
import { type FaceQueue, statesOf } from './connect.js';
import type { EnqueueOptions } from './enqueue.js';
import type { EnqueueEvent } from './events.js';
import { FolderStore } from './folder-store.js';
import { JOB_OPTIONS, type JobData, type JobSetting, jobId } from './job.js';
import type { Steady } from './steady.js';
import { parseBucket, type ResultStore } from './store.js';
import type { Watch } from './watch.js';

/** Jobs that wait in the queue, at most: some hours of work, and some ten megabytes of Redis. */
const AHEAD = 10_000;
/** Jobs that are put into the queue at once. */
const CHUNK = 200;
/** Targets that are put into the store at once. */
const PUT_AT_ONCE = 16;
/** How long it is waited where the queue is full. */
const FULL_MS = 500;

/** What a producer works with. */
export interface ProducerParts {
  readonly described: DescribedGenerator;
  readonly pictures: readonly Picture[];
  readonly options: EnqueueOptions;
  readonly setting: RunSetting;
  readonly queue: FaceQueue;
  readonly steady: Steady;
  readonly store: ResultStore;
  /** Told of every job that is in the queue, where somebody waits for results. */
  readonly watch: Pick<Watch, 'add'> | undefined;
  readonly emit: Emit<EnqueueEvent>;
  readonly signal: AbortSignal;
}

export class Producer {
  readonly #parts: ProducerParts;
  readonly #search: SearchOptions;
  readonly #tally = { earlier: 0, added: 0, known: 0, failed: 0, without: 0, missed: 0 };

  constructor(parts: ProducerParts) {
    this.#parts = parts;
    this.#search = { ...defaultSearchOptions(parts.described.info), ...parts.setting.search };
  }

  /** What came of it so far, results of jobs left out. */
  get tally(): Readonly<Record<'earlier' | 'added' | 'known' | 'failed' | 'without' | 'missed', number>> {
    return this.#tally;
  }

  /** @returns how many results are asked for */
  async perform(): Promise<number> {
    const { store, pictures, setting, emit, signal } = this.#parts;
    await store.survey();
    const jobSetting = await this.#jobSetting();
    const jobs = this.#jobs(jobSetting);
    if (store instanceof FolderStore) await protectResults(jobs.possibleFiles(), pictures, setting, store.journal);
    await emit({ type: 'started', wanted: jobs.wanted });
    for await (const next of jobs.next()) {
      if (signal.aborted) break;
      if ('done' in next) {
        this.#tally.earlier++;
        if (!next.done.met) this.#tally.missed++;
        await emit({ type: 'skipped', picture: next.picture, line: next.done });
      } else if ('error' in next) {
        await this.#fail(next.failed, next.error, jobSetting);
      } else {
        await this.#room();
        if (!signal.aborted) await this.#enqueue(next.batch, jobSetting);
      }
    }
    return jobs.wanted;
  }

  /** What all jobs have in common. The weights are put where workers find them. */
  async #jobSetting(): Promise<JobSetting> {
    const { described, store, options, setting } = this.#parts;
    const { name, sha256, licence, class: drawn } = described.info;
    const { restarts, fit, background, out } = setting;
    const { model, precision = 'f32' } = options;
    if (model.path !== undefined) await store.putWeights(sha256, described.files);
    return {
      out: parseBucket(out) === undefined ? resolve(out) : out,
      model: { name, sha256, licence, ...(drawn === undefined ? {} : { class: drawn }), ...model },
      search: this.#search,
      restarts,
      fit,
      background,
      precision,
      written: writtenOf(setting),
    };
  }

  #jobs(jobSetting: JobSetting): Jobs {
    const { described, store, setting, pictures, emit, signal } = this.#parts;
    const { info } = described;
    return new Jobs({
      setting,
      pictures,
      info,
      together: CHUNK,
      onWarning: (_, message) => emit({ type: 'notice', message }),
      signal,
      named: namedOptions(jobSetting, info),
      steps: this.#search.steps,
      doneBefore: (job) => store.find(this.#dataOf(job, jobSetting)),
    });
  }

  #dataOf({ picture, duplicate, seed, key, target }: Job, setting: JobSetting): JobData {
    const { emoji, name } = picture;
    const input = journalPath(this.#base, picture.path);
    const { size, rgb } = target;
    const about = { v: 1, setting, name, input, duplicate, seed, size, target: digest(rgb), key } as const;
    return emoji === undefined ? about : { ...about, emoji };
  }

  /** What paths in run.jsonl are relative to. */
  get #base(): string {
    const { options, setting } = this.#parts;
    return parseBucket(setting.out) === undefined ? setting.out : (options.base ?? '.');
  }

  /** Keeps the drawing that a line names. */
  async #keepDrawing({ emoji }: Pick<Picture, 'emoji'>): Promise<void> {
    if (emoji?.drawing === undefined) return;
    await this.#parts.store.putFile(join(this.#base, emoji.drawing), emoji.drawing);
  }

  /** Notes and tells that there is nothing to search for. */
  async #fail(job: JobName, error: unknown, setting: JobSetting): Promise<void> {
    const { described, store, emit } = this.#parts;
    const { info } = described;
    // No engine has seen it.
    const engine = { kind: '', adapter: '', precision: setting.precision };
    const named = namedOptions(setting, info);
    const line = failedLine(job, error, { info, engine, out: this.#base, options: setting.search, named });
    this.#tally[line.failure === undefined ? 'failed' : 'without']++;
    await this.#keepDrawing(line);
    await store.putFailure(line.key, line);
    await emit({ type: 'failed', picture: job.picture, line });
  }

  /** Waits until the queue has room. */
  async #room(): Promise<void> {
    const { queue, steady, signal, options } = this.#parts;
    const { ahead: most = AHEAD } = options;
    const waiting = () => queue.getJobCountByTypes('waiting', 'delayed');
    while (!signal.aborted && (await steady.ask(waiting)) >= most) {
      await sleep(FULL_MS, undefined, { signal }).catch(() => {});
    }
  }

  async #enqueue(batch: readonly Job[], setting: JobSetting): Promise<void> {
    const { queue, steady, store, watch, emit } = this.#parts;
    const jobs = batch.map((job) => ({ job, data: this.#dataOf(job, setting) }));
    const ids = jobs.map(({ data }) => jobId(data));
    const states = await steady.ask(() => statesOf(queue, ids));
    const fresh = jobs.filter((_, i) => states[i] === 'unknown');
    // A picture's duplicates have one target.
    const targets = new Map(fresh.map(({ job, data }) => [job.files.target, { job, data }]));
    const put = async ({ job, data }: { readonly job: Job; readonly data: JobData }) => {
      await this.#keepDrawing(job.picture);
      await store.putTarget(data, await targetPng(job.target));
    };
    for await (const _ of ahead([...targets.values()], PUT_AT_ONCE, put));
    // Where the answer to a first try was lost the ids are known: nothing is there twice.
    await steady.ask(() =>
      queue.addBulk(fresh.map(({ data }) => ({ name: 'face', data, opts: { jobId: jobId(data), ...JOB_OPTIONS } }))),
    );
    this.#tally.added += fresh.length;
    this.#tally.known += jobs.length - fresh.length;
    for (const { job, data } of jobs) watch?.add(data, job.files.image);
    await emit({ type: 'enqueued', added: fresh.length, known: jobs.length - fresh.length });
  }
}

function writtenOf({ saveLatents, saveNpz, saveIntermediate, animate, trace, metadata }: RunSetting): Written {
  return { saveLatents, saveNpz, saveIntermediate, animate, trace, metadata };
}
