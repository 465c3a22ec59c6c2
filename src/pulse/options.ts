// The options of a search: their defaults, what they may be, and the little language of the loss.

import { FacewrightError } from '../errors.js';
import type { GeneratorInfo } from '../model/generator.js';
import { type ScheduleName, scheduleNames } from './schedule.js';

export const noiseKinds = ['zero', 'fixed', 'trainable'] as const;
export type NoiseKind = (typeof noiseKinds)[number];

export const optimizerNames = ['sgd', 'sgdm', 'adam', 'adamax'] as const;
export type OptimizerName = (typeof optimizerNames)[number];

export const lossTermNames = ['L2', 'L1', 'GEOCROSS'] as const;
export type LossTermName = (typeof lossTermNames)[number];

/** One summand of the loss. */
export interface LossTerm {
  readonly term: LossTermName;
  readonly weight: number;
}

/** What a search is told; the defaults are those of `defaultSearchOptions`. */
export interface SearchOptions {
  /** What is minimised: `weight*TERM` joined by `+`, the terms being L2, L1 and GEOCROSS. */
  readonly loss: string;
  /** L2 and L1 count no less than this: a picture that is this close is close enough. */
  readonly eps: number;
  /** What the noise maps hold: zeros, fixed normal numbers, or numbers that are searched for as well. */
  readonly noise: NoiseKind;
  /** With trainable noise: so many of the first maps are searched for. */
  readonly trainableNoise: number;
  /** One latent for all layers rather than one for each. */
  readonly tile: boolean;
  /** Noise maps that stay zero, whatever else is said. */
  readonly badNoise: readonly number[];
  readonly optimizer: OptimizerName;
  readonly learningRate: number;
  readonly schedule: ScheduleName;
  readonly steps: number;
}

/** What the options are checked against: the parts of a generator's description that matter here. */
export type SearchedGenerator = Pick<GeneratorInfo, 'name' | 'resolution' | 'noiseSides' | 'badNoise'>;

/** The options of a search that says nothing else: those of the original PULSE. */
export function defaultSearchOptions(info: SearchedGenerator): SearchOptions {
  return {
    loss: '100*L2+0.05*GEOCROSS',
    eps: 2e-3,
    noise: 'trainable',
    trainableNoise: Math.min(5, info.noiseSides.length),
    tile: false,
    badNoise: info.badNoise,
    optimizer: 'adam',
    learningRate: 0.4,
    schedule: 'linear1cycledrop',
    steps: 100,
  };
}

/**
 * Throws a sentence about the first option that cannot be.
 *
 * @param targetSize the side of the target in pixels
 */
export function checkSearchOptions(options: SearchOptions, info: SearchedGenerator, targetSize: number): void {
  const maps = info.noiseSides.length;
  const terms = parseLoss(options.loss);
  if (options.tile && terms.every(({ term, weight }) => term === 'GEOCROSS' || weight === 0)) {
    throw new FacewrightError(`loss '${options.loss}': GEOCROSS is always 0 for a tiled latent; add L2 or L1`);
  }
  if (!(options.eps >= 0 && isFloat32(options.eps))) {
    throw new FacewrightError(`eps ${options.eps}: must be a number that is 0 or more; the default is 0.002`);
  }
  mustBeOneOf('noise', options.noise, noiseKinds);
  if (!isCount(options.trainableNoise, 0) || options.trainableNoise > maps) {
    throw new FacewrightError(
      `trainable noise ${options.trainableNoise}: must be a whole number from 0 to ${maps}, ` +
        `the number of noise maps of ${info.name}`,
    );
  }
  for (const layer of options.badNoise) {
    if (!isCount(layer, 0) || layer >= maps) {
      throw new FacewrightError(
        `bad noise ${layer}: ${info.name} has ${maps} noise maps, which are counted from 0 to ${maps - 1}`,
      );
    }
  }
  mustBeOneOf('optimizer', options.optimizer, optimizerNames);
  if (!(options.learningRate > 0 && isFloat32(options.learningRate))) {
    throw new FacewrightError(
      `learning rate ${options.learningRate}: must be a number greater than 0; the default is 0.4`,
    );
  }
  mustBeOneOf('schedule', options.schedule, scheduleNames);
  if (!isCount(options.steps, 1)) {
    throw new FacewrightError(`steps ${options.steps}: must be a whole number, 1 or more; the default is 100`);
  }
  checkTargetSize(targetSize, info);
}

/** Throws unless a target may have this side with that generator. */
export function checkTargetSize(size: number, info: Pick<GeneratorInfo, 'name' | 'resolution'>): void {
  const sizes = targetSizes(info.resolution);
  if (!sizes.includes(size)) {
    throw new FacewrightError(
      `size ${size}: a target's side must divide the ${info.resolution} pixels of ${info.name} and be at most half ` +
        `of them; choose one of ${sizes.filter((s) => s >= 4).join(', ')}`,
    );
  }
}

/** The sides that a target may have: the divisors of the resolution up to its half. */
export function targetSizes(resolution: number): number[] {
  const sizes: number[] = [];
  for (let size = 1; size <= resolution / 2; size++) if (resolution % size === 0) sizes.push(size);
  return sizes;
}

/** The side of targets where nothing is said: PULSE's 32 px, and half of that for small generators. */
export function usualSize(resolution: number): number {
  return targetSizes(resolution).findLast((size) => size <= (resolution >= 256 ? 32 : 16)) ?? 1;
}

// One summand at the beginning of the text: a number and a star, which may be missing, then a name. The number may be
// nonsense (nan, a minus): it is taken in here so that it can be named in the error.
const SUMMAND = /^\s*(?:([+-]?(?:(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?|nan|inf(?:inity)?))\s*\*\s*)?([a-z_]\w*)\s*/i;

/**
 * Reads a loss: `weight*TERM` joined by `+`. A bare TERM has the weight 1; a term that is named twice counts twice.
 * The terms come back in the order in which they are first named.
 *
 * @example
 * parseLoss('100*L2+0.05*GEOCROSS'); // [{ term: 'L2', weight: 100 }, { term: 'GEOCROSS', weight: 0.05 }]
 */
export function parseLoss(text: string): LossTerm[] {
  const fail = (what: string): never => {
    throw new FacewrightError(
      `loss '${text}': ${what}; a loss is weight*TERM joined by +, of the terms ${listed(lossTermNames)}, ` +
        'for example 100*L2+0.05*GEOCROSS',
    );
  };
  if (text.trim() === '') fail('is empty');
  const weights = new Map<LossTermName, number>();
  let rest = text;
  for (;;) {
    const match = SUMMAND.exec(rest);
    if (match === null) return fail(rest.trim() === '' ? 'ends with a +' : `cannot be read from '${rest.trim()}' on`);
    const [summand, number, name] = match;
    const weight = number === undefined ? 1 : Number(number);
    if (!isLossTerm(name)) {
      const upper = name.toUpperCase();
      return fail(`has no term ${name}${isLossTerm(upper) ? ` (did you mean ${upper}?)` : ''}`);
    }
    if (!(weight >= 0 && isFloat32(weight + (weights.get(name) ?? 0)))) {
      fail(`the weight ${number} of ${name} must be a finite number that is 0 or more`);
    }
    weights.set(name, (weights.get(name) ?? 0) + weight);
    rest = rest.slice(summand.length);
    if (rest === '') break;
    if (!rest.startsWith('+')) fail(`cannot be read from '${rest}' on`);
    rest = rest.slice(1);
  }
  const terms = [...weights].map(([term, weight]) => ({ term, weight }));
  if (terms.every(({ weight }) => weight === 0)) fail('has no weight above 0, so that nothing would be searched for');
  return terms;
}

/** Whether a number is finite as the float32 that the kernels compute with. */
function isFloat32(value: number): boolean {
  return Number.isFinite(Math.fround(value));
}

function isLossTerm(name: string): name is LossTermName {
  return (lossTermNames as readonly string[]).includes(name);
}

function isCount(value: number, least: number): boolean {
  return Number.isSafeInteger(value) && value >= least;
}

function mustBeOneOf(option: string, value: string, choices: readonly string[]): void {
  if (!choices.includes(value)) {
    throw new FacewrightError(`${option} '${value}': must be one of ${listed(choices)}`);
  }
}

/** `a, b and c` */
function listed(names: readonly string[]): string {
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
