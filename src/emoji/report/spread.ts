/**
 * How far pictures lie apart: the standard deviation between them (of a sample: N − 1) of every pixel and channel, from 0
 * to 1, and of those the root mean square. Alike pictures have 0; the root mean square difference of two is √2 times it.
 */
export class SpreadSum {
  count = 0;
  #mean: Float64Array = new Float64Array(0);
  /** Sums of squares about the mean, as Welford (1962) keeps them. */
  #squares: Float64Array = new Float64Array(0);

  /** @param pixels of 8 bits; a picture of another size than the first is of another generator, and passed over */
  add(pixels: Uint8Array): void {
    if (this.count > 0 && pixels.length !== this.#mean.length) return;
    if (this.count === 0) {
      this.#mean = new Float64Array(pixels.length);
      this.#squares = new Float64Array(pixels.length);
    }
    this.count++;
    for (let i = 0; i < pixels.length; i++) {
      const value = pixels[i] / 255;
      const before = value - this.#mean[i];
      this.#mean[i] += before / this.count;
      this.#squares[i] += before * (value - this.#mean[i]);
    }
  }

  /** Of at least two pictures. */
  get value(): number {
    const sum = this.#squares.reduce((total, square) => total + square, 0);
    return Math.sqrt(sum / this.#squares.length / (this.count - 1));
  }
}
