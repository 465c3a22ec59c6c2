// From the inputs to the targets: which pictures a run is about, and how each becomes what is searched for.

import { relative, resolve, sep } from 'node:path';
import sharp from 'sharp';
import { FacewrightError } from '../../errors.js';
import { expandInputs, type Input } from '../../image/inputs.js';
import { outputNames } from '../../image/names.js';
import { makeTarget, type Target } from '../../image/target.js';
import type { GeneratorInfo } from '../../model/generator.js';
import { targetSizes } from '../../pulse/options.js';
import type { EmojiLabel } from '../../results/emoji-label.js';
import type { JournalLine } from '../../results/journal.js';
import { UsageError } from './exit.js';
import { type RunRequest, usualSize } from './run-request.js';

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

/**
 * The pictures that the inputs name, each once. What lies in the output folder is left out of folders and patterns, so
 * that a second run does not take the faces of the first one for its inputs.
 */
export async function findPictures(request: Pick<RunRequest, 'inputs' | 'out'>): Promise<Picture[]> {
  const out = resolve(request.out);
  const named = new Set(request.inputs.map((input) => resolve(input)));
  if (named.has(out)) {
    throw new UsageError(`--out ${request.out}: is one of the inputs; choose another folder`);
  }
  const inputs = (await expandInputs(request.inputs)).filter(({ path }) => {
    const full = resolve(path);
    return named.has(full) || !full.startsWith(out + sep);
  });
  if (inputs.length === 0) throw new UsageError(`no pictures in ${request.inputs.join(', ')} outside of --out`);
  const names = outputNames(inputs);
  return inputs.map((input, index) => ({ ...input, name: names[index], index }));
}

/** The target of a picture. @throws FacewrightError that names the picture */
export async function targetOf(picture: Picture, request: RunRequest, info: GeneratorInfo): Promise<Target> {
  const path = (await picture.source?.()) ?? picture.path;
  const given = picture.size ?? request.size ?? (await ownSize(path, request, info));
  return makeTarget(path, {
    size: given ?? usualSize(info.resolution),
    fit: request.fit,
    background: request.background,
  });
}

/** The side of a picture's target as far as it is known before the picture is read. */
export function sizeOf(picture: Picture, request: RunRequest, info: GeneratorInfo): number {
  return picture.size ?? request.size ?? usualSize(info.resolution);
}

/** Squares up to this side, in pixels, are taken for targets as they are: PULSE's own size. */
const OWN_SIZE_MOST = 32;

/**
 * The side of a picture that can be the target as it is: a small square. The original took every picture as it is, so
 * its spellings take larger squares too.
 */
async function ownSize(path: string, request: RunRequest, info: GeneratorInfo): Promise<number | undefined> {
  const most = request.original ? info.resolution / 2 : OWN_SIZE_MOST;
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
