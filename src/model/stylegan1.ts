import { apply, apply1 } from '../graph/build.js';
import type { Constants } from '../graph/constant.js';
import type { Graph, Tensor } from '../graph/graph.js';
import type { Network } from './network.js';

/** The slope of every leaky ReLU of StyleGAN1. */
const SLOPE = 0.2;
/** Dense layers of the mapping network. */
export const MAPPING_LAYERS = 8;

/** One convolution of the synthesis network with its epilogue; the first has none. */
export interface Layer {
  /** `blocks.8x8.conv1`, for the names of constants. */
  readonly name: string;
  readonly resolution: number;
  readonly channels: number;
  readonly kind: 'const' | 'up' | 'same';
}

/** What a StyleGAN1 is made of. */
export interface StyleGan1Parts {
  readonly resolution: number;
  readonly latentSize: number;
  /** The epsilon of its instance norm: 1e-5 or 1e-8, by the code that it was trained with. */
  readonly normEpsilon: number;
  readonly layers: readonly Layer[];
  /** Weights with their run-time factors, by the names that the graphs use. */
  readonly constants: Constants;
  /** Numbers in synthesis and mapping networks. */
  readonly parameters: number;
  readonly hasMapping: boolean;
  /** The file's mean of w [d], where it has one. */
  readonly wAverage?: Float32Array;
}

/** A StyleGAN1 generator (Karras et al., CVPR 2019): every layer has a row of w and a noise map. */
export class StyleGan1 implements Network {
  readonly kind = 'stylegan1';
  readonly resolution: number;
  readonly latentSize: number;
  readonly normEpsilon: number;
  readonly layers: readonly Layer[];
  readonly constants: Constants;
  readonly parameters: number;
  readonly hasMapping: boolean;
  readonly wAverage?: Float32Array;
  readonly rows: number;
  readonly noiseSides: readonly number[];
  /** The last map: the original found that it brings speckles. */
  readonly badNoise: readonly number[];

  constructor(parts: StyleGan1Parts) {
    this.resolution = parts.resolution;
    this.latentSize = parts.latentSize;
    this.normEpsilon = parts.normEpsilon;
    this.layers = parts.layers;
    this.constants = parts.constants;
    this.parameters = parts.parameters;
    this.hasMapping = parts.hasMapping;
    this.wAverage = parts.wAverage;
    this.rows = parts.layers.length;
    this.noiseSides = parts.layers.map(({ resolution }) => resolution);
    this.badNoise = [parts.layers.length - 1];
  }

  synthesis(graph: Graph, w: Tensor, noise: readonly (Tensor | undefined)[]): Tensor {
    return synthesis(graph, this, w, noise).image;
  }

  mapping(graph: Graph, z: Tensor): Tensor {
    return mapping(graph, this, z);
  }
}

/** Where the outputs of a synthesis network are. */
export interface Synthesis {
  /** [n, 3, r, r] in [−1, 1]. */
  readonly image: Tensor;
  /** The output of each block by its side: [n, c, side, side]. */
  readonly blocks: ReadonlyMap<number, Tensor>;
}

/** The constant of that name in a graph. */
function constant(graph: Graph, network: StyleGan1, name: string): Tensor {
  const { shape } = network.constants.get(name)!;
  return graph.constant(name, shape as [number, number, number, number]);
}

/**
 * Appends the synthesis network.
 *
 * @param w [n, L, d, 1], or [n, 1, d, 1]: one row for all layers
 * @param noise for each layer [n, 1, r, r], or undefined where the map is zero
 */
export function synthesis(
  graph: Graph,
  network: StyleGan1,
  w: Tensor,
  noise: readonly (Tensor | undefined)[],
): Synthesis {
  const rows = apply(graph, 'rows', [w], { count: network.layers.length });
  const blocks = new Map<number, Tensor>();
  let x: Tensor | undefined;
  network.layers.forEach(({ name, channels, kind, resolution }, index) => {
    const get = (suffix = '') => constant(graph, network, `${name}${suffix}`);
    const style = apply1(graph, 'linear', [rows[index], get('.style'), get('.style_bias')], {
      adjoint: false,
      slope: 1,
      shape: [2, channels, 1],
    });
    if (kind === 'const') x = apply1(graph, 'repeat', [get()], {});
    else if (kind === 'same') x = apply1(graph, 'conv', [x, get()], { adjoint: false });
    else {
      x = apply1(graph, 'conv_up', [x, get()], { adjoint: false, margin: 0 });
      x = apply1(graph, 'blur', [x], { adjoint: false, margin: 0 });
    }
    if (noise[index]) x = apply1(graph, 'add_noise', [x, noise[index], get('.noise')], {});
    x = apply1(graph, 'bias_act', [x, get('.bias')], { slope: SLOPE, clamp: Infinity });
    x = apply1(graph, 'instance_norm', [x], { epsilon: network.normEpsilon });
    x = apply1(graph, 'modulate', [x, style], {});
    blocks.set(resolution, x);
  });
  const rgb = [x, constant(graph, network, 'torgb'), constant(graph, network, 'torgb.bias')];
  return { image: apply1(graph, 'conv', rgb, { adjoint: false }), blocks };
}

/**
 * Appends the mapping network: pixel norm, then eight dense layers.
 *
 * @param z [n, 1, d, 1]
 * @returns w [n, 1, d, 1]
 */
function mapping(graph: Graph, network: StyleGan1, z: Tensor): Tensor {
  let x = apply1(graph, 'pixel_norm', [z], {});
  for (let layer = 0; layer < MAPPING_LAYERS; layer++) {
    const weights = [constant(graph, network, `mapping.${layer}`), constant(graph, network, `mapping.${layer}.bias`)];
    x = apply1(graph, 'linear', [x, ...weights], { adjoint: false, slope: SLOPE, shape: [1, network.latentSize, 1] });
  }
  return x;
}
