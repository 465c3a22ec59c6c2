// Where the lines of the loss curve go: steps from left to right, losses by their logarithm from top to bottom.

import type { SearchLosses } from 'facewright/browser';

/** In percent of the plot's width and height, from its upper left corner. */
export interface Curve {
  /** Points `x,y` with spaces between, in runs: a loss that is not above zero has no place, and parts them. */
  readonly lines: Readonly<Record<'L2' | 'TOTAL', readonly string[]>>;
  /** Where eps lies; undefined where it is 0. */
  readonly eps: number | undefined;
  /** Powers of ten, and where they lie. */
  readonly ticks: readonly { readonly text: string; readonly y: number }[];
}

/** More points than a plot has pixels are not seen. */
const MOST_POINTS = 2000;

/** @param steps of the whole search: so many have room */
export function curveOf(all: readonly SearchLosses[], steps: number, eps: number): Curve {
  const stride = Math.ceil(all.length / MOST_POINTS) || 1;
  const trace = stride === 1 ? all : all.filter((_, index) => index % stride === 0);
  const values = [...trace.flatMap(({ L2, TOTAL }) => [L2, TOTAL]), eps].filter(hasPlace);
  // Without any, a plot with nothing in it.
  const least = Math.floor(Math.log10(values.reduce((a, b) => Math.min(a, b), 1)) - 0.2);
  const most = Math.ceil(Math.log10(values.reduce((a, b) => Math.max(a, b), 1)) + 0.05);
  const place = (value: number) => round((100 * (most - Math.log10(value))) / (most - least));
  const across = (index: number) => round(steps > 1 ? (100 * index * stride) / (steps - 1) : 50);
  const runs = (name: 'L2' | 'TOTAL') => {
    const lines: string[][] = [[]];
    trace.forEach((losses, index) => {
      if (hasPlace(losses[name])) lines[lines.length - 1].push(`${across(index)},${place(losses[name])}`);
      else lines.push([]);
    });
    return lines.filter((line) => line.length > 0).map((line) => line.join(' '));
  };
  const ticks = Array.from({ length: most - least + 1 }, (_, i) => {
    const power = most - i;
    return { text: power < -4 ? `1e${power}` : String(Number(`1e${power}`)), y: place(10 ** power) };
  });
  return { lines: { L2: runs('L2'), TOTAL: runs('TOTAL') }, eps: hasPlace(eps) ? place(eps) : undefined, ticks };
}

function hasPlace(value: number): boolean {
  return Number.isFinite(value) && value > 0;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
