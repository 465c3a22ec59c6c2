import type { Engine, Executable } from '../engine/engine.js';
import { ExecutablePool, type Lease } from '../engine/executable-pool.js';
import { FacewrightError } from '../errors.js';
import type { Constants } from '../graph/constant.js';
import type { Graph } from '../graph/graph.js';
import type { GaussianFit } from './gaussian.js';
import type { Network, NetworkKind } from './network.js';
import {
  NetworkOnEngine,
  type NoiseMaps,
  rowsOf,
  type SynthesisGradients,
  throwIfAborted,
} from './network-on-engine.js';
import { Prior } from './prior.js';
import { type TruncationCentre, truncateTowards } from './truncation.js';

/** What a generator is. */
export interface GeneratorInfo {
  /** What the file is called. */
  readonly name: string;
  /** SHA-256 of the weights, in hex. */
  readonly sha256: string;
  /** As the file states it; `unknown` where it does not. */
  readonly licence: string;
  readonly kind: NetworkKind;
  /** The side of its pictures in pixels. */
  readonly resolution: number;
  readonly channels: 3;
  /** L: rows of w. */
  readonly layers: number;
  /** The side of each noise map in pixels. */
  readonly noiseSides: readonly number[];
  /** Numbers in one row of z, w or v. */
  readonly latentSize: number;
  /** The epsilon of its instance norm, where its kind has one. */
  readonly normEpsilon?: number;
  /** The class that it draws, counted from 0, where it is conditional. */
  readonly class?: number;
  /** What truncation is towards. */
  readonly truncationCentre: TruncationCentre;
  /** Noise maps that a search leaves at zero unless it is told otherwise. */
  readonly badNoise: readonly number[];
  /** Trained numbers in the synthesis and mapping networks. */
  readonly parameters: number;
}

/** The description of a network that was read from somewhere. */
export function generatorInfo(
  network: Network,
  about: Pick<GeneratorInfo, 'name' | 'sha256' | 'licence'>,
): GeneratorInfo {
  const { kind, resolution, rows, noiseSides, latentSize, normEpsilon, badNoise, parameters } = network;
  const shape = { kind, resolution, channels: 3, layers: rows, noiseSides, latentSize, normEpsilon } as const;
  const truncationCentre = network.wAverage === undefined ? 'prior' : 'mean of w';
  return { ...about, ...shape, class: network.class, truncationCentre, badNoise, parameters };
}

/** What to draw: `z` or `w`. */
export interface GenerateRequest {
  /** [n, d] */
  readonly z?: Float32Array;
  /** [n, L, d] */
  readonly w?: Float32Array;
  /** For each noise map [n, 1, s, s]; null or absent: zero. */
  readonly noise?: NoiseMaps;
  /** ψ: 1 (the default) is none, 0 the average face. */
  readonly truncation?: number;
  readonly signal?: AbortSignal;
}

/** What a generator is made with, beside its network. */
export interface GeneratorOptions {
  /** The prior, where it is known already. */
  readonly fit?: GaussianFit;
  /** Where the numbers of the network's constants lie until an engine packs them: closed with the generator. */
  readonly weights?: { close(): void };
  /** Whether the engine stays open when the generator is closed, for its owner to close; by default it is closed too. */
  readonly keepEngine?: boolean;
}

/** Pictures drawn at once by `generate`, for maps of that resolution: about a gigabyte at most. */
const PICTURES_AT_ONCE: readonly (readonly [resolution: number, pictures: number])[] = [
  [128, 16],
  [256, 8],
  [512, 2],
];

/**
 * A generator on an engine: the thing to embed. It joins a network on an engine (`NetworkOnEngine`), the prior of a search
 * (`Prior`) and the graphs that were compiled for them (`ExecutablePool`).
 *
 * @example
 * const generator = await openGenerator();
 * try {
 *   const [face] = await generator.generate({ z: normals(1, [], 512), truncation: 0.7 });
 * } finally {
 *   generator.close();
 * }
 */
export class Generator {
  readonly prior: Prior;
  readonly #network: NetworkOnEngine;
  readonly #pool: ExecutablePool;
  readonly #weights?: { close(): void };
  readonly #keepEngine: boolean;
  #closed = false;

  /** @param engine belongs to the generator from then on and is closed with it, unless the options say otherwise */
  constructor(
    readonly engine: Engine,
    readonly network: Network,
    readonly info: GeneratorInfo,
    { fit, weights, keepEngine = false }: GeneratorOptions = {},
  ) {
    this.prior = new Prior(info.name, fit);
    this.#pool = new ExecutablePool(engine, info.name);
    this.#network = new NetworkOnEngine(network, info.name, this.#pool);
    this.#weights = weights;
    this.#keepEngine = keepEngine;
  }

  /** The prior of a search; see `gaussian.ts`. Absent until it is known (`openGenerator` sees to that). */
  get fit(): GaussianFit | undefined {
    return this.prior.fit;
  }

  set fit(fit: GaussianFit | undefined) {
    this.prior.fit = fit;
  }

  /** The Gaussian fit. @throws FacewrightError when there is none */
  requireFit(): GaussianFit {
    return this.prior.require();
  }

  /** The side of a noise map in pixels, counted from 0. */
  noiseSize(map: number): number {
    return this.network.noiseSides[map];
  }

  /**
   * The mapping network: z [n, d] → w [n, d].
   * @throws FacewrightError when the weights have no mapping network; AbortedError when the signal is raised
   */
  map(z: Float32Array, signal?: AbortSignal): Promise<Float32Array> {
    return this.#network.map(z, signal);
  }

  /**
   * Truncation by ψ towards the file's own mean of w where it has one (`truncation.ts`), or else the centre of the prior
   * (`gaussian.ts`); w of any number of rows.
   * @throws FacewrightError when there is neither, unless ψ is 1
   */
  truncate(w: Float32Array, psi: number): Float32Array {
    const { wAverage } = this.network;
    return wAverage ? truncateTowards(w, wAverage, psi) : this.prior.truncate(w, psi);
  }

  /**
   * Draws faces, from z or from w.
   * @returns one [3, r, r] per picture, RGB in [0, 1], clamped
   * @throws AbortedError when the signal is raised; FacewrightError for wrong lengths
   */
  async generate(request: GenerateRequest): Promise<Float32Array[]> {
    const { rows, noiseSides, latentSize: d, resolution } = this.network;
    const w = this.truncate(await this.#latents(request), request.truncation ?? 1);
    const n = rowsOf('w', w, rows * d);
    const maps = this.#network.noiseMaps(n, request.noise ?? []);
    const pictures: Float32Array[] = [];
    const most = PICTURES_AT_ONCE.find(([upTo]) => resolution <= upTo)?.[1] ?? 1;
    for (let first = 0; first < n; first += most) {
      throwIfAborted(request.signal);
      const count = Math.min(most, n - first);
      const part = maps.map((map, index) => {
        const size = noiseSides[index] ** 2;
        return map?.subarray(first * size, (first + count) * size) ?? null;
      });
      const image = await this.synthesize(w.subarray(first * rows * d, (first + count) * rows * d), part);
      const size = image.length / count;
      for (let picture = 0; picture < count; picture++) {
        const values = image.slice(picture * size, (picture + 1) * size);
        pictures.push(values.map((value) => Math.min(1, Math.max(0, (value + 1) / 2))));
      }
    }
    return pictures;
  }

  /**
   * The synthesis network.
   *
   * @param w [n, L, d]
   * @param noise for each map [n, 1, s, s], s = `noiseSize(map)`; null is a map of zeros
   * @returns [n, 3, r, r] in [−1, 1], not clamped
   * @throws FacewrightError for wrong lengths
   */
  synthesize(w: Float32Array, noise: NoiseMaps = []): Promise<Float32Array> {
    return this.#network.synthesize(w, noise);
  }

  /**
   * The synthesis network and its vector-Jacobian product: what is needed to build a search of one's own.
   *
   * @param w [n, L, d]
   * @param noise for each map [n, 1, s, s]; null is a map of zeros, whose gradient is not computed
   * @param gradImage [n, 3, r, r]: the gradient of some loss with respect to the image in [−1, 1]
   * @throws FacewrightError for wrong lengths
   */
  synthesizeVjp(w: Float32Array, noise: NoiseMaps, gradImage: Float32Array): Promise<SynthesisGradients> {
    return this.#network.synthesizeVjp(w, noise, gradImage);
  }

  /**
   * Runs `work` on an executable of this generator (`ExecutablePool.use`): that of the graph that `build` makes, which may
   * use the network's constants.
   *
   * @param key must name everything that the graph and its constants depend on, the batch included
   * @param extra constants beside the network's weights
   */
  use<T>(
    key: string,
    batch: number,
    build: (graph: Graph) => void,
    work: (executable: Executable) => Promise<T>,
    extra?: Constants,
  ): Promise<T> {
    return this.#pool.use(key, batch, build, work, this.#constants(extra));
  }

  /** As `use`, for work that is no single function: the executable is the caller's until `release`. */
  lease(key: string, batch: number, build: (graph: Graph) => void, extra?: Constants): Promise<Lease> {
    return this.#pool.lease(key, batch, build, this.#constants(extra));
  }

  /**
   * After an error that left the engine's device of no use (a DeviceLostError, or an OutOfMemoryError from the midst of a run): opens it
   * again (`Engine.reopen`). What was compiled is closed, and compiled anew when it is wanted.
   * @returns false where the engine has no device that could be opened again
   * @throws FacewrightError when it cannot be opened
   */
  async reopen(): Promise<boolean> {
    if (!this.engine.reopen) return false;
    this.#pool.clear();
    await this.engine.reopen();
    return true;
  }

  /** Frees everything on the device: what was compiled, and the engine unless that is its owner's; closes the weights. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#pool.close();
    if (!this.#keepEngine) this.engine.close();
    this.#weights?.close();
  }

  #constants(extra: Constants = new Map()): Constants {
    return new Map([...this.network.constants, ...extra]);
  }

  /** w [n, L, d]: as given, or one row from each z for all layers. */
  async #latents({ z, w, signal }: GenerateRequest): Promise<Float32Array> {
    const { rows, latentSize: d } = this.network;
    if ((z === undefined) === (w === undefined)) throw new FacewrightError('generate needs either z or w');
    if (w) return w;
    const mapped = await this.map(z!, signal);
    const all = new Float32Array(mapped.length * rows);
    for (let picture = 0; picture * d < mapped.length; picture++) {
      const row = mapped.subarray(picture * d, (picture + 1) * d);
      for (let layer = 0; layer < rows; layer++) all.set(row, (picture * rows + layer) * d);
    }
    return all;
  }
}
