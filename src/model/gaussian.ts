import { FacewrightError } from '../errors.js';

/**
 * The Gaussian fitted to LeakyReLU(5) of w, coordinate by coordinate (Menon et al. 2020, section 3.3): the prior of the
 * search. LeakyReLU(5) undoes the mapping network's last activation, of slope 1/5.
 */
export interface GaussianFit {
  readonly mean: Float32Array;
  readonly std: Float32Array;
}

/** LeakyReLU(5). */
function gaussianise(w: number): number {
  return w > 0 ? w : 5 * w;
}

/** The slope of the mapping network's last activation, and of the way back from the Gaussian to w. */
export const LATENT_SLOPE = 0.2;

/** Its inverse, LeakyReLU(1/5). */
export function degaussianise(v: number): number {
  return v > 0 ? v : LATENT_SLOPE * v;
}

/** The way back of the search variable: w = degaussianise(v·std + mean), solved for v, which is 0 where nothing varies. */
export function searchVariable(w: Float32Array, { mean, std }: GaussianFit): Float32Array {
  const d = mean.length;
  return w.map((value, index) => {
    const spread = std[index % d];
    return spread > 0 ? (gaussianise(value) - mean[index % d]) / spread : 0;
  });
}

/**
 * Running mean and standard deviation of LeakyReLU(5)(w), by coordinate: each batch is summed up about the mean so far, and
 * batches are merged by Chan's formula (Chan, Golub & LeVeque 1983), all in float64.
 */
export class GaussianFitter {
  #count = 0;
  readonly #mean: Float64Array;
  readonly #squares: Float64Array;

  constructor(private readonly latentSize: number) {
    this.#mean = new Float64Array(latentSize);
    this.#squares = new Float64Array(latentSize);
  }

  /** Adds latents, w [n, d]. */
  add(w: Float32Array): void {
    const d = this.latentSize;
    const [mean, squares] = [this.#mean, this.#squares];
    const added = w.length / d;
    // About a value of theirs, where there is no mean yet: sums about zero would cancel.
    if (this.#count === 0) for (let i = 0; i < d && added > 0; i++) mean[i] = gaussianise(w[i]);
    const [sums, products] = [new Float64Array(d), new Float64Array(d)];
    for (let row = 0; row < w.length; row += d) {
      for (let i = 0; i < d; i++) {
        const value = w[row + i];
        // LeakyReLU(5), exact for float32, without a branch that nothing foretells.
        const off = 3 * value - 2 * Math.abs(value) - mean[i];
        sums[i] += off;
        products[i] += off * off;
      }
    }
    const total = this.#count + added;
    for (let i = 0; i < d && added > 0; i++) {
      const shift = sums[i] / added;
      squares[i] += products[i] - sums[i] * shift + (shift * shift * this.#count * added) / total;
      mean[i] += (shift * added) / total;
    }
    this.#count = total;
  }

  /** The fit; the deviation is the sample's (n − 1), as PyTorch's. */
  result(): GaussianFit {
    if (this.#count < 2) throw new FacewrightError('a Gaussian fit needs at least two latents');
    return {
      mean: Float32Array.from(this.#mean),
      std: Float32Array.from(this.#squares, (sum) => Math.sqrt(Math.max(0, sum) / (this.#count - 1))),
    };
  }
}

/**
 * Truncation towards the centre of the prior: in the Gaussian's coordinates v → ψ·v, then back (Menon et al.'s prior in
 * place of the mean of w, which PULSE's files do not hold; Karras et al. 2019, appendix B, has the trick itself).
 *
 * @param w any number of latents of d numbers
 * @param psi 1 leaves w as it is, 0 gives the average face
 */
export function truncate(w: Float32Array, fit: GaussianFit, psi: number): Float32Array {
  if (psi === 1) return w;
  const d = fit.mean.length;
  return w.map((value, index) => {
    const mean = fit.mean[index % d];
    return degaussianise(mean + psi * (gaussianise(value) - mean));
  });
}
