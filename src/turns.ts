// Work that waits its turn.

/**
 * Lets so many pieces of work go on at once; the others begin in the order in which they came.
 *
 * @example
 * const turns = new Turns(2);
 * await turns.take(() => program.run(rate, correction, step, false));
 */
export class Turns {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  /** @param most at least 1 */
  constructor(most: number) {
    this.#free = most;
  }

  /** Does the work when it is its turn. @throws what the work throws */
  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      // Handed on, if somebody waits: nobody who comes now may be before it.
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free++;
    }
  }
}
