import type { Tensor } from '../graph.js';
import type { ProgramOp } from './fused-op.js';

/**
 * What rates [n, c, 4, 1] are, of coefficients [n, 3, c, 1], moments and sums [n, 2, c, 1] of maps of so many pixels (`Read` in
 * fused-op.ts): for those who give an op alone numbers that go together.
 */
export function ratesOf(
  coefficients: Float32Array,
  moments: Float32Array,
  sums: Float32Array,
  channels: number,
  pixels: number,
): Float32Array {
  const rates = new Float32Array((4 * sums.length) / 2);
  for (let plane = 0; plane < sums.length / 2; plane++) {
    const [n, c] = [Math.floor(plane / channels), plane % channels];
    const first = 2 * n * channels + c;
    const a = coefficients[(3 * n + 1) * channels + c];
    const inverse = moments[first + channels];
    rates.set(
      [moments[first], a, (a * sums[first + channels]) / pixels, (a * inverse * sums[first]) / pixels],
      4 * plane,
    );
  }
  return rates;
}

/** The rates that an op reads, made of numbers for the rest that it reads; undefined where it reads none. */
export function ratesReadBy(
  op: ProgramOp,
  valuesOf: (tensor: Tensor) => Float32Array,
): readonly [Tensor, Float32Array] | undefined {
  if (op.op !== 'fused' || op.read.form !== 'gradient' || !op.read.rates) return undefined;
  const { x, coefficients, moments, sums, rates } = op.read;
  const [, c, h, w] = x.shape;
  return [rates, ratesOf(valuesOf(coefficients), valuesOf(moments), valuesOf(sums), c, h * w)];
}
