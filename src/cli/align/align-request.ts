// What `facewright align` was asked for: its options, read and checked.

import { availableParallelism } from 'node:os';
import { CROP_SIDE } from '../../align/crop.js';
import type { DetectOptions } from '../../align/detector.js';
import type { Shard } from '../../results/journal.js';
import { type Arguments, type Places, readPlaces } from '../shared/arguments.js';
import { UsageError } from '../shared/exit.js';
import { alignDefaults } from '../shared/original.js';
import { readShard, realNumber, wholeNumber, wholeNumbers } from '../shared/values.js';

export interface AlignRequest extends Omit<Places, 'original'> {
  /** Sides of the crops, in pixels. */
  readonly sizes: readonly number[];
  readonly detect: DetectOptions;
  /** A file of landmarks, instead of detection. */
  readonly landmarks: string | undefined;
  readonly overlay: boolean;
  /** The part of the pictures that is this process's. */
  readonly shard: Shard | undefined;
  /** Threads that find faces, and pictures that are in work at once. */
  readonly workers: number;
  readonly force: boolean;
  readonly json: boolean;
  readonly strict: boolean;
}

/** Smallest crop: below it nothing is a face any more. */
const LEAST_SIZE = 4;

/** Threads where nothing is said: a detector keeps a core busy and takes 150 MB. */
const MOST_WORKERS = 4;

export function usualWorkers(): number {
  return Math.min(availableParallelism(), MOST_WORKERS);
}

/** Reads the options of an alignment. @throws UsageError for the first that cannot be */
export function readAlignRequest(words: Arguments): AlignRequest {
  const places = readPlaces(words, { example: 'align photos', made: 'crops', defaults: alignDefaults });
  return {
    ...places,
    sizes: words.value('size', readSizes) ?? [places.original ? alignDefaults.size : CROP_SIDE],
    detect: readDetectOptions(words),
    landmarks: words.text('landmarks'),
    overlay: words.flag('overlay'),
    shard: words.value('shard', readShard),
    workers: words.value('workers', (option, text) => wholeNumber(option, text, 1, 64)) ?? usualWorkers(),
    force: words.flag('force'),
    json: words.flag('json'),
    strict: words.flag('strict'),
  };
}

/** The options that say which faces are looked for, in every command that looks for some. */
export function readDetectOptions(words: Arguments): DetectOptions {
  return {
    maxFaces: words.value('max-faces', (option, text) => wholeNumber(option, text, 1)),
    minFace: words.value('min-face', (option, text) => wholeNumber(option, text, 8)),
    minScore: words.value('min-score', (option, text) =>
      realNumber(option, text, 'greater than 0, at most 1', (score) => score > 0 && score <= 1),
    ),
    anyRotation: words.flag('any-rotation') || undefined,
  };
}

/** `16,32,1024`; 0 keeps the size of the crop, as the original has it. */
function readSizes(option: string, text: string): number[] {
  const sizes = wholeNumbers(option, text, ',').map((size) => (size === 0 ? CROP_SIDE : size));
  if (sizes.length === 0) throw new UsageError(`${option} ${text}: names no size, for example 32 or 16,32,1024`);
  for (const size of sizes) {
    if (size < LEAST_SIZE || size > CROP_SIDE) {
      throw new UsageError(`${option} ${text}: sizes are from ${LEAST_SIZE} to ${CROP_SIDE} px, or 0 for ${CROP_SIDE}`);
    }
  }
  return [...new Set(sizes)];
}
