// What a run tells while it goes on.

import type { Target } from '../image/target.js';
import type { SearchLosses, SearchResult } from '../pulse/search.js';
import type { JournalLine } from '../results/journal.js';
import type { Picture } from './pictures.js';

/** One of the results that are searched for at the moment. */
export interface Searched {
  readonly picture: Picture;
  /** From 1; 0 where the picture has only one result, or had only one. */
  readonly duplicate: number;
  /** The result's picture, relative to the output folder; no two results of a run have the same. */
  readonly output: string;
}

/** The options fit, no file is in the way, and the work begins. */
export interface RunStarted {
  readonly type: 'started';
  /** How many results are asked for. */
  readonly wanted: number;
  /** How many steps the search for one takes, those of all restarts. */
  readonly steps: number;
}

/** A person should know how a picture's target was made. */
export interface RunWarning {
  readonly type: 'warning';
  readonly picture: Picture;
  /** A sentence that begins with the picture's path. */
  readonly message: string;
}

/** A person should know how the run goes on: with a smaller batch, or with results begun anew. */
export interface RunNotice {
  readonly type: 'notice';
  /** A sentence without its full stop. */
  readonly message: string;
}

/** A result was found by an earlier run, and is there with all its files. */
export interface RunSkipped {
  readonly type: 'skipped';
  readonly picture: Picture;
  readonly line: JournalLine;
}

/** A result is searched for from now on. */
export interface RunBegun extends Searched {
  readonly type: 'begun';
  readonly target: Target;
}

/** A step of the search for some results, which are searched for together. */
export interface RunStep {
  readonly type: 'step';
  /** Steps finished, of all restarts: from 1 to those that `started` tells. */
  readonly step: number;
  readonly searches: readonly (Searched & {
    /** Of this step, as optimised: L2 and L1 clamped at eps. */
    readonly losses: SearchLosses;
  })[];
}

/** A result was found, and lies in the output folder; its line is in the journal. */
export interface RunFound extends Searched {
  readonly type: 'found';
  readonly target: Target;
  readonly line: JournalLine;
  readonly result: SearchResult;
}

/** A picture has no result: something is wrong with it, or (`line.failure` says so) there is no such picture, or no face. */
export interface RunFailed extends Searched {
  readonly type: 'failed';
  readonly line: JournalLine;
  readonly error: unknown;
}

/**
 * An event of a run. `started` comes first. Then each result is either `skipped`, or `failed` before it is searched for,
 * or `begun`, and after its steps `found` or `failed`; a search that is stopped tells no more. Results are written while
 * others are searched for, so events of several mix. After a `notice` the steps of results may begin again from the first.
 */
export type RunEvent = RunStarted | RunWarning | RunNotice | RunSkipped | RunBegun | RunStep | RunFound | RunFailed;

/** How a run ended. */
export interface RunSummary {
  /** A line for every result, those of earlier runs included, in the order of the pictures. */
  readonly lines: readonly JournalLine[];
  /** How many of them were done before. */
  readonly earlier: number;
  readonly failed: number;
  /** Pictures that there are not, or that have no face; they are not among those that failed. */
  readonly without: number;
  /** Results that came no closer than eps. */
  readonly missed: number;
  /** Results that were asked for; more than `lines` when the run was interrupted. */
  readonly wanted: number;
  /** Whether the signal stopped it before its end; the same run then goes on from there. */
  readonly interrupted: boolean;
  readonly seed: number;
}
