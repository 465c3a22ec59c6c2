// From the text after an option to its value, with a sentence when it cannot be one.

import type { Shard } from '../../index.js';
import { listed } from '../../words.js';
import { UsageError } from './exit.js';
import { shardOfTask } from './task-shard.js';

/** Seeds have 53 bits: every whole number that a double holds exactly. */
const greatestSeed = Number.MAX_SAFE_INTEGER;

const WHOLE = /^\s*[+-]?\d+\s*$/;

/** A whole number from `least` to `greatest`. */
export function wholeNumber(option: string, text: string, least: number, greatest = Number.MAX_SAFE_INTEGER): number {
  const value = WHOLE.test(text) ? Number(text) : Number.NaN;
  if (!(value >= least && value <= greatest)) {
    const range = greatest === Number.MAX_SAFE_INTEGER ? `${least} or more` : `from ${least} to ${greatest}`;
    throw new UsageError(`${option} ${text}: must be a whole number, ${range}`);
  }
  return value;
}

/** A number for which `holds`; `range` says in words which ones do, for example `greater than 0`. */
export function realNumber(option: string, text: string, range: string, holds: (value: number) => boolean): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (!(Number.isFinite(value) && holds(value))) throw new UsageError(`${option} ${text}: must be a number ${range}`);
  return value;
}

/** One of a few words. */
export function oneOf<T extends string>(option: string, text: string, choices: readonly T[]): T {
  const choice = choices.find((known) => known === text);
  if (choice === undefined) throw new UsageError(`${option} ${text}: must be ${listed(choices, 'or')}`);
  return choice;
}

/** Whole numbers between separators, for example `17,3`; the empty text and `none` are no numbers. */
export function wholeNumbers(option: string, text: string, separator: string): number[] {
  if (text.trim() === '' || text === 'none') return [];
  return text.split(separator).map((part) => {
    if (!WHOLE.test(part) || Number(part) < 0) {
      throw new UsageError(
        `${option} ${text}: must be whole numbers with '${separator}' between them, for example 17${separator}3`,
      );
    }
    return Number(part);
  });
}

/** A seed: a whole number from 0 to 2⁵³ − 1. */
export function seedNumber(option: string, text: string): number {
  return wholeNumber(option, text, 0, greatestSeed);
}

/** A list of seeds: numbers and ranges between commas, for example `0,5,7-9`. */
export function seedList(option: string, text: string): number[] {
  const most = 1_000_000;
  const seeds: number[] = [];
  for (const part of text.split(',')) {
    const [, from = part, to = from] = /^\s*(\d+)\s*-\s*(\d+)\s*$/.exec(part) ?? [];
    const first = seedNumber(option, from);
    const last = seedNumber(option, to);
    if (last < first) throw new UsageError(`${option} ${text}: the range ${part.trim()} runs backwards`);
    if (seeds.length + (last - first) >= most) throw new UsageError(`${option} ${text}: are more than ${most} seeds`);
    for (let seed = first; seed <= last; seed++) seeds.push(seed);
  }
  return [...new Set(seeds)];
}

/** `2/8`: the second of eight processes that share the work. */
export function readShard(option: string, text: string, environment: NodeJS.ProcessEnv = process.env): Shard {
  if (/^\s*auto\s*(?:\/\s*\d+\s*)?$/.test(text)) return shardOfTask(option, text.trim(), environment);
  const [, index, count] = /^\s*(\d+)\s*\/\s*(\d+)\s*$/.exec(text) ?? [];
  const shard = { index: Number(index), count: Number(count) };
  if (!(shard.index >= 1 && shard.index <= shard.count && shard.count <= 1_000_000)) {
    throw new UsageError(`${option} ${text}: must be I/N, the I-th of N processes, for example 2/8; or auto`);
  }
  return shard;
}
