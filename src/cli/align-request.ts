// What `facewright align` was asked for: its options, read and checked.

import { availableParallelism } from 'node:os';
import { CROP_SIDE } from '../align/crop.js';
import type { DetectOptions } from '../align/detector.js';
import { parseColour } from '../image/colour.js';
import type { Arguments } from './arguments.js';
import { UsageError } from './exit.js';
import { alignDefaults } from './original.js';
import { realNumber, wholeNumber, wholeNumbers } from './values.js';

export interface AlignRequest {
  readonly inputs: readonly string[];
  readonly out: string;
  /** Sides of the crops, in pixels. */
  readonly sizes: readonly number[];
  readonly detect: DetectOptions;
  /** A file of landmarks, instead of detection. */
  readonly landmarks: string | undefined;
  readonly overlay: boolean;
  readonly background: string;
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
  const original = words.flag('original');
  const inputs = words.texts('inputs');
  if (inputs.length === 0 && !original) {
    throw new UsageError('no pictures: name files or folders, for example facewright align photos --out faces');
  }
  const out = words.text('out') ?? (original ? alignDefaults.output : undefined);
  if (out === undefined) throw new UsageError('no output folder: say where the crops go, for example --out faces');
  const background = words.text('background') ?? 'white';
  parseColour(background);
  return {
    inputs: inputs.length === 0 ? [alignDefaults.input] : inputs,
    out,
    sizes: words.value('size', readSizes) ?? [original ? alignDefaults.size : CROP_SIDE],
    detect: readDetectOptions(words),
    landmarks: words.text('landmarks'),
    overlay: words.flag('overlay'),
    background,
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
