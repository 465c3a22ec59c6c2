/** Words of the twister's state, and how far apart the two that are joined lie. */
const WORDS = 624;
const SHIFT = 397;
const UPPER = 0x80000000;
const LOWER = 0x7fffffff;
const TWIST = 0x9908b0df;

/**
 * MT19937: uniform numbers of 32 bits from a seed of 32 (Matsumoto & Nishimura, "Mersenne Twister: a 623-dimensionally
 * equidistributed uniform pseudo-random number generator", ACM TOMACS 1998; its initialisation of 2002).
 */
export class MersenneTwister {
  readonly #state = new Uint32Array(WORDS);
  /** The numbers of this state. */
  readonly #words = new Uint32Array(WORDS);
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
    return this.#words[this.#next++];
  }

  /** As many of the next numbers as are there at once, at least 1 and at most `most`; to be read before the next call. */
  some(most: number): Uint32Array {
    if (this.#next === WORDS) this.#twist();
    const first = this.#next;
    this.#next = Math.min(WORDS, first + most);
    return this.#words.subarray(first, this.#next);
  }

  /** In [0, 1), with 53 random bits. */
  fraction(): number {
    const high = this.word() >>> 5;
    return (high * 2 ** 26 + (this.word() >>> 6)) / 2 ** 53;
  }

  #twist(): void {
    const [state, words] = [this.#state, this.#words];
    for (let i = 0; i < WORDS; i++) {
      const after = i + 1 < WORDS ? i + 1 : 0;
      const far = i + SHIFT < WORDS ? i + SHIFT : i + SHIFT - WORDS;
      const joined = (state[i] & UPPER) | (state[after] & LOWER);
      state[i] = state[far] ^ (joined >>> 1) ^ (-(joined & 1) & TWIST);
    }
    for (let i = 0; i < WORDS; i++) {
      let y = state[i];
      y ^= y >>> 11;
      y ^= (y << 7) & 0x9d2c5680;
      y ^= (y << 15) & 0xefc60000;
      words[i] = y ^ (y >>> 18);
    }
    this.#next = 0;
  }
}
