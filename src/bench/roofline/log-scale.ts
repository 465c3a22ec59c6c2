// From positive values to places on a logarithmic axis.

export interface LogScale {
  /** Where the numbers stand: powers of ten, or where there are few of these, 1, 2 and 5 times them. */
  readonly ticks: readonly number[];
  /** All whole multiples of powers of ten in between, for a faint grid. */
  readonly grid: readonly number[];
  /** The ends of the axis. */
  readonly low: number;
  readonly high: number;
  /** The place of a value, in pixels. */
  at(this: void, value: number): number;
}

/** With fewer powers of ten than this, numbers stand between them as well. */
const FEW = 3;

/**
 * An axis from one round number to another, on which all values are.
 *
 * @param values all above 0, at least one
 * @param place where it begins and ends, in pixels; it may run backwards, as y does
 */
export function logScale(values: readonly number[], place: { readonly from: number; readonly to: number }): LogScale {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const low = roundDown(least / 1.02);
  const high = roundUp(most * 1.02);
  const multiples = multiplesBetween(low, high);
  const powers = multiples.filter(({ digit }) => digit === 1);
  const ticks = powers.length >= FEW ? powers : multiples.filter(({ digit }) => [1, 2, 5].includes(digit));
  const span = Math.log10(high / low);
  return {
    ticks: ticks.map(({ value }) => value),
    grid: multiples.map(({ value }) => value),
    low,
    high,
    at: (value) => place.from + (Math.log10(value / low) / span) * (place.to - place.from),
  };
}

/** Whole multiples of powers of ten, both ends included. */
function multiplesBetween(low: number, high: number): { readonly digit: number; readonly value: number }[] {
  const [first, last] = [low, high].map((end) => Math.floor(Math.log10(end) + 1e-9));
  const all = Array.from({ length: last - first + 1 }, (_, i) =>
    Array.from({ length: 9 }, (_, j) => ({ digit: j + 1, value: (j + 1) * 10 ** (first + i) })),
  ).flat();
  return all.filter(({ value }) => value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9));
}

/** The next lower of 1, 2, 5 times a power of ten. */
function roundDown(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  const part = value / power;
  return (part >= 5 ? 5 : part >= 2 ? 2 : 1) * power;
}

/** The next higher. */
function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  const part = value / power;
  return (part <= 1 ? 1 : part <= 2 ? 2 : part <= 5 ? 5 : 10) * power;
}
