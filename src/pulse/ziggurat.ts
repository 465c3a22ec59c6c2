import { MersenneTwister } from './mersenne-twister.js';

/** Layers of equal area under the density; where the lowest one's tail begins, and that area (Marsaglia & Tsang 2000). */
const LAYERS = 128;
const TAIL = 3.442619855899;
const AREA = 9.91256303526217e-3;

/** Between two places that 25 bits can name in (−1, 1). */
const STEP = 2 ** -24;

/** The right end of each layer, from the lowest on; and by how much the next one is narrower, inside of which nothing is asked. */
const END = new Float64Array(LAYERS + 1);
const INNER = new Float64Array(LAYERS);
END[0] = AREA / Math.exp(-0.5 * TAIL * TAIL);
END[1] = TAIL;
for (let layer = 2; layer < LAYERS; layer++) {
  const below = END[layer - 1];
  END[layer] = Math.sqrt(-2 * Math.log(AREA / below + Math.exp(-0.5 * below * below)));
}
for (let layer = 0; layer < LAYERS; layer++) INNER[layer] = END[layer + 1] / END[layer];

/**
 * Standard normal numbers in bulk, one after another: Marsaglia & Tsang's ziggurat ("The ziggurat method for generating
 * random variables", Journal of Statistical Software 2000), as Doornik corrected it (2005). Ten times as fast as
 * `normals`, and for statistics: no number can be had without the ones before it.
 */
export class NormalSource {
  readonly #twister: MersenneTwister;
  /** Edges and tails ask another one, so that the first can be read in bulk. */
  readonly #asked: MersenneTwister;

  /** @param seed 32 bits */
  constructor(seed: number) {
    this.#twister = new MersenneTwister(seed);
    this.#asked = new MersenneTwister(~seed);
  }

  /** The next `count` numbers. */
  next(count: number): Float32Array {
    return this.fill(new Float32Array(count));
  }

  /** The next numbers, into an array: writing to new memory takes as long again as drawing. */
  fill(numbers: Float32Array): Float32Array {
    for (let done = 0; done < numbers.length; ) {
      const words = this.#twister.some(numbers.length - done);
      this.#shape(words, numbers, done);
      done += words.length;
    }
    return numbers;
  }

  /** A normal number of each word, into `numbers` from `first` on: seven bits choose a layer, the others a place in it. */
  #shape(words: Uint32Array, numbers: Float32Array, first: number): void {
    for (let i = 0; i < words.length; i++) {
      const word = words[i];
      const layer = word & (LAYERS - 1);
      const place = (word >>> 7) * STEP - (1 - STEP / 2);
      if (Math.abs(place) < INNER[layer]) numbers[first + i] = place * END[layer];
      else numbers[first + i] = this.#rarely(layer, place);
    }
  }

  /** At a layer's edge, where the density has to be asked, or in the tail. */
  #rarely(firstLayer: number, firstPlace: number): number {
    const twister = this.#asked;
    let [layer, place] = [firstLayer, firstPlace];
    for (;;) {
      if (Math.abs(place) < INNER[layer]) return place * END[layer];
      if (layer === 0) return place < 0 ? -this.#tail() : this.#tail();
      const x = place * END[layer];
      const low = Math.exp(-0.5 * (END[layer] ** 2 - x * x));
      const high = Math.exp(-0.5 * (END[layer + 1] ** 2 - x * x));
      if (high + twister.fraction() * (low - high) < 1) return x;
      layer = twister.word() & (LAYERS - 1);
      place = 2 * twister.fraction() - 1;
    }
  }

  /** Beyond the lowest layer (Marsaglia 1964). */
  #tail(): number {
    for (;;) {
      // In (0, 1], so that the logarithms are finite.
      const x = -Math.log(1 - this.#asked.fraction()) / TAIL;
      const y = -Math.log(1 - this.#asked.fraction());
      if (2 * y >= x * x) return TAIL + x;
    }
  }
}
