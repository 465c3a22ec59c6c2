// What is told while jobs are enqueued, watched and worked on.

import type { GeneratorInfo } from '../model/generator.js';
import type { JournalLine } from '../results/journal.js';
import type { Picture } from '../runs/pictures.js';

/** A person should know something: a sentence without its full stop. */
export interface QueueNotice {
  readonly type: 'notice';
  readonly message: string;
}

/** The queue answers, and the first job is about to be made. */
export interface EnqueueStarted {
  readonly type: 'started';
  /** How many results are asked for. */
  readonly wanted: number;
}

/** A result needs no job: it was done before, or there is nothing to search for. */
export interface EnqueueSpared {
  readonly type: 'skipped' | 'failed';
  readonly picture: Picture;
  readonly line: JournalLine;
}

/** Jobs are in the queue now. */
export interface Enqueued {
  readonly type: 'enqueued';
  /** So many that were not in it before. */
  readonly added: number;
  /** So many that were. */
  readonly known: number;
}

/** A job has left the queue. */
export interface JobEnded {
  readonly type: 'ended';
  /** The result's picture, relative to the output. */
  readonly output: string;
  readonly state: 'done' | 'failed' | 'cancelled';
  /** Where it is done. */
  readonly line?: JournalLine;
  /** Why it failed. */
  readonly reason?: string;
}

/** An event of a run by way of a queue. `started` comes first. */
export type EnqueueEvent = QueueNotice | EnqueueStarted | EnqueueSpared | Enqueued | JobEnded;

/** How it ended. */
export interface EnqueueSummary {
  /** Results that were asked for. */
  readonly wanted: number;
  /** Done before. */
  readonly earlier: number;
  /** Jobs that were put into the queue, and those that were in it. */
  readonly added: number;
  readonly known: number;
  /** Found since, by whatever worker. */
  readonly found: number;
  /** Found, but no closer than eps, those of earlier runs included. */
  readonly missed: number;
  readonly failed: number;
  /** Pictures that there are not, or that have no face. */
  readonly without: number;
  /** Taken out of the queue by somebody. */
  readonly cancelled: number;
  /** Whether it was left before its end; the jobs stay in the queue. */
  readonly interrupted: boolean;
}

/** A generator is open, and stays so for the next jobs. */
export interface WorkOpened {
  readonly type: 'opened';
  readonly info: GeneratorInfo;
  readonly adapter: string;
  readonly batch: number;
}

/** A batch is searched for from now on. */
export interface WorkBegun {
  readonly type: 'begun';
  readonly outputs: readonly string[];
}

/** A result is in the store. */
export interface WorkFound {
  readonly type: 'found';
  readonly line: JournalLine;
}

/** A job ended without a result. */
export interface WorkFailed {
  readonly type: 'failed';
  readonly output: string;
  readonly reason: string;
  /** Whether it is tried once more, here or elsewhere. */
  readonly again: boolean;
}

export type WorkEvent = QueueNotice | WorkOpened | WorkBegun | WorkFound | WorkFailed;

/** What a worker has done. */
export interface WorkSummary {
  readonly found: number;
  /** Jobs that were done by somebody before they came here. */
  readonly spared: number;
  /** Failed for good. */
  readonly failed: number;
  /** Failed, and are tried once more. */
  readonly again: number;
  readonly batches: number;
  readonly seconds: number;
}
