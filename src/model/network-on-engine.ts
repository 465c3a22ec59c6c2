import type { Executable } from '../engine/engine.js';
import type { ExecutablePool } from '../engine/executable-pool.js';
import { AbortedError, FacewrightError } from '../errors.js';
import { backward } from '../graph/backward.js';
import type { Graph, Tensor } from '../graph/graph.js';
import type { Network } from './network.js';

/** A synthesised image with the gradients of ⟨gradImage, image⟩. */
export interface SynthesisGradients {
  /** [n, 3, r, r] in [−1, 1] */
  readonly image: Float32Array;
  /** [n, L, d] */
  readonly gradW: Float32Array;
  /** For each noise map [n, 1, s, s]; null where the map was not given. */
  readonly gradNoise: (Float32Array | null)[];
}

/** One value for each noise map of a network: null is a map of zeros. */
export type NoiseMaps = readonly (Float32Array | null)[];

/** Rows of z that go through the mapping network at once: with fewer, threads wait for one another at the ends of runs. */
export const LATENTS_AT_ONCE = 4096;

/** A network on an engine: what it computes, with numbers in and numbers out. */
export class NetworkOnEngine {
  /** @param name what errors call the network */
  constructor(
    readonly network: Network,
    private readonly name: string,
    private readonly pool: ExecutablePool,
  ) {}

  /**
   * The mapping network: z [n, d] → w [n, d].
   * @throws FacewrightError when the weights have no mapping network; AbortedError when the signal is raised
   */
  async map(z: Float32Array, signal?: AbortSignal): Promise<Float32Array> {
    const { latentSize: d, hasMapping, constants } = this.network;
    if (!hasMapping) {
      throw new FacewrightError(
        `${this.name}: its weights hold no mapping network, so there is no way from z, or a seed, to w; give w, as saved latents have it`,
      );
    }
    const n = rowsOf('z', z, d);
    const parts: Float32Array[] = [];
    for (let first = 0; first < n; first += LATENTS_AT_ONCE) {
      throwIfAborted(signal);
      const count = Math.min(LATENTS_AT_ONCE, n - first);
      const build = (graph: Graph) => {
        graph.output('w', this.network.mapping(graph, graph.input('z', [1, d, 1])));
      };
      const work = async (executable: Executable) => {
        executable.write('z', z.subarray(first * d, (first + count) * d));
        executable.run();
        return (await executable.read(['w'])).w;
      };
      parts.push(await this.pool.use(`map ${count}`, count, build, work, constants));
    }
    if (parts.length === 1) return parts[0];
    const w = new Float32Array(z.length);
    parts.forEach((part, index) => {
      w.set(part, index * LATENTS_AT_ONCE * d);
    });
    return w;
  }

  /**
   * The synthesis network.
   *
   * @param w [n, L, d]
   * @param noise for each map [n, 1, s, s], or null; what is absent at the end is null too
   * @returns [n, 3, r, r] in [−1, 1], not clamped
   * @throws FacewrightError for wrong lengths
   */
  async synthesize(w: Float32Array, noise: NoiseMaps): Promise<Float32Array> {
    const { n, maps, present } = this.#inputs(w, noise);
    const build = (graph: Graph) => {
      const inputs = this.#graphInputs(graph, maps);
      graph.output('image', this.network.synthesis(graph, inputs.w, inputs.noise));
    };
    const work = async (executable: Executable) => {
      writeInputs(executable, w, maps);
      executable.run();
      return (await executable.read(['image'])).image;
    };
    return this.pool.use(`synthesize ${n} ${present}`, n, build, work, this.network.constants);
  }

  /**
   * The synthesis network and its vector-Jacobian product.
   *
   * @param w [n, L, d]
   * @param noise as for `synthesize`; the gradient of a map that is null is not computed
   * @param gradImage [n, 3, r, r]: the gradient of some loss with respect to the image in [−1, 1]
   * @throws FacewrightError for wrong lengths
   */
  async synthesizeVjp(w: Float32Array, noise: NoiseMaps, gradImage: Float32Array): Promise<SynthesisGradients> {
    const { n, maps, present } = this.#inputs(w, noise);
    const { resolution: r, constants } = this.network;
    if (gradImage.length !== n * 3 * r * r) {
      throw new FacewrightError(`gradImage: ${gradImage.length} numbers; expected ${n}·3·${r}·${r}, like the image`);
    }
    const given = maps.flatMap((map, index) => (map ? [index] : []));
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
    const work = async (executable: Executable) => {
      writeInputs(executable, w, maps);
      executable.write('gradImage', gradImage);
      executable.run();
      return executable.read(['image', 'gradW', ...given.map((index) => `gradNoise${index}`)]);
    };
    const values = await this.pool.use(`vjp ${n} ${present}`, n, build, work, constants);
    return {
      image: values.image,
      gradW: values.gradW,
      gradNoise: maps.map((map, index) => (map ? values[`gradNoise${index}`] : null)),
    };
  }

  /**
   * One entry for each noise map of the network.
   * @throws FacewrightError when there are too many, or one is not of n pictures
   */
  noiseMaps(n: number, noise: NoiseMaps): NoiseMaps {
    const { noiseSides } = this.network;
    if (noise.length > noiseSides.length) {
      throw new FacewrightError(`noise: ${noise.length} maps were given, and ${this.name} has ${noiseSides.length}`);
    }
    return noiseSides.map((side, index) => {
      const map = noise[index] ?? null;
      if (map && map.length !== n * side * side) {
        throw new FacewrightError(`noise ${index}: ${map.length} numbers; expected ${n}·${side}·${side}`);
      }
      return map;
    });
  }

  #inputs(w: Float32Array, noise: NoiseMaps) {
    const { rows, latentSize: d } = this.network;
    const n = rowsOf('w', w, rows * d);
    const maps = this.noiseMaps(n, noise);
    return { n, maps, present: maps.map((map) => (map ? 1 : 0)).join('') };
  }

  #graphInputs(graph: Graph, maps: NoiseMaps) {
    const { rows, latentSize, noiseSides } = this.network;
    const w: Tensor = graph.input('w', [rows, latentSize, 1]);
    const noise = maps.map((map, index) => {
      const side = noiseSides[index];
      return map ? graph.input(`noise${index}`, [1, side, side]) : undefined;
    });
    return { w, noise };
  }
}

function writeInputs(executable: Executable, w: Float32Array, maps: NoiseMaps): void {
  executable.write('w', w);
  maps.forEach((map, index) => {
    if (map) executable.write(`noise${index}`, map);
  });
}

/** How many rows of `size` numbers there are. @throws FacewrightError where that is no whole number of at least 1 */
export function rowsOf(what: string, values: Float32Array, size: number): number {
  const rows = values.length / size;
  if (!Number.isInteger(rows) || rows < 1) {
    throw new FacewrightError(`${what}: ${values.length} numbers; expected a multiple of ${size}`);
  }
  return rows;
}

/** @throws AbortedError when the signal is raised */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new AbortedError('stopped');
}
