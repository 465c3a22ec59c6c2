import { apply, apply1 } from '../graph/build.js';
import type { Constants } from '../graph/constant.js';
import type { Graph, Tensor } from '../graph/graph.js';
import type { Network } from './network.js';

/** The slope of every leaky ReLU of StyleGAN2. */
const SLOPE = 0.2;

/** One modulated convolution of the synthesis network with its epilogue. */
export interface ModulatedLayer {
  /** `b8.conv0`, for the names of constants. */
  readonly name: string;
  readonly resolution: number;
  /** Of the map that it makes. */
  readonly channels: number;
  /** Of the map that it reads. */
  readonly from: number;
  readonly kind: 'up' | 'same';
  /** The epsilon of its demodulation, in the scale of its constants. */
  readonly epsilon: number;
}

/** What a StyleGAN2 is made of. */
export interface StyleGan2Parts {
  readonly resolution: number;
  readonly latentSize: number;
  /** b4.conv1, b8.conv0, b8.conv1, …: each has a row of w and a noise map. */
  readonly layers: readonly ModulatedLayer[];
  /** Dense layers of the mapping network; 0 where the file has none. */
  readonly mappingLayers: number;
  /** What activations are brought into, and the results of to-RGB layers; ∞ is no clamp. */
  readonly clamp: number;
  /** Weights with their run-time factors, by the names that the graphs use. */
  readonly constants: Constants;
  /** Numbers in synthesis and mapping networks. */
  readonly parameters: number;
  /** The class that it draws, where it is conditional. */
  readonly class?: number;
  /** The file's mean of w [d], where it has one. */
  readonly wAverage?: Float32Array;
}

/**
 * A StyleGAN2 generator (Karras et al., CVPR 2020, arXiv 1912.04958) of the configurations that draw by skip connections: all
 * but the early ones with a residual generator.
 *
 * The style of a layer scales what is convolved, and demodulation scales what comes out, instead of both the weights (equations 1
 * and 3): the same map, with weights that a batch shares. Gains of √2 behind activations are part of the constants before them, since
 * a leaky ReLU lets a positive factor through.
 */
export class StyleGan2 implements Network {
  readonly kind = 'stylegan2';
  readonly resolution: number;
  readonly latentSize: number;
  readonly layers: readonly ModulatedLayer[];
  readonly mappingLayers: number;
  readonly clamp: number;
  readonly constants: Constants;
  readonly parameters: number;
  readonly class?: number;
  readonly wAverage?: Float32Array;
  readonly hasMapping: boolean;
  /** One for each layer, and one more: the last to-RGB reads it alone. */
  readonly rows: number;
  readonly noiseSides: readonly number[];
  readonly badNoise: readonly number[] = [];

  constructor(parts: StyleGan2Parts) {
    this.resolution = parts.resolution;
    this.latentSize = parts.latentSize;
    this.layers = parts.layers;
    this.mappingLayers = parts.mappingLayers;
    this.clamp = parts.clamp;
    this.constants = parts.constants;
    this.parameters = parts.parameters;
    this.class = parts.class;
    this.wAverage = parts.wAverage;
    this.hasMapping = parts.mappingLayers > 0;
    this.rows = parts.layers.length + 1;
    this.noiseSides = parts.layers.map(({ resolution }) => resolution);
  }

  synthesis(graph: Graph, w: Tensor, noise: readonly (Tensor | undefined)[]): Tensor {
    const rows = apply(graph, 'rows', [w], { count: this.rows });
    let x = apply1(graph, 'repeat', [this.#constant(graph, 'b4.const')], {});
    let image: Tensor | undefined;
    this.layers.forEach((layer, index) => {
      x = this.#layer(graph, layer, x, rows[index], noise[index]);
      const next = this.layers[index + 1];
      if (next && next.kind !== 'up') return;
      // A block ends here. Its to-RGB reads the row that the next layer reads as well.
      const rgb = this.#toRgb(graph, layer.resolution, x, rows[index + 1]);
      image = image ? apply1(graph, 'add', [apply1(graph, 'upsample', [image], { adjoint: false }), rgb], {}) : rgb;
    });
    return image!;
  }

  /** Pixel norm, then dense layers. */
  mapping(graph: Graph, z: Tensor): Tensor {
    let x = apply1(graph, 'pixel_norm', [z], {});
    for (let layer = 0; layer < this.mappingLayers; layer++) {
      const weights = [`mapping.${layer}`, `mapping.${layer}.bias`].map((name) => this.#constant(graph, name));
      x = apply1(graph, 'linear', [x, ...weights], { adjoint: false, slope: SLOPE, shape: [1, this.latentSize, 1] });
    }
    return x;
  }

  #layer(
    graph: Graph,
    { name, from, kind, epsilon }: ModulatedLayer,
    x: Tensor,
    row: Tensor,
    noise: Tensor | undefined,
  ): Tensor {
    const get = (suffix = '') => this.#constant(graph, `${name}${suffix}`);
    const style = this.#style(graph, name, row, from);
    const scaled = apply1(graph, 'scale', [x, style], {});
    let y: Tensor;
    if (kind === 'same') y = apply1(graph, 'conv', [scaled, get()], { adjoint: false });
    else {
      const wide = apply1(graph, 'conv_up', [scaled, get()], { adjoint: false, margin: 1 });
      y = apply1(graph, 'blur', [wide], { adjoint: false, margin: 1 });
    }
    const factors = apply1(graph, 'demodulate', [style, get('.squares')], { epsilon });
    y = apply1(graph, 'scale', [y, factors], {});
    if (noise) y = apply1(graph, 'add_noise', [y, noise, get('.noise')], {});
    return apply1(graph, 'bias_act', [y, get('.bias')], { slope: SLOPE, clamp: this.clamp });
  }

  #toRgb(graph: Graph, resolution: number, x: Tensor, row: Tensor): Tensor {
    const name = `b${resolution}.torgb`;
    const scaled = apply1(graph, 'scale', [x, this.#style(graph, name, row, x.shape[1])], {});
    const [weight, bias] = [this.#constant(graph, name), this.#constant(graph, `${name}.bias`)];
    if (this.clamp === Infinity) return apply1(graph, 'conv', [scaled, weight, bias], { adjoint: false });
    const raw = apply1(graph, 'conv', [scaled, weight], { adjoint: false });
    return apply1(graph, 'bias_act', [raw, bias], { slope: 1, clamp: this.clamp });
  }

  /** The factors of the channels that a layer reads, [n, c, 1, 1]. */
  #style(graph: Graph, name: string, row: Tensor, channels: number): Tensor {
    const weights = [this.#constant(graph, `${name}.style`), this.#constant(graph, `${name}.style_bias`)];
    return apply1(graph, 'linear', [row, ...weights], { adjoint: false, slope: 1, shape: [channels, 1, 1] });
  }

  #constant(graph: Graph, name: string): Tensor {
    const { shape } = this.constants.get(name)!;
    return graph.constant(name, shape as [number, number, number, number]);
  }
}
