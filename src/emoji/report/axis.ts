// From values to places on an axis, with ticks at round numbers.

import type { Figure } from './report-data.js';

export interface Scale {
  readonly ticks: readonly number[];
  /** That the ticks' numbers need. */
  readonly decimals: number;
  /** The place of a value; of one beyond the axis, its end. */
  at(this: void, value: number): { readonly x: number; readonly beyond: boolean };
}

/** Ticks there are about, and steps between them. */
const STEPS = 5;

/** Rows with fewer emoji may have intervals that would make all others invisible: those do not make the axis longer. */
const ENOUGH = 5;

/**
 * An axis for figures: from one round number to another, so that all values are on it, and the intervals of rows with
 * enough emoji.
 *
 * @param reach values that it has to reach
 * @param place where it begins and ends, in pixels
 */
export function scaleOf(
  figures: readonly Figure[],
  reach: { readonly from?: number; readonly to?: number },
  place: { readonly from: number; readonly to: number },
): Scale {
  const values = figures.flatMap(({ value, low, high, emoji }) => (emoji < ENOUGH ? [value] : [value, low, high]));
  const all = [...values, ...[reach.from, reach.to].filter((end) => end !== undefined)];
  let [low, high] = [Math.min(...all), Math.max(...all)];
  if (high - low < 1e-12) [low, high] = [low - Math.abs(low) / 2 - 1e-6, high + Math.abs(high) / 2 + 1e-6];
  const step = roundStep((high - low) / STEPS);
  const first = Math.floor(low / step + 1e-9);
  const last = Math.ceil(high / step - 1e-9);
  const ticks = Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step);
  const [start, end] = [ticks[0], ticks.at(-1)!];
  return {
    ticks,
    decimals: Math.max(0, -Math.floor(Math.log10(step) + 1e-9)),
    at: (value) => {
      const part = (value - start) / (end - start);
      const beyond = part < -1e-9 || part > 1 + 1e-9;
      return { x: place.from + Math.min(Math.max(part, 0), 1) * (place.to - place.from), beyond };
    },
  };
}

/** The next larger of 1, 2, 5 times a power of ten. */
export function roundStep(step: number): number {
  const power = 10 ** Math.floor(Math.log10(step));
  const part = step / power;
  return (part <= 1 ? 1 : part <= 2 ? 2 : part <= 5 ? 5 : 10) * power;
}
