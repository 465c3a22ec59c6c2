/**
 * The normal numbers of NumPy's `RandomState`, which most scripts that draw faces take their z from: the Mersenne Twister
 * and Marsaglia's polar method (Marsaglia & Bray, "A convenient method for generating normal variables", SIAM Review 1964)
 * in float64.
 */

import { FacewrightError } from '../errors.js';
import { MersenneTwister } from './mersenne-twister.js';

/** The greatest seed that `RandomState` takes. */
export const GREATEST_NUMPY_SEED = 2 ** 32 - 1;

/**
 * The first `count` numbers of `numpy.random.RandomState(seed).randn`, as float32. Two come from each accepted point of
 * the unit disc: the one of its second coordinate first. (Their logarithm may differ from NumPy's in the last of 53 bits,
 * by the C library that NumPy stands on.)
 *
 * @param seed a whole number from 0 to 2³² − 1
 * @throws FacewrightError for any other seed: NumPy refuses it too
 *
 * @example
 * const z = numpyNormals(42, 512); // the z of `generate.py --seeds=42`
 */
export function numpyNormals(seed: number, count: number): Float32Array {
  if (!(Number.isInteger(seed) && seed >= 0 && seed <= GREATEST_NUMPY_SEED)) {
    throw new FacewrightError(
      `seed ${seed}: NumPy's RandomState takes whole numbers from 0 to ${GREATEST_NUMPY_SEED}; choose one of these`,
    );
  }
  const twister = new MersenneTwister(seed);
  const numbers = new Float32Array(count);
  for (let i = 0; i < count; i += 2) {
    const [first, second] = pointInDisc(twister);
    const square = first * first + second * second;
    const factor = Math.sqrt((-2 * Math.log(square)) / square);
    numbers[i] = factor * second;
    if (i + 1 < count) numbers[i + 1] = factor * first;
  }
  return numbers;
}

/** A uniform point of the unit disc, its centre left out. */
function pointInDisc(twister: MersenneTwister): [number, number] {
  for (;;) {
    const first = 2 * twister.fraction() - 1;
    const second = 2 * twister.fraction() - 1;
    const square = first * first + second * second;
    if (square < 1 && square !== 0) return [first, second];
  }
}
