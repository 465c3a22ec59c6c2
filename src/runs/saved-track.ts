// A search as it was saved: its pictures and losses for an animation.

import { join } from 'node:path';
import { FacewrightError } from '../errors.js';
import { sameBytes } from '../image/animation/frame.js';
import type { Track } from '../image/animation/stage.js';
import { resample8 } from '../image/bicubic.js';
import { readImage8 } from '../image/read.js';
import type { Rgb8Image } from '../image/rgb.js';
import { exists } from './out-folder.js';
import type { SavedResult } from './saved-results.js';

/**
 * A result's search.
 *
 * @param measure whether losses are shown; they take a look at every picture
 * @throws FacewrightError when a picture is missing or damaged, or the pictures are those of another search
 */
export async function savedTrack(saved: SavedResult, label: string, measure: boolean): Promise<Track> {
  const { base, files, line } = saved;
  const target = await read(join(base, line.target!));
  const picture = (step: number) => read(join(base, files.intermediate(step).high));
  const [face, last] = await Promise.all([read(join(base, line.output)), picture(line.steps - 1)]);
  if (!sameBytes(face.data, last.data)) {
    throw new FacewrightError(
      `${join(base, line.output)}: the pictures in ${files.name}/HR are of another search than the face; ` +
        'run it again with --save-intermediate --force',
    );
  }
  const best = measure ? await losses(saved, target) : [];
  const own = line.trace?.map((step) => Number((step as { L2?: unknown }).L2));
  return { label, steps: line.steps, target, losses: { best, own, eps: line.eps }, picture };
}

/** The search's L2 of the best picture after every step: the mean squared distance of what is in NAME/LR to the target. */
async function losses({ base, files, line }: SavedResult, target: Rgb8Image): Promise<number[]> {
  const found: number[] = [];
  for (let step = 0; step < line.steps; step++) {
    const { high, low } = files.intermediate(step);
    const path = join(base, low);
    const small = (await exists(path)) ? await read(path) : resample8(await read(join(base, high)), target.width);
    if (small.data.length !== target.data.length) {
      throw new FacewrightError(`${path}: ${small.width} px, where the target has ${target.width}; run it again`);
    }
    let sum = 0;
    for (let i = 0; i < target.data.length; i++) sum += ((small.data[i] - target.data[i]) / 255) ** 2;
    found.push(sum / target.data.length);
  }
  return found;
}

async function read(path: string): Promise<Rgb8Image> {
  return readImage8(path, { background: 'white' });
}
