// What a search is asked with over HTTP: the fields of a form, by the names that the command's options have.

import { FacewrightError } from '../errors.js';
import { parseColour } from '../image/colour.js';
import { type Fit, fits } from '../image/fit.js';
import type { GeneratorInfo } from '../model/generator.js';
import { nearest } from '../nearest.js';
import {
  checkSearchOptions,
  defaultSearchOptions,
  type NoiseKind,
  type OptimizerName,
  type SearchOptions,
  usualSize,
} from '../pulse/options.js';
import type { ScheduleName } from '../pulse/schedule.js';
import { listed, quoted } from '../words.js';

/** A search, but for its picture. */
export interface Asked {
  readonly search: SearchOptions;
  /** Side of the target in pixels. */
  readonly size: number;
  /** 0 to 2⁵³ − 1 */
  readonly seed: number;
  /** Searches from so many starts, of which the best is kept. */
  readonly restarts: number;
  readonly fit: Fit;
  /** An opaque CSS colour. */
  readonly background: string;
  /** Whether the best face so far can be had while it is searched for. */
  readonly preview: boolean;
}

/** What a server allows of one search. */
export interface AskedLimits {
  /** Steps of all its restarts together. */
  readonly steps: number;
}

/** The fields of a form beside `picture`, and what is said of each in the API's description. */
export const fields = {
  model: { type: 'string', says: 'the generator, by its name in /v1; by default the first' },
  size: { type: 'integer', says: 'side of the target in pixels; by default what the command takes' },
  seed: { type: 'integer', says: 'of the random start; by default 0' },
  restarts: { type: 'integer', says: 'searches from so many starts, of which the best is kept; by default 1' },
  fit: {
    type: 'string',
    says: 'pad, crop, stretch or error: what is done with a picture that is not square; by default pad',
  },
  background: {
    type: 'string',
    says: 'an opaque CSS colour, behind what is transparent and beside what is padded; by default white',
  },
  preview: { type: 'boolean', says: 'whether face.png can be had while it is searched for; by default false' },
  loss: { type: 'string', says: 'weight*TERM joined by +, of L2, L1 and GEOCROSS' },
  eps: { type: 'number', says: 'L2 and L1 count no less than this' },
  noise: { type: 'string', says: 'zero, fixed or trainable' },
  'trainable-noise': { type: 'integer', says: 'with trainable noise: so many of the first maps are searched for' },
  tile: { type: 'boolean', says: 'one latent for all layers' },
  'bad-noise': { type: 'string', says: 'noise maps that stay zero, counted from 0 and separated by commas' },
  optimizer: { type: 'string', says: 'sgd, sgdm, adam or adamax' },
  'learning-rate': { type: 'number', says: 'of the schedule' },
  schedule: { type: 'string', says: 'of the learning rate' },
  steps: { type: 'integer', says: 'steps of one search' },
} as const;

export type FieldName = keyof typeof fields;

/**
 * Reads a form.
 *
 * @param form its fields but for the picture
 * @param info of the generator that its field `model` names
 * @throws FacewrightError that names the first field that cannot be, as the command's options are refused
 */
export function readAsked(form: ReadonlyMap<string, string>, info: GeneratorInfo, limits: AskedLimits): Asked {
  for (const name of form.keys()) checkName(name);
  const defaults = defaultSearchOptions(info);
  const asked = new Fields(form);
  const search: SearchOptions = {
    loss: asked.text('loss') ?? defaults.loss,
    eps: asked.number('eps') ?? defaults.eps,
    noise: (asked.text('noise') as NoiseKind | undefined) ?? defaults.noise,
    trainableNoise: asked.number('trainable-noise') ?? defaults.trainableNoise,
    tile: asked.flag('tile') ?? defaults.tile,
    badNoise: asked.numbers('bad-noise') ?? defaults.badNoise,
    optimizer: (asked.text('optimizer') as OptimizerName | undefined) ?? defaults.optimizer,
    learningRate: asked.number('learning-rate') ?? defaults.learningRate,
    schedule: (asked.text('schedule') as ScheduleName | undefined) ?? defaults.schedule,
    steps: asked.number('steps') ?? defaults.steps,
  };
  const size = asked.number('size') ?? usualSize(info.resolution);
  checkSearchOptions(search, info, size);
  const restarts = asked.whole('restarts', 1) ?? 1;
  if (restarts * search.steps > limits.steps) {
    throw new FacewrightError(
      `steps ${search.steps}${restarts > 1 ? ` with ${restarts} restarts` : ''}: more than the ${limits.steps} that this server allows`,
    );
  }
  const background = asked.text('background') ?? 'white';
  parseColour(background);
  const fit = asked.text('fit') ?? 'pad';
  if (!isFit(fit)) throw new FacewrightError(`fit ${quoted(fit)}: must be ${listed(fits, 'or')}`);
  const seed = asked.whole('seed', 0) ?? 0;
  return { search, size, seed, restarts, fit, background, preview: asked.flag('preview') ?? false };
}

function checkName(name: string): void {
  if (Object.hasOwn(fields, name)) return;
  const meant = nearest(name, Object.keys(fields));
  const advice =
    meant === undefined ? `there are picture, ${Object.keys(fields).join(', ')}` : `did you mean ${meant}?`;
  throw new FacewrightError(`${quoted(name)}: no such field; ${advice}`);
}

function isFit(text: string): text is Fit {
  return (fits as readonly string[]).includes(text);
}

/** Fields as they were sent, as text. */
class Fields {
  constructor(private readonly form: ReadonlyMap<string, string>) {}

  text(name: FieldName): string | undefined {
    const value = this.form.get(name);
    if (value === '') throw new FacewrightError(`${name}: is empty; leave it out, or give it a value`);
    return value;
  }

  number(name: FieldName): number | undefined {
    const text = this.text(name);
    return text === undefined ? undefined : numberOf(name, text);
  }

  whole(name: FieldName, least: number): number | undefined {
    const value = this.number(name);
    if (value === undefined || (Number.isSafeInteger(value) && value >= least)) return value;
    throw new FacewrightError(`${name} ${value}: must be a whole number, ${least} or more`);
  }

  numbers(name: FieldName): number[] | undefined {
    const text = this.form.get(name);
    if (text === undefined) return undefined;
    return text === '' ? [] : text.split(',').map((part) => numberOf(name, part));
  }

  flag(name: FieldName): boolean | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    if (text === 'true' || text === 'false') return text === 'true';
    throw new FacewrightError(`${name} ${quoted(text)}: must be true or false`);
  }
}

function numberOf(name: string, text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value)) return value;
  throw new FacewrightError(`${name} ${quoted(text)}: must be a number`);
}
