// What `facewright run` was asked for: its options, read and checked as far as they can be before weights are opened.

import type { DetectOptions } from '../../align/detector.js';
import { type Fit, fits } from '../../image/fit.js';
import type { GeneratorInfo } from '../../model/generator.js';
import type { OpenOptions } from '../../open.js';
import {
  defaultSearchOptions,
  noiseKinds,
  optimizerNames,
  parseLoss,
  type SearchOptions,
  targetSizes,
} from '../../pulse/options.js';
import { scheduleNames } from '../../pulse/schedule.js';
import type { NamedOptions, Shard } from '../../results/journal.js';
import { readDetectOptions } from '../align/align-request.js';
import { type Arguments, batchSize, openOptions, type Places, readPlaces } from './arguments.js';
import { UsageError } from './exit.js';
import { originalDefaults } from './original.js';
import { type RunAnimation, readRunAnimation } from './run-animation.js';
import { oneOf, readShard, realNumber, seedNumber, wholeNumber, wholeNumbers } from './values.js';

export interface RunRequest extends Places {
  /** How to open the generator. */
  readonly generator: OpenOptions;
  /** Pictures that are searched at once; undefined: the generator's usual batch. */
  readonly batch: number | undefined;
  /** Side of the targets; undefined: of each picture's own or the generator's usual one. */
  readonly size: number | undefined;
  readonly fit: Fit;
  /** Crop to the faces first. */
  readonly align: boolean;
  /** Which faces. */
  readonly detect: DetectOptions;
  /** The search options that were given. */
  readonly search: Partial<SearchOptions>;
  readonly seed: number | undefined;
  /** The part of the pictures that is this process's. */
  readonly shard: Shard | undefined;
  readonly duplicates: number;
  readonly restarts: number;
  /** A file of latents to start from. */
  readonly start: string | undefined;
  readonly saveIntermediate: boolean;
  /** The search as an animation. */
  readonly animate: RunAnimation | undefined;
  readonly saveLatents: boolean;
  readonly trace: boolean;
  /** Search again what is done. */
  readonly again: boolean;
  /** Overwrite files of other origin. */
  readonly overwrite: boolean;
  readonly json: boolean;
  readonly strict: boolean;
}

/** Reads the options of a run. @throws UsageError for the first that cannot be */
export function readRunRequest(words: Arguments): RunRequest {
  const places = readPlaces(words, { example: 'run face.jpg', made: 'faces', defaults: originalDefaults });
  const request: RunRequest = {
    ...places,
    generator: openOptions(words),
    batch: batchSize(words),
    size: words.value('size', (option, text) => wholeNumber(option, text, 1)),
    fit: words.value('fit', (option, text) => oneOf(option, text, fits)) ?? 'pad',
    align: words.flag('align'),
    detect: readDetectOptions(words),
    search: readSearchOptions(words),
    seed: words.value('seed', seedNumber),
    shard: words.value('shard', readShard),
    duplicates: words.value('duplicates', (option, text) => wholeNumber(option, text, 1, 10_000)) ?? 1,
    restarts: words.value('restarts', (option, text) => wholeNumber(option, text, 1, 10_000)) ?? 1,
    start: words.text('start'),
    saveIntermediate: words.flag('save-intermediate'),
    animate: words.value('animate', readRunAnimation),
    saveLatents: words.flag('save-latents'),
    trace: words.flag('trace'),
    again: words.flag('force'),
    overwrite: words.flag('force'),
    json: words.flag('json'),
    strict: words.flag('strict'),
  };
  const given = Object.entries(request.detect).find(([, value]) => value !== undefined);
  if (!request.align && given !== undefined) {
    const option = given[0].replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    throw new UsageError(`--${option} is about faces that are looked for; add --align`);
  }
  if (request.shard !== undefined && request.seed === undefined) {
    throw new UsageError('--shard: shards have to agree on the seed; add --seed with one and the same number');
  }
  if (request.restarts > 1 && (request.saveIntermediate || request.animate !== undefined)) {
    const option = request.saveIntermediate ? '--save-intermediate' : '--animate';
    throw new UsageError(`${option} shows the way of one search; leave out --restarts`);
  }
  if (request.start !== undefined && (request.duplicates > 1 || request.restarts > 1)) {
    throw new UsageError('--start fixes where the search starts; leave out --duplicates and --restarts');
  }
  return request;
}

/** The options of the search itself that were given. */
function readSearchOptions(words: Arguments): Partial<SearchOptions> {
  const given: { -readonly [K in keyof SearchOptions]?: SearchOptions[K] | undefined } = {
    loss: words.text('loss'),
    eps: words.value('eps', (option, text) => realNumber(option, text, 'that is 0 or more', (x) => x >= 0)),
    noise: words.value('noise', (option, text) => oneOf(option, text, noiseKinds)),
    trainableNoise: words.value('trainable-noise', (option, text) => wholeNumber(option, text, 0)),
    tile: words.flag('tile') || undefined,
    badNoise:
      words.value('bad-noise-layers', (_, text) => wholeNumbers('-bad_noise_layers', text, '.')) ??
      words.value('bad-noise', (option, text) => wholeNumbers(option, text, ',')),
    optimizer: words.value('optimizer', (option, text) => oneOf(option, text, optimizerNames)),
    learningRate: words.value('learning-rate', (option, text) =>
      realNumber(option, text, 'greater than 0', (x) => x > 0),
    ),
    schedule: words.value('schedule', (option, text) => oneOf(option, text, scheduleNames)),
    steps: words.value('steps', (option, text) => wholeNumber(option, text, 1)),
  };
  if (given.loss !== undefined) parseLoss(given.loss);
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

/** The search that a request means with a generator. */
export function searchOptionsFor(request: RunRequest, info: GeneratorInfo): SearchOptions {
  const options = { ...defaultSearchOptions(info), ...request.search };
  if (!request.original) return options;
  // The original passes over layers that the network does not have.
  return {
    ...options,
    trainableNoise: Math.min(options.trainableNoise, info.layers),
    badNoise: options.badNoise.filter((layer) => layer < info.layers),
  };
}

/** The side of targets where nothing is said: PULSE's 32 px, and half of that for small generators. */
export function usualSize(resolution: number): number {
  return targetSizes(resolution).findLast((size) => size <= (resolution >= 256 ? 32 : 16)) ?? 1;
}

/** All options that a result follows from, by their long names: for run.jsonl and for the key. */
export function namedOptions(
  options: SearchOptions,
  request: RunRequest,
  startDigest: string | undefined,
): NamedOptions {
  return {
    loss: options.loss,
    eps: options.eps,
    noise: options.noise,
    'trainable-noise': options.trainableNoise,
    tile: options.tile,
    'bad-noise': options.badNoise,
    optimizer: options.optimizer,
    'learning-rate': options.learningRate,
    schedule: options.schedule,
    steps: options.steps,
    restarts: request.restarts,
    fit: request.fit,
    background: request.background,
    // What it was before there was a choice stays unsaid: results keep their keys.
    ...(request.generator.precision === 'bf16' ? { precision: 'bf16' } : {}),
    ...(startDigest === undefined ? {} : { start: startDigest }),
  };
}
