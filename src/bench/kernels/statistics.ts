import { MersenneTwister } from '../../pulse/mersenne-twister.js';

/** A number and the interval that holds the true one in 95 of 100 cases. */
export interface RatioInterval {
  readonly ratio: number;
  readonly low: number;
  readonly high: number;
}

/** Draws of the bootstrap: its 2.5 % points then stand on 50 draws each. */
const DRAWS = 2000;
const SEED = 0x62656e63;

/**
 * The value below which `share` of the values lie, linear between neighbours (Hyndman & Fan 1996, definition 7: NumPy's).
 *
 * @param values in any order, at least one
 */
export function quantile(values: ArrayLike<number>, share: number): number {
  const sorted = Float64Array.from(values).sort();
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
}

/** @param values at least one */
export function median(values: ArrayLike<number>): number {
  return quantile(values, 0.5);
}

/** The values below which a quarter and three quarters of the values lie. */
export function quartiles(values: ArrayLike<number>): [number, number] {
  return [quantile(values, 0.25), quantile(values, 0.75)];
}

/**
 * The median of `a` by the median of `b`, with a 95 % interval: the percentile bootstrap (Efron & Tibshirani 1993, chapter 13),
 * both drawn anew, with a fixed seed, so that the same samples always give the same interval. Medians of times have no closed
 * form to speak of: their distribution has a long tail upwards. With few samples (below about ten) it is too narrow.
 *
 * @param a at least one
 * @param b at least one, all above 0
 */
export function ratioInterval(a: readonly number[], b: readonly number[]): RatioInterval {
  const random = new MersenneTwister(SEED);
  const ratios = Float64Array.from({ length: DRAWS }, () => median(drawn(a, random)) / median(drawn(b, random)));
  return { ratio: median(a) / median(b), low: quantile(ratios, 0.025), high: quantile(ratios, 0.975) };
}

/** As many of the values, drawn with replacement. */
function drawn(values: readonly number[], random: MersenneTwister): Float64Array {
  return Float64Array.from(values, () => values[Math.floor(random.fraction() * values.length)]);
}
