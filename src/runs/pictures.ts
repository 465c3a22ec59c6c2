// From the inputs to the targets: which pictures a run is about, and how each becomes what is searched for.

import { relative, resolve, sep } from 'node:path';
import sharp from 'sharp';
import { FacewrightError } from '../errors.js';
import { expandInputs, type Input } from '../image/inputs.js';
import { outputNames } from '../image/names.js';
import type { PassedOver } from '../image/passed-over.js';
import { makeTarget, type Target } from '../image/target.js';
import type { GeneratorInfo } from '../model/generator.js';
import { targetSizes, usualSize } from '../pulse/options.js';
import type { EmojiLabel } from '../results/emoji-label.js';
import type { JournalLine, Shard } from '../results/journal.js';
import type { RunSetting } from './options.js';

/** A picture of a run. */
export interface Picture extends Input {
  /** What its results are called. */
  readonly name: string;
  /** Its place among the inputs, from 0. */
  readonly index: number;
  /** Side of its target, where that is not for the whole run to say. */
  readonly size?: number;
  /** Where the file for the target comes to lie, once it does; default: at `path`. @throws NoPictureError */
  readonly source?: () => Promise<string>;
  /** What it is of, for run.jsonl. */
  readonly emoji?: EmojiLabel;
}

/** There is no such picture, or no face in it: nothing to search for, and nobody's fault. */
export class NoPictureError extends FacewrightError {
  readonly failure: NonNullable<JournalLine['failure']>;

  constructor(failure: NonNullable<JournalLine['failure']>, message: string) {
    super(message);
    this.failure = failure;
  }
}

/** Where pictures are looked for. */
export interface PictureSearch {
  /** Files, folders and patterns. */
  readonly inputs: readonly string[];
  /** The output folder: what lies in it is left out. */
  readonly out: string;
  /** One of several processes: it gets its part of the pictures. */
  readonly shard?: Shard;
  /** Told of each file in a folder or a pattern that looks like a picture and is not read. */
  readonly onPassedOver?: (file: PassedOver) => void;
}

/**
 * The pictures that the inputs name, each once. What lies in the output folder is left out of folders and patterns, so
 * that a second run does not take the faces of the first one for its inputs.
 *
 * @throws FacewrightError when an input names no picture, or the output folder is one of the inputs
 *
 * @example
 * const pictures = await findPictures({ inputs: ['photos'], out: 'faces' });
 */
export async function findPictures({ inputs, out, shard, onPassedOver }: PictureSearch): Promise<Picture[]> {
  const folder = resolve(out);
  const named = new Set(inputs.map((input) => resolve(input)));
  if (named.has(folder)) {
    throw new FacewrightError(`--out ${out}: is one of the inputs; choose another folder`);
  }
  const isOutput = (path: string) => resolve(path).startsWith(folder + sep);
  const passedOver = (file: PassedOver) => isOutput(file.path) || onPassedOver?.(file);
  const all = await expandInputs(inputs, passedOver);
  const found = all.filter(({ path }) => named.has(resolve(path)) || !isOutput(path));
  if (found.length === 0) throw new FacewrightError(`no pictures in ${inputs.join(', ')} outside of --out`);
  const names = outputNames(found);
  return partOf(
    found.map((input, index) => ({ ...input, name: names[index], index })),
    shard,
  );
}

/** What a shard has to do of all that is to be done: every `count`-th, beginning with its own; all where there are no shards. */
export function partOf<T>(items: readonly T[], shard: Shard | undefined): T[] {
  return items.filter((_, i) => shard === undefined || i % shard.count === shard.index - 1);
}

/** The target of a picture. @throws FacewrightError that names the picture */
export async function targetOf(picture: Picture, setting: RunSetting, info: GeneratorInfo): Promise<Target> {
  const path = (await picture.source?.()) ?? picture.path;
  const { size, ownSizes = OWN_SIZE_MOST, fit, background } = setting;
  const given = picture.size ?? size ?? (await ownSize(path, ownSizes, info));
  return makeTarget(path, { size: given ?? usualSize(info.resolution), fit, background });
}

/** The side of a picture's target as far as it is known before the picture is read. */
export function sizeOf(picture: Picture, setting: RunSetting, info: GeneratorInfo): number {
  return picture.size ?? setting.size ?? usualSize(info.resolution);
}

/** Squares up to this side, in pixels, are taken for targets as they are: PULSE's own size. */
const OWN_SIZE_MOST = 32;

/** The side of a picture that can be the target as it is: a small square. @param most its greatest side, in pixels */
async function ownSize(path: string, most: number, info: GeneratorInfo): Promise<number | undefined> {
  try {
    const { width, height, format } = await sharp(path).metadata();
    const fitting = width === height && width >= 4 && width <= most && targetSizes(info.resolution).includes(width);
    return fitting && format !== 'svg' ? width : undefined;
  } catch {
    // What is wrong with the file is said when it is read.
    return undefined;
  }
}

/** A path as run.jsonl has it: relative to the output folder, with forward slashes. */
export function journalPath(out: string, path: string): string {
  return relative(resolve(out), resolve(path)).split(sep).join('/');
}
