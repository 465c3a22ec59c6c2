import { MersenneTwister } from '../../pulse/mersenne-twister.js';

/** A number and the interval that holds the true one in 95 of 100 cases. */
export interface RatioInterval {
  readonly ratio: number;
  readonly low: number;
  readonly high: number;
}

/** Draws of the bootstrap: its 2.5 % points then stand on 50 draws each. */
const DRAWS = 2000;
/** Of a sum's, which has far more to draw and, being a sum, no long tail. */
const SUM_DRAWS = 400;
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
  const [sortedA, sortedB] = [Float64Array.from(a).sort(), Float64Array.from(b).sort()];
  const ratios = Float64Array.from(
    { length: DRAWS },
    () => drawnMedian(sortedA, random) / drawnMedian(sortedB, random),
  );
  return { ratio: median(a) / median(b), low: quantile(ratios, 0.025), high: quantile(ratios, 0.975) };
}

/** Values whose median counts `weight` times in a sum. */
export interface WeightedSamples {
  readonly weight: number;
  readonly values: readonly number[];
}

/**
 * Σ weight · median of `a` by that of `b`, with a 95 % interval as in `ratioInterval`: in every draw, all of them are drawn anew,
 * independently of one another. What made all samples of one side slower at once is not in the interval.
 */
export function sumRatioInterval(a: readonly WeightedSamples[], b: readonly WeightedSamples[]): RatioInterval {
  const random = new MersenneTwister(SEED);
  const sorted = (parts: readonly WeightedSamples[]) =>
    parts.map(({ weight, values }) => ({ weight, values: Float64Array.from(values).sort() }));
  const [sortedA, sortedB] = [sorted(a), sorted(b)];
  const sum = (parts: typeof sortedA, of: (values: Float64Array) => number) =>
    parts.reduce((all, { weight, values }) => all + weight * of(values), 0);
  const drawnSum = (parts: typeof sortedA) => sum(parts, (values) => drawnMedian(values, random));
  const ratios = Float64Array.from({ length: SUM_DRAWS }, () => drawnSum(sortedA) / drawnSum(sortedB));
  return {
    ratio: sum(sortedA, median) / sum(sortedB, median),
    low: quantile(ratios, 0.025),
    high: quantile(ratios, 0.975),
  };
}

/** The median of as many of the values, drawn with replacement: counted instead of sorted again, as reports have hundreds of kernels. */
function drawnMedian(sorted: Float64Array, random: MersenneTwister): number {
  const n = sorted.length;
  const counts = new Uint32Array(n);
  for (let i = 0; i < n; i++) counts[Math.floor(random.fraction() * n)]++;
  const [lower, upper] = [Math.floor((n - 1) / 2), Math.ceil((n - 1) / 2)];
  let passed = 0;
  let low = Number.NaN;
  for (let i = 0; i < n; i++) {
    passed += counts[i];
    if (Number.isNaN(low) && passed > lower) low = sorted[i];
    if (passed > upper) return (low + sorted[i]) / 2;
  }
  return low;
}
