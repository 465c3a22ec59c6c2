// The form: what stands in its fields, and what a search makes of that.

import {
  checkSearchOptions,
  defaultSearchOptions,
  errorText,
  FacewrightError,
  targetSizes,
  usualSize,
} from 'facewright/browser';
import type { AskedSearch, BackendInfo } from '../backend.js';

/** The fields, named as the command's options, and their texts as they were typed. */
export type Settings = Readonly<Record<Field, string>>;
export type Field = 'size' | 'seed' | 'steps' | 'restarts' | 'loss' | 'eps' | 'trainable-noise';

/** Fewer pixels than that a side are hardly a picture: sizes below are not offered. */
const LEAST_SIZE = 4;

/** What the fields mean, or the first thing in them that cannot be. */
export type Reading =
  | { readonly asked: AskedSearch }
  | { readonly complaint: string; readonly field: Field | undefined };

/** The sides that are offered for a target. */
export function offeredSizes({ generator }: BackendInfo): number[] {
  return targetSizes(generator.resolution).filter((size) => size >= LEAST_SIZE);
}

export function usualSettings({ generator }: BackendInfo): Settings {
  const { steps, loss, eps, trainableNoise } = defaultSearchOptions(generator);
  return {
    size: String(usualSize(generator.resolution)),
    seed: '0',
    steps: String(steps),
    restarts: '1',
    loss,
    eps: String(eps),
    'trainable-noise': String(trainableNoise),
  };
}

/** The settings for another generator: what it cannot have becomes what is usual. */
export function settingsFor(info: BackendInfo, settings: Settings | undefined): Settings {
  const usual = usualSettings(info);
  if (settings === undefined) return usual;
  const { size, 'trainable-noise': noise } = settings;
  return {
    ...settings,
    size: offeredSizes(info).includes(Number(size)) ? size : usual.size,
    'trainable-noise': Number(noise) <= info.generator.noiseSides.length ? noise : usual['trainable-noise'],
  };
}

export function readSettings(settings: Settings, { generator }: BackendInfo): Reading {
  try {
    const options = {
      ...defaultSearchOptions(generator),
      loss: settings.loss,
      eps: numberOf('eps', settings),
      steps: numberOf('steps', settings),
      trainableNoise: numberOf('trainable-noise', settings),
    };
    const size = numberOf('size', settings);
    checkSearchOptions(options, generator, size);
    const [seed, restarts] = [wholeNumberOf('seed', settings, 0), wholeNumberOf('restarts', settings, 1)];
    return { asked: { size, seed, restarts, options } };
  } catch (error) {
    if (!(error instanceof FacewrightError)) throw error;
    const complaint = errorText(error);
    return { complaint, field: fieldOf(complaint, settings) };
  }
}

function numberOf(field: Field, settings: Settings): number {
  const text = settings[field].trim();
  if (text !== '' && !Number.isNaN(Number(text))) return Number(text);
  throw new FacewrightError(`${spoken(field)} '${text}': must be a number`);
}

function wholeNumberOf(field: Field, settings: Settings, least: number): number {
  const value = numberOf(field, settings);
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new FacewrightError(`${field} ${value}: must be a whole number, ${least} or more`);
}

/** Every complaint begins with the option that it is about. */
function fieldOf(complaint: string, settings: Settings): Field | undefined {
  return (Object.keys(settings) as Field[]).find((field) => complaint.startsWith(`${spoken(field)} `));
}

/** As sentences and labels have it. */
export function spoken(field: Field): string {
  return field.replace('-', ' ');
}
