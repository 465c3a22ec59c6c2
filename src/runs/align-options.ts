// What an alignment is told: its options and their defaults.

import { availableParallelism } from 'node:os';
import { CROP_SIDE } from '../align/crop.js';
import type { DetectOptions } from '../align/detector.js';
import type { Shard } from '../results/journal.js';

/** Which faces are cropped to, and what is written of them. */
export interface AlignOptions {
  /** The folder for the crops; made when missing. The same alignment into it goes on where the last one stopped. */
  readonly out: string;
  /** Sides of the crops, in pixels; by default 1024 alone. Of several, each has a folder of its own. */
  readonly sizes?: readonly number[];
  /** Which faces are looked for. */
  readonly detect?: DetectOptions;
  /** A JSON file of landmarks, instead of looking for any. */
  readonly landmarks?: string;
  /** An opaque CSS colour, under transparent parts; by default white. */
  readonly background?: string;
  /** Also NAME.overlay.png: the picture with boxes, points and crops. */
  readonly overlay?: boolean;
  /** Threads that find faces, 150 MB each; by default as many as processors, at most 4. No result depends on it. */
  readonly workers?: number;
  /** Align again what is there. */
  readonly again?: boolean;
  /** Write over files that facewright did not write. */
  readonly overwrite?: boolean;
  /** This process's part of the work: it keeps a journal of its own. The pictures are its part already. */
  readonly shard?: Shard;
  /** Stops the alignment: the pictures in work are finished, the others left to the next one. */
  readonly signal?: AbortSignal;
}

type Settled = 'sizes' | 'detect' | 'background' | 'overlay' | 'workers' | 'again' | 'overwrite';

/** Options with the defaults filled in. */
export type AlignSetting = Omit<AlignOptions, Settled | 'signal'> & Required<Pick<AlignOptions, Settled>>;

/** Threads where nothing is said: a detector keeps a core busy and takes 150 MB. */
const MOST_WORKERS = 4;

/** How many threads look for faces where nothing is said. */
export function usualWorkers(): number {
  return Math.min(availableParallelism(), MOST_WORKERS);
}

/** Fills the defaults in. */
export function settleAlignOptions({ signal: _, ...options }: AlignOptions): AlignSetting {
  return {
    ...options,
    sizes: options.sizes ?? [CROP_SIDE],
    detect: options.detect ?? {},
    background: options.background ?? 'white',
    overlay: options.overlay ?? false,
    workers: options.workers ?? usualWorkers(),
    again: options.again ?? false,
    overwrite: options.overwrite ?? false,
  };
}
