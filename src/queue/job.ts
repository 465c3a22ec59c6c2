// What a job of the queue is: one result that is to be found, and all that it follows from.

import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import { FacewrightError } from '../errors.js';
import type { EmojiLabel } from '../results/emoji-label.js';
import { canonical } from '../results/journal.js';
import type { ResultOptions } from '../runs/named-options.js';
import { type ResultFiles, resultFiles } from '../runs/result-files.js';
import type { Written } from '../runs/result-writer.js';

/** The generator of a job. Whoever works on it finds one with this hash. */
export interface ModelReference {
  readonly name: string;
  /** SHA-256 of the weights, as the journal has it. */
  readonly sha256: string;
  readonly licence: string;
  readonly class?: number;
  /** Where whoever enqueued it had it: other machines may see the same file there. */
  readonly path?: string;
  /** A name of the catalogue, or an address. */
  readonly source?: string;
}

/** What the jobs of one run have in common. */
export interface JobSetting extends ResultOptions {
  /** Where the results go: a folder that all machines see under this path, or s3://BUCKET/PREFIX. */
  readonly out: string;
  readonly model: ModelReference;
  readonly written: Written;
}

/** What the queue keeps of a job. */
export interface JobData {
  readonly v: 1;
  readonly setting: JobSetting;
  /** What its results are called; several for a picture have a number behind. */
  readonly name: string;
  /** The picture as run.jsonl names it. */
  readonly input: string;
  readonly emoji?: EmojiLabel;
  /** From 1; 0 where the picture has only one result. */
  readonly duplicate: number;
  readonly seed: number;
  /** Side of the target in pixels. */
  readonly size: number;
  /** SHA-256 of the target's 8-bit pixels. */
  readonly target: string;
  /** The journal's key: what it comes to, checked by who works on it. */
  readonly key: string;
}

/** How BullMQ treats a job. What is done leaves the queue: the store has it. What has failed stays, for `queue failed`. */
export const JOB_OPTIONS = {
  attempts: 5,
  // Milliseconds before the second try; twice as long before each further one.
  backoff: { type: 'exponential', delay: 5000, jitter: 0.5 },
  removeOnComplete: true,
  removeOnFail: false,
  stackTraceLimit: 0,
} as const;

/** The files of a job's result. */
export function filesOf({ name, duplicate, setting }: JobData): ResultFiles {
  return resultFiles(name, duplicate, setting.search.steps);
}

/**
 * What a result is called that has no folder with names: its key, and behind it a hash of its name and of all that is written. The
 * same key under another name, or with more files, is another result.
 */
export function resultId({ key, name, setting }: Pick<JobData, 'key' | 'name' | 'setting'>): string {
  return `${key}-${hash(canonical({ name, written: setting.written }))}`;
}

/** The id of a job: that of its result, and where that goes. What has the same is the same work, and is enqueued once. */
export function jobId(data: JobData): string {
  return `${resultId(data)}.${hash(data.setting.out)}`;
}

/** Jobs of equal kind are searched for together. */
export function kindOf({ setting, size }: JobData): string {
  return hash(canonical({ setting, size }));
}

/** The model of a job, with all that makes an opened generator another. */
export function modelKey({ model, precision }: JobSetting): string {
  return `${model.sha256} ${model.class ?? ''} ${precision}`;
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}

/** What is wrong with a job will still be wrong the next time. */
export class HopelessJobError extends FacewrightError {
  override readonly name = 'HopelessJobError';
}

/** Takes a job as the queue has it. @throws HopelessJobError for one that is not of this version, or names files outside */
export function readJob(data: unknown): JobData {
  const job = data as Partial<JobData> | null;
  if (job?.v !== 1 || typeof job.key !== 'string' || typeof job.setting?.out !== 'string') {
    throw new HopelessJobError('it was enqueued by another version of facewright; enqueue it again with this one');
  }
  if (!isInside(String(job.name))) {
    throw new HopelessJobError(`${job.name}: would be written outside of the output folder`);
  }
  return job as JobData;
}

/** Whether a file of this name, with forward slashes, lies in the folder that the name is relative to. */
export function isInside(name: string): boolean {
  return !(
    name === '' ||
    posix.isAbsolute(name) ||
    posix.normalize(name).startsWith('..') ||
    /^[a-z]:|[\\\0]/i.test(name)
  );
}
