// The search as an animation beside the face, from the pictures after every step, which are not kept.

import { makeFilm } from '../image/animation/film.js';
import { stepsShown, usualFilm } from '../image/animation/schedule.js';
import type { Track } from '../image/animation/stage.js';
import { downscale } from '../image/bicubic.js';
import type { Rgb8Image } from '../image/rgb.js';
import type { Target } from '../image/target.js';
import { toRgb8 } from '../image/write.js';
import { writeWholeFile } from '../node/whole-file.js';
import type { RunAnimation } from './options.js';
import { creatorTool } from './out-folder.js';

/** What is remembered of one search: of each picture that the film shows, no more than it shows of it. */
export class Recording {
  readonly #steps: number;
  readonly #target: Target;
  readonly #shown: ReadonlySet<number>;
  readonly #pictures = new Map<number, Rgb8Image>();
  readonly #losses: number[] = [];
  #image: Float32Array | undefined;
  #picture: Rgb8Image | undefined;

  /** @param steps of the search */
  constructor(steps: number, target: Target) {
    this.#steps = steps;
    this.#target = target;
    this.#shown = stepsShown(steps, usualFilm);
  }

  /** Takes the best picture after a step, from 0; steps come in order. @param image [3, resolution, resolution] */
  add(step: number, image: Float32Array, resolution: number): void {
    const same = this.#image !== undefined && equalNumbers(this.#image, image);
    if (!same) {
      this.#image = image;
      this.#picture = undefined;
    }
    this.#losses.push(same ? this.#losses.at(-1)! : squaredDistance(image, resolution, this.#target));
    if (!this.#shown.has(step)) return;
    this.#picture ??= shrink(image, resolution);
    this.#pictures.set(step, this.#picture);
  }

  /**
   * @param name of the result, whose last part is shown
   * @param own L2 of every step's own picture
   */
  track(name: string, eps: number, own: readonly number[]): Track {
    const { rgb, size } = this.#target;
    return {
      label: name.slice(name.lastIndexOf('/') + 1),
      steps: this.#steps,
      target: { data: rgb, width: size, height: size },
      losses: { best: this.#losses, own, eps },
      picture: async (step) => this.#pictures.get(step)!,
    };
  }
}

/** Writes a film of one search. */
export async function writeRunAnimation(path: string, track: Track, animation: RunAnimation): Promise<void> {
  const film = await makeFilm([track], { ...usualFilm, ...animation, creatorTool: creatorTool.run });
  await writeWholeFile(path, film);
}

function equalNumbers(a: Float32Array, b: Float32Array): boolean {
  const bytes = (x: Float32Array) => Buffer.from(x.buffer, x.byteOffset, x.byteLength);
  return bytes(a).equals(bytes(b));
}

/** 8 bits, and no larger than the film shows it. */
function shrink(image: Float32Array, resolution: number): Rgb8Image {
  const side = Math.min(resolution, usualFilm.side);
  return { data: toRgb8(downscale(image, resolution, side), side, side), width: side, height: side };
}

/** The search's L2: the mean squared distance between the picture, scaled down, and the target. */
function squaredDistance(image: Float32Array, resolution: number, { rgb, size }: Target): number {
  const small = downscale(image, resolution, size);
  const plane = size * size;
  let sum = 0;
  for (let i = 0; i < plane; i++) {
    for (let c = 0; c < 3; c++) sum += (small[c * plane + i] - rgb[i * 3 + c] / 255) ** 2;
  }
  return sum / (3 * plane);
}
