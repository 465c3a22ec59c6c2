import type { Engine, Executable } from '../engine/engine.js';
import { AbortedError, FacewrightError } from '../errors.js';
import { backward } from '../graph/backward.js';
import type { Constants } from '../graph/constant.js';
import { Graph, type Tensor } from '../graph/graph.js';
import { type GaussianFit, truncate } from './gaussian.js';
import type { Network, NetworkKind } from './network.js';

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
  return { ...about, ...shape, badNoise, parameters };
}

/** What to draw: `z` or `w`. */
export interface GenerateRequest {
  /** [n, d] */
  readonly z?: Float32Array;
  /** [n, L, d] */
  readonly w?: Float32Array;
  /** For each layer [n, 1, s, s]; null or absent: zero. */
  readonly noise?: readonly (Float32Array | null)[];
  /** ψ: 1 (the default) is none, 0 the average face. */
  readonly truncation?: number;
  readonly signal?: AbortSignal;
}

/** A synthesised image with the gradients of ⟨gradImage, image⟩. */
export interface SynthesisGradients {
  /** [n, 3, r, r] in [−1, 1] */
  readonly image: Float32Array;
  /** [n, L, d] */
  readonly gradW: Float32Array;
  /** For each layer [n, 1, s, s]; null where the map was not given. */
  readonly gradNoise: (Float32Array | null)[];
}

/** A compiled graph, and whether somebody works with it. */
interface Slot {
  readonly executable: Promise<Executable>;
  busy: boolean;
}

/** An executable that is its holder's alone until it is released. */
export interface Lease {
  readonly executable: Executable;
  release(): void;
}

/** Pictures drawn at once by `generate`, for maps of that resolution: about a gigabyte at most. */
const PICTURES_AT_ONCE: readonly (readonly [resolution: number, pictures: number])[] = [
  [128, 16],
  [256, 8],
  [512, 2],
];
/** Rows of z that go through the mapping network at once. */
const LATENTS_AT_ONCE = 1024;
/** Compiled graphs that are kept while nobody uses them; the least recently used is closed. */
const EXECUTABLES_KEPT = 3;

/**
 * A generator on an engine: the thing to embed.
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
  readonly info: GeneratorInfo;
  readonly engine: Engine;
  /** Counts the changes of the fit: part of the key of what depends on it. */
  fitVersion = 0;
  #fit: GaussianFit | undefined;
  readonly network: Network;
  readonly #slots = new Map<string, Slot>();
  #closed = false;

  /** @param engine belongs to the generator from then on, and is closed with it */
  constructor(engine: Engine, network: Network, info: GeneratorInfo, fit?: GaussianFit) {
    this.engine = engine;
    this.network = network;
    this.info = info;
    this.#fit = fit;
  }

  /** The prior of a search; see `gaussian.ts`. Absent until it is known (`openGenerator` sees to that). */
  get fit(): GaussianFit | undefined {
    return this.#fit;
  }

  set fit(fit: GaussianFit | undefined) {
    this.#fit = fit;
    this.fitVersion++;
  }

  /** The side of a noise map in pixels. */
  noiseSize(layer: number): number {
    return this.network.noiseSides[layer];
  }

  /**
   * The mapping network: z [n, d] → w [n, d].
   * @throws FacewrightError when the weights have no mapping network
   */
  async map(z: Float32Array, signal?: AbortSignal): Promise<Float32Array> {
    const { name, latentSize: d } = this.info;
    if (!this.network.hasMapping) {
      throw new FacewrightError(`${name}: without a mapping network (mapping.pt) there is no way from z to w; give w`);
    }
    const n = rowsOf('z', z, d);
    const w = new Float32Array(z.length);
    for (let first = 0; first < n; first += LATENTS_AT_ONCE) {
      throwIfAborted(signal);
      const count = Math.min(LATENTS_AT_ONCE, n - first);
      const build = (graph: Graph) => {
        graph.output('w', this.network.mapping(graph, graph.input('z', [1, d, 1])));
      };
      const rows = await this.use(`map ${count}`, count, build, async (executable) => {
        executable.write('z', z.subarray(first * d, (first + count) * d));
        executable.run();
        return (await executable.read(['w'])).w;
      });
      w.set(rows, first * d);
    }
    return w;
  }

  /** Truncation by ψ towards the centre of the prior (`gaussian.ts`); w of any number of rows. */
  truncate(w: Float32Array, psi: number): Float32Array {
    if (psi === 1) return w;
    return truncate(w, this.requireFit(), psi);
  }

  /**
   * Draws faces, from z or from w.
   * @returns one [3, r, r] per picture, RGB in [0, 1], clamped
   * @throws AbortedError when the signal is raised; FacewrightError for wrong lengths
   */
  async generate(request: GenerateRequest): Promise<Float32Array[]> {
    const { layers, latentSize: d, resolution } = this.info;
    const w = this.truncate(await this.#latents(request), request.truncation ?? 1);
    const n = rowsOf('w', w, layers * d);
    const pictures: Float32Array[] = [];
    const most = PICTURES_AT_ONCE.find(([upTo]) => resolution <= upTo)?.[1] ?? 1;
    for (let first = 0; first < n; first += most) {
      throwIfAborted(request.signal);
      const count = Math.min(most, n - first);
      const part = this.#noiseMaps(n, request.noise ?? []).map((map, layer) => {
        const size = this.noiseSize(layer) ** 2;
        return map?.subarray(first * size, (first + count) * size) ?? null;
      });
      const image = await this.synthesize(w.subarray(first * layers * d, (first + count) * layers * d), part);
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
   * @param noise for each layer [n, 1, s, s], s = `noiseSize(layer)`; null is a map of zeros
   * @returns [n, 3, r, r] in [−1, 1], not clamped
   */
  async synthesize(w: Float32Array, noise: readonly (Float32Array | null)[] = []): Promise<Float32Array> {
    const { n, maps, present } = this.#synthesisInputs(w, noise);
    const build = (graph: Graph) => {
      const inputs = this.#graphInputs(graph, maps);
      graph.output('image', this.network.synthesis(graph, inputs.w, inputs.noise));
    };
    return this.use(`synthesize ${n} ${present}`, n, build, async (executable) => {
      writeSynthesis(executable, w, maps);
      executable.run();
      return (await executable.read(['image'])).image;
    });
  }

  /**
   * The synthesis network and its vector-Jacobian product: what is needed to build a search of one's own.
   *
   * @param w [n, L, d]
   * @param noise for each layer [n, 1, s, s]; null is a map of zeros, whose gradient is not computed
   * @param gradImage [n, 3, r, r]: the gradient of some loss with respect to the image in [−1, 1]
   */
  async synthesizeVjp(
    w: Float32Array,
    noise: readonly (Float32Array | null)[],
    gradImage: Float32Array,
  ): Promise<SynthesisGradients> {
    const { n, maps, present } = this.#synthesisInputs(w, noise);
    const { resolution: r } = this.info;
    if (gradImage.length !== n * 3 * r * r) {
      throw new FacewrightError(`gradImage: ${gradImage.length} numbers; expected ${n}·3·${r}·${r}, like the image`);
    }
    const given = maps.flatMap((map, layer) => (map ? [layer] : []));
    const build = (graph: Graph) => {
      const inputs = this.#graphInputs(graph, maps);
      const image = this.network.synthesis(graph, inputs.w, inputs.noise);
      const seed = graph.input('gradImage', [3, r, r]);
      const gradients = backward(graph, [{ output: image, seed }], [inputs.w, ...given.map((i) => inputs.noise[i]!)]);
      graph.output('image', image);
      gradients.forEach((gradient, index) => {
        graph.output(index === 0 ? 'gradW' : `gradNoise${given[index - 1]}`, gradient!);
      });
    };
    const values = await this.use(`vjp ${n} ${present}`, n, build, async (executable) => {
      writeSynthesis(executable, w, maps);
      executable.write('gradImage', gradImage);
      executable.run();
      return executable.read(['image', 'gradW', ...given.map((layer) => `gradNoise${layer}`)]);
    });
    return {
      image: values.image,
      gradW: values.gradW,
      gradNoise: maps.map((map, layer) => (map ? values[`gradNoise${layer}`] : null)),
    };
  }

  /** The Gaussian fit. @throws FacewrightError when there is none */
  requireFit(): GaussianFit {
    if (!this.#fit) {
      throw new FacewrightError(`${this.info.name}: no Gaussian fit (gaussian_fit.pt), and none was made`);
    }
    return this.#fit;
  }

  /**
   * Runs `work` on an executable of this generator: the compiled graph that `build` makes, or one that was made earlier
   * under the same key and is free. Nobody else uses it until `work` has ended.
   *
   * @param key must name everything that the graph depends on, the batch included
   * @param extra constants beside the network's weights
   */
  async use<T>(
    key: string,
    batch: number,
    build: (graph: Graph) => void,
    work: (executable: Executable) => Promise<T>,
    extra?: Constants,
  ): Promise<T> {
    const { executable, release } = await this.lease(key, batch, build, extra);
    try {
      return await work(executable);
    } finally {
      release();
    }
  }

  /** As `use`, for work that is no single function: the executable is the caller's until `release`. */
  async lease(key: string, batch: number, build: (graph: Graph) => void, extra: Constants = new Map()): Promise<Lease> {
    if (this.#closed) throw new FacewrightError(`${this.info.name}: this generator was closed`);
    let index = 0;
    while (this.#slots.get(`${key} ${index}`)?.busy) index++;
    const name = `${key} ${index}`;
    let slot = this.#slots.get(name);
    if (!slot) {
      const graph = new Graph(batch);
      build(graph);
      slot = { busy: true, executable: this.#compile(graph, new Map([...this.network.constants, ...extra])) };
    }
    slot.busy = true;
    // Last in the map is last to be closed.
    this.#slots.delete(name);
    this.#slots.set(name, slot);
    const leased = slot;
    try {
      const executable = await leased.executable;
      const release = () => {
        leased.busy = false;
        this.#closeOldest();
      };
      return { executable, release };
    } catch (error) {
      this.#slots.delete(name);
      throw error;
    }
  }

  /** Frees everything on the device, the engine included. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#slots.clear();
    this.engine.close();
  }

  /** Compiles a graph; where memory is short, what nobody uses makes room first. */
  async #compile(graph: Graph, constants: Constants): Promise<Executable> {
    try {
      return await this.engine.compile(graph, constants);
    } catch (error) {
      if (!this.#closeOldest(0)) throw error;
      return this.engine.compile(graph, constants);
    }
  }

  /** Closes the least recently used executables until at most `keep` stand idle; whether it closed any. */
  #closeOldest(keep = EXECUTABLES_KEPT): boolean {
    let closed = false;
    let free = [...this.#slots.values()].filter(({ busy }) => !busy).length;
    for (const [name, slot] of this.#slots) {
      if (free <= keep) break;
      if (slot.busy) continue;
      free--;
      closed = true;
      this.#slots.delete(name);
      slot.executable.then(
        (old) => old.close(),
        () => undefined,
      );
    }
    return closed;
  }

  async #latents({ z, w, signal }: GenerateRequest): Promise<Float32Array> {
    const { layers, latentSize: d } = this.info;
    if ((z === undefined) === (w === undefined)) throw new FacewrightError('generate needs either z or w');
    if (w) return w;
    const rows = await this.map(z!, signal);
    const all = new Float32Array(rows.length * layers);
    for (let picture = 0; picture * d < rows.length; picture++) {
      const row = rows.subarray(picture * d, (picture + 1) * d);
      for (let layer = 0; layer < layers; layer++) all.set(row, (picture * layers + layer) * d);
    }
    return all;
  }

  #synthesisInputs(w: Float32Array, noise: readonly (Float32Array | null)[]) {
    const { layers, latentSize: d } = this.info;
    const n = rowsOf('w', w, layers * d);
    const maps = this.#noiseMaps(n, noise);
    return { n, maps, present: maps.map((map) => (map ? 1 : 0)).join('') };
  }

  #noiseMaps(n: number, noise: readonly (Float32Array | null)[]): (Float32Array | null)[] {
    const { noiseSides } = this.network;
    if (noise.length > noiseSides.length) {
      throw new FacewrightError(
        `noise: ${noise.length} maps were given, and ${this.info.name} has ${noiseSides.length}`,
      );
    }
    return noiseSides.map((size, layer) => {
      const map = noise[layer] ?? null;
      if (map && map.length !== n * size * size) {
        throw new FacewrightError(`noise ${layer}: ${map.length} numbers; expected ${n}·${size}·${size}`);
      }
      return map;
    });
  }

  #graphInputs(graph: Graph, maps: readonly (Float32Array | null)[]) {
    const { layers, latentSize } = this.info;
    const w: Tensor = graph.input('w', [layers, latentSize, 1]);
    const noise = maps.map((map, layer) => {
      const size = this.noiseSize(layer);
      return map ? graph.input(`noise${layer}`, [1, size, size]) : undefined;
    });
    return { w, noise };
  }
}

function writeSynthesis(executable: Executable, w: Float32Array, maps: readonly (Float32Array | null)[]): void {
  executable.write('w', w);
  maps.forEach((map, layer) => {
    if (map) executable.write(`noise${layer}`, map);
  });
}

function rowsOf(what: string, values: Float32Array, size: number): number {
  const rows = values.length / size;
  if (!Number.isInteger(rows) || rows < 1) {
    throw new FacewrightError(`${what}: ${values.length} numbers; expected a multiple of ${size}`);
  }
  return rows;
}

function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new AbortedError('stopped');
}
