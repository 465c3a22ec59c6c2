// What colour to put around a picture, and whether something stands alone in it or it is all flat colours.

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

/** Rows that {@link flatShare} looks at. */
const ROWS = 96;

/** The part of a picture's pixels that are exactly like their right neighbours, 0 to 1: little in photos, most in flat art. */
export function flatShare({ width, height, data }: Rgb8Image): number {
  let alike = 0;
  let count = 0;
  for (let i = 0; i < ROWS; i++) {
    const start = Math.floor(((i + 0.5) * height) / ROWS) * width * 3;
    for (let at = start; at < start + (width - 1) * 3; at += 3, count++) {
      if (data[at] === data[at + 3] && data[at + 1] === data[at + 4] && data[at + 2] === data[at + 5]) alike++;
    }
  }
  return count === 0 ? 1 : alike / count;
}
