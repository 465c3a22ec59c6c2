/**
 * The normal numbers of NumPy's `RandomState`, which most scripts that draw faces take their z from: the Mersenne Twister
 * (Matsumoto & Nishimura, "Mersenne Twister: a 623-dimensionally equidistributed uniform pseudo-random number generator",
 * ACM TOMACS 1998; MT19937, its initialisation of 2002) and Marsaglia's polar method (Marsaglia & Bray 1964) in float64.
 */

import { FacewrightError } from '../errors.js';

/** Words of the twister's state, and how far apart the two that are joined lie. */
const WORDS = 624;
const SHIFT = 397;
const UPPER = 0x80000000;
const LOWER = 0x7fffffff;
const TWIST = 0x9908b0df;

/** The greatest seed that `RandomState` takes. */
export const GREATEST_NUMPY_SEED = 2 ** 32 - 1;

/** MT19937: uniform numbers of 32 bits from a seed of 32. */
class MersenneTwister {
  readonly #state = new Uint32Array(WORDS);
  #next = WORDS;

  constructor(seed: number) {
    let word = seed >>> 0;
    for (let i = 0; i < WORDS; i++) {
      this.#state[i] = word;
      word = (Math.imul(1812433253, word ^ (word >>> 30)) + i + 1) >>> 0;
    }
  }

  /** 32 bits. */
  word(): number {
    if (this.#next === WORDS) this.#twist();
    let y = this.#state[this.#next++];
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  /** In [0, 1), with 53 random bits. */
  fraction(): number {
    const high = this.word() >>> 5;
    return (high * 2 ** 26 + (this.word() >>> 6)) / 2 ** 53;
  }

  #twist(): void {
    const state = this.#state;
    for (let i = 0; i < WORDS; i++) {
      const joined = (state[i] & UPPER) | (state[(i + 1) % WORDS] & LOWER);
      state[i] = state[(i + SHIFT) % WORDS] ^ (joined >>> 1) ^ (joined & 1 ? TWIST : 0);
    }
    this.#next = 0;
  }
}

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
