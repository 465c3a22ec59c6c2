// Where results go, and targets come from: a folder that all machines share, or a bucket.

import { BrokenOffError, FacewrightError } from '../errors.js';
import { diskCodes } from '../node/whole-file.js';
import type { JournalLine } from '../results/journal.js';
import type { JobData } from './job.js';

/** A store of results. Every write is whole, and what is there stays as it is. */
export interface ResultStore {
  /** The folder that files of results are made in, by their names in run.jsonl; of a shared folder that itself. */
  readonly workplace: string;
  /** Learns what is there, for `find`. */
  survey(): Promise<void>;
  /** The line of a job's result, if that was there with all its files when it was last surveyed. */
  find(job: JobData): Promise<JournalLine | undefined>;
  /** The same for several, as it is now. */
  findNow(jobs: readonly JobData[]): Promise<(JournalLine | undefined)[]>;
  /** Keeps a target for whoever takes the job. @param png as `targetPng` makes it */
  putTarget(job: JobData, png: Uint8Array): Promise<void>;
  /** The path of the file with the target of a job. @throws FacewrightError when it is not there */
  target(job: JobData): Promise<string>;
  /** Keeps a result whose files are in the workplace. @returns whether it is this one that counts, and not one that was there */
  put(job: JobData, line: JournalLine): Promise<boolean>;
  /** Keeps why there is no result. @param id of it where there is no job, having no target */
  putFailure(id: string, line: JournalLine): Promise<void>;
  /** Keeps a file that lines name and that is no result's: a drawing. @param path where it lies here @param file its name */
  putFile(path: string, file: string): Promise<void>;
  /** Keeps the files of a generator for machines that have not got them, where the store takes any. */
  putWeights(sha256: string, files: readonly string[]): Promise<void>;
  /** Fetches the files of a generator into a folder, where the store has any of this hash. */
  getWeights(sha256: string, folder: string): Promise<void>;
  close(): Promise<void>;
}

/** The store cannot be used: nothing can be kept, and no other job will fare better. */
export class StoreError extends BrokenOffError {}

/** Codes of the operating system that concern the folder or share of all results, or this process, not a file. */
const BROKEN = new Set([...diskCodes, 'EROFS', 'EACCES', 'EPERM', 'ESTALE', 'ENOTCONN', 'EMFILE', 'ENFILE']);

/** Whether an error, or what it came from, says that a disk or a share cannot be written. */
export function isBrokenDisk(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (BROKEN.has((at as NodeJS.ErrnoException).code ?? '')) return true;
  }
  return false;
}

/** A place in a bucket. */
export interface BucketAddress {
  readonly bucket: string;
  /** Before the names of all objects: empty, or with a slash at its end. */
  readonly prefix: string;
}

/** The parts of an address s3://BUCKET/PREFIX; undefined where it is a folder. @throws FacewrightError for half an address */
export function parseBucket(out: string): BucketAddress | undefined {
  if (!/^s3:/i.test(out)) return undefined;
  const [, bucket, path] = /^s3:\/\/([^/]+)(?:\/(.*))?$/i.exec(out) ?? [];
  if (bucket === undefined) throw new FacewrightError(`${out}: must be s3://BUCKET/PREFIX`);
  const prefix = (path ?? '').replace(/\/+$/, '');
  return { bucket, prefix: prefix === '' ? '' : `${prefix}/` };
}
