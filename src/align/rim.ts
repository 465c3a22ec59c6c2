// The outermost pixels of a picture: what colour to put around it, and whether something stands alone in it.

import type { Rgb8Image } from '../image/rgb.js';

export interface Rim {
  /** The median of each channel, 0 to 255. */
  readonly colour: readonly [number, number, number];
  /** The part of the rim that has about that colour, 0 to 1. */
  readonly even: number;
}

/** How far a channel may be from the rim's colour, of 255. */
const ABOUT = 12;
/** Samples along each side. */
const SAMPLES = 128;

/** Looks at the outermost row of pixels on every side. */
export function rimOf({ width, height, data }: Rgb8Image): Rim {
  const samples: number[][] = [[], [], []];
  const take = (x: number, y: number) => {
    const at = (y * width + x) * 3;
    for (let c = 0; c < 3; c++) samples[c].push(data[at + c]);
  };
  for (let i = 0; i < SAMPLES; i++) {
    const x = Math.floor((i * width) / SAMPLES);
    const y = Math.floor((i * height) / SAMPLES);
    take(x, 0);
    take(x, height - 1);
    take(0, y);
    take(width - 1, y);
  }
  const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1];
  const colour = [median(samples[0]), median(samples[1]), median(samples[2])] as const;
  const count = samples[0].length;
  let even = 0;
  for (let i = 0; i < count; i++) {
    if (colour.every((value, c) => Math.abs(samples[c][i] - value) <= ABOUT)) even++;
  }
  return { colour, even: even / count };
}
