// What `facewright run` was asked for: its options, read and checked as far as they can be before weights are opened.

import { fits } from '../../image/fit.js';
import {
  animationFormats,
  type DetectOptions,
  defaultSearchOptions,
  type GeneratorInfo,
  type OpenOptions,
  parseLoss,
  type RunAnimation,
  type SearchOptions,
  scheduleNames,
} from '../../index.js';
import { noiseKinds, optimizerNames } from '../../pulse/options.js';
import { type RunSetting, settleRunOptions } from '../../runs/options.js';
import { listed } from '../../words.js';
import { type Arguments, batchSize, openOptions, type Places, readPlaces } from './arguments.js';
import { readDetectOptions } from './detect-options.js';
import { UsageError } from './exit.js';
import { originalDefaults } from './original.js';
import { oneOf, readShard, realNumber, seedNumber, wholeNumber, wholeNumbers } from './values.js';

/** A run as it was asked for. `original`: some habits of the original's go with its spellings. */
export interface RunRequest extends Places, Omit<RunSetting, 'ownSizes' | 'background' | 'out'> {
  /** How to open the generator. */
  readonly generator: OpenOptions;
  /** Crop to the faces first. */
  readonly align: boolean;
  /** Which faces. */
  readonly detect: DetectOptions;
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
    saveNpz: words.flag('save-npz'),
    trace: words.flag('trace'),
    metadata: !words.without('metadata'),
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
  settleRunOptions(request);
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
export function searchOptionsFor(request: Pick<RunRequest, 'original' | 'search'>, info: GeneratorInfo): SearchOptions {
  const options = { ...defaultSearchOptions(info), ...request.search };
  if (!request.original) return options;
  // The original passes over layers that the network does not have.
  return {
    ...options,
    trainableNoise: Math.min(options.trainableNoise, info.noiseSides.length),
    badNoise: options.badNoise.filter((layer) => layer < info.noiseSides.length),
  };
}

const extras = ['target', 'curve'] as const;

/** Reads `webp`, or `gif,target,curve`. */
function readRunAnimation(option: string, text: string): RunAnimation {
  const [format, ...rest] = text.split(',').map((word) => word.trim());
  const strange = rest.find((word) => !(extras as readonly string[]).includes(word));
  if (strange !== undefined) {
    throw new UsageError(
      `${option} ${text}: after the format come ${listed(extras, 'and')}, not ${strange || 'nothing'}`,
    );
  }
  return {
    format: oneOf(option, format, animationFormats),
    target: rest.includes('target'),
    curve: rest.includes('curve'),
  };
}
