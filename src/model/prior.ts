import { FacewrightError } from '../errors.js';
import type { Constants } from '../graph/constant.js';
import { hostTensor } from '../graph/host-tensor.js';
import { type GaussianFit, truncate } from './gaussian.js';

/** The prior of a generator's search (gaussian.ts), which may become known late. */
export class Prior {
  #fit: GaussianFit | undefined;
  #version = 0;
  #constants: Constants | undefined;

  /** @param owner what errors call the generator */
  constructor(
    private readonly owner: string,
    fit?: GaussianFit,
  ) {
    this.#fit = fit;
  }

  get fit(): GaussianFit | undefined {
    return this.#fit;
  }

  set fit(fit: GaussianFit | undefined) {
    this.#fit = fit;
    this.#constants = undefined;
    this.#version++;
  }

  /** Counts the changes of the fit: part of the key of what depends on it. */
  get version(): number {
    return this.#version;
  }

  /** The fit. @throws FacewrightError when there is none */
  require(): GaussianFit {
    if (!this.#fit)
      throw new FacewrightError(
        `${this.owner}: there is no Gaussian fit, and without a mapping network none can be made; truncation and searches need one`,
      );
    return this.#fit;
  }

  /**
   * The fit as constants of a graph, `fit.mean` and `fit.std` [d, 1, 1, 1]: the same objects while the fit is the same.
   * @throws FacewrightError when there is none
   */
  constants(): Constants {
    const { mean, std } = this.require();
    this.#constants ??= new Map([
      ['fit.mean', hostTensor([mean.length, 1, 1, 1], mean)],
      ['fit.std', hostTensor([std.length, 1, 1, 1], std)],
    ]);
    return this.#constants;
  }

  /**
   * Truncation by ψ towards the centre of the prior (gaussian.ts).
   *
   * @param w any number of rows of d numbers
   * @param psi 1 leaves w as it is, and asks for no fit; 0 gives the average face
   * @throws FacewrightError when there is no fit
   */
  truncate(w: Float32Array, psi: number): Float32Array {
    return psi === 1 ? w : truncate(w, this.require(), psi);
  }
}
