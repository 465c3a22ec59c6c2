// What a run is told: its options, what they may be, and their defaults.

import { FacewrightError } from '../errors.js';
import type { AnimationFormat } from '../image/animation/formats.js';
import { parseColour } from '../image/colour.js';
import type { Fit } from '../image/fit.js';
import type { SearchOptions } from '../pulse/options.js';
import type { Shard } from '../results/journal.js';

/** A search as an animation. */
export interface RunAnimation {
  readonly format: AnimationFormat;
  /** Shows the target beside the face. */
  readonly target: boolean;
  /** Shows the loss curve beside the face. */
  readonly curve: boolean;
}

/** How many pictures are searched for, and what is written of them. */
export interface RunOptions {
  /** The folder for the results; made when missing. The same run into it goes on where the last one stopped. */
  readonly out: string;
  /** How the search goes, where it is not as `defaultSearchOptions` has it. */
  readonly search?: Partial<SearchOptions>;
  /** Side of the targets in pixels; by default a small square picture's own, else the generator's usual one. */
  readonly size?: number;
  /** Squares up to this side, in pixels, are taken for targets as they are where no `size` is given; by default 32. */
  readonly ownSizes?: number;
  /** What becomes of a picture that is not square; by default `pad`. */
  readonly fit?: Fit;
  /** An opaque CSS colour, under transparent parts and beside padded pictures; by default white. */
  readonly background?: string;
  /**
   * A whole number from 0 to 2⁵³ − 1; the same seed gives the same faces. By default that of the results in the folder
   * that are like those of this run in everything else, or one that is drawn.
   */
  readonly seed?: number;
  /** So many results for each picture, NAME_1, NAME_2, …; by default 1. */
  readonly duplicates?: number;
  /** Each is searched for so often, and the best is kept; by default 1. */
  readonly restarts?: number;
  /** A file of latents to start from, as `saveLatents` and `saveNpz` write them: one for each picture, or one for all. */
  readonly start?: string;
  /** Pictures that are searched together; by default what suits the generator. No result depends on it. */
  readonly batch?: number;
  /** Also NAME.latents.safetensors: v, w and noise. */
  readonly saveLatents?: boolean;
  /** Also NAME.latents.npz: w [1, L, d], as NVIDIA's scripts write and read it. */
  readonly saveNpz?: boolean;
  /** Also the best picture after every step, in NAME/HR and NAME/LR. */
  readonly saveIntermediate?: boolean;
  /** Also the search as an animation, NAME.FORMAT. */
  readonly animate?: RunAnimation;
  /** The losses of every step in run.jsonl. */
  readonly trace?: boolean;
  /** Whether a face's file says how it was made (`readNotes`): model, seed, options, losses; by default it does. */
  readonly metadata?: boolean;
  /** Search again for what is there. */
  readonly again?: boolean;
  /** Write over files that facewright did not write. */
  readonly overwrite?: boolean;
  /** This process's part of the work: it keeps a journal of its own. The pictures are its part already. */
  readonly shard?: Shard;
  /** Stops the run: what is being written is finished, what is being searched for is left to the next run. */
  readonly signal?: AbortSignal;
}

/** Those without which a run cannot be. */
type Settled = 'fit' | 'background' | 'duplicates' | 'restarts' | 'search' | 'metadata';

/** Options with the defaults filled in. */
export type RunSetting = Omit<RunOptions, Settled | 'signal'> & Required<Pick<RunOptions, Settled>>;

/**
 * Fills the defaults in.
 *
 * @throws FacewrightError for the first option that cannot be, or not with another
 */
export function settleRunOptions({ signal: _, ...options }: RunOptions): RunSetting {
  const { fit = 'pad', background = 'white', duplicates = 1, restarts = 1, search = {}, metadata = true } = options;
  for (const [name, count] of Object.entries({ duplicates, restarts, batch: options.batch ?? 1 })) {
    if (!(Number.isSafeInteger(count) && count >= 1)) {
      throw new FacewrightError(`${name} ${count}: must be a whole number, 1 or more`);
    }
  }
  const { seed, shard, start, saveIntermediate, animate } = options;
  if (seed !== undefined && !(Number.isSafeInteger(seed) && seed >= 0)) {
    throw new FacewrightError(`seed ${seed}: must be a whole number from 0 to ${Number.MAX_SAFE_INTEGER}`);
  }
  parseColour(background);
  if (shard !== undefined && seed === undefined) {
    throw new FacewrightError('--shard: shards have to agree on the seed; add --seed with one and the same number');
  }
  if (restarts > 1 && (saveIntermediate || animate !== undefined)) {
    const option = saveIntermediate ? '--save-intermediate' : '--animate';
    throw new FacewrightError(`${option} shows the way of one search; leave out --restarts`);
  }
  if (start !== undefined && (duplicates > 1 || restarts > 1)) {
    throw new FacewrightError('--start fixes where the search starts; leave out --duplicates and --restarts');
  }
  return { ...options, fit, background, duplicates, restarts, search, metadata };
}
