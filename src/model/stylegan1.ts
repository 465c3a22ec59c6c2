import { FacewrightError } from '../errors.js';
import { apply, apply1 } from '../graph/build.js';
import { type Constant, type Constants, scaledConstant } from '../graph/constant.js';
import type { Graph, Tensor } from '../graph/graph.js';
import { float32Values, type HostTensor, type HostTensors } from '../graph/host-tensor.js';
import { upsamplingKernel } from './upsampling.js';
import { NamedWeights } from './weights.js';

/** The slope of every leaky ReLU of StyleGAN1. */
export const SLOPE = 0.2;
/** From this output size on, StyleGAN1 upsamples by a transposed convolution (model/upsampling.ts). */
const TRANSPOSED_FROM = 128;
const MAPPING_LAYERS = 8;
/** The mapping network's learning-rate multiplier, which is part of its run-time factors. */
const MAPPING_RATE = 0.01;
const RESOLUTIONS = [8, 16, 32, 64, 128, 256, 512, 1024];

/** One convolution of the synthesis network with its epilogue; the first has none. */
interface Layer {
  /** `blocks.8x8.conv1`, for the names of constants. */
  readonly name: string;
  readonly resolution: number;
  readonly channels: number;
  readonly kind: 'const' | 'up' | 'same';
}

/** A StyleGAN1 generator (Karras et al., CVPR 2019), ready to be put into graphs. */
export interface StyleGan1 {
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
}

/** Where the outputs of a synthesis network are. */
export interface Synthesis {
  /** [n, 3, r, r] in [−1, 1]. */
  readonly image: Tensor;
  /** The output of each block, by resolution: x and coefficients of a styled map (graph/ops.ts). */
  readonly blocks: ReadonlyMap<number, readonly [x: Tensor, coefficients: Tensor]>;
}

/**
 * Reads a StyleGAN1 from named weights, in PULSE's names with the prefixes `synthesis.` and `mapping.`.
 *
 * Any resolution from 8 to 1024 and any number of channels: both follow from the tensors.
 *
 * @param source what errors call the file
 * @throws FacewrightError when a tensor is missing or of the wrong shape, with the expected and the found one
 */
export function readStyleGan1(source: string, tensors: HostTensors, normEpsilon: number): StyleGan1 {
  const weights = new NamedWeights(source, tensors);
  const constants = new Map<string, Constant>();
  const keep = (name: string, shape: readonly number[], tensor: HostTensor, factor = 1) =>
    constants.set(name, scaledConstant(shape, tensor, factor));

  if (!weights.has('synthesis.blocks.4x4.const')) {
    const some = [...tensors.keys()][0];
    throw new FacewrightError(
      `${source}: not a StyleGAN1: ${tensors.size} tensors, none named synthesis.blocks.4x4.const${some ? ` (the first is ${some})` : ''}; facewright opens PULSE's synthesis.pt and its own .safetensors`,
    );
  }
  const resolution = largestBlock(source, tensors);
  const latentSize = weights.shape('synthesis.blocks.4x4.epi1.style_mod.lin.weight')[1] ?? 0;
  const layers: Layer[] = [];

  const readEpilogue = (block: string, index: 1 | 2, bias: string, layer: Layer) => {
    const { channels, name } = layer;
    const from = `synthesis.${block}.epi${index}`;
    keep(`${name}.noise`, [channels, 1, 1, 1], weights.take(`${from}.noise.weight`, [channels]));
    keep(`${name}.bias`, [channels, 1, 1, 1], weights.take(bias, [channels]));
    const style = weights.take(`${from}.style_mod.lin.weight`, [2 * channels, latentSize]);
    keep(`${name}.style`, [2 * channels, latentSize, 1, 1], style, 1 / Math.sqrt(latentSize));
    const styleBias = weights.take(`${from}.style_mod.lin.bias`, [2 * channels]);
    keep(`${name}.style_bias`, [2 * channels, 1, 1, 1], styleBias);
    layers.push(layer);
  };

  const firstChannels = weights.shape('synthesis.blocks.4x4.const')[1] ?? 0;
  const first: Layer = { name: 'blocks.4x4.const', resolution: 4, channels: firstChannels, kind: 'const' };
  const start = weights.take('synthesis.blocks.4x4.const', [1, firstChannels, 4, 4]);
  keep(first.name, [1, firstChannels, 4, 4], start);
  readEpilogue('blocks.4x4', 1, 'synthesis.blocks.4x4.bias', first);

  let channels = firstChannels;
  const readConvolution = (block: string, conv: string, index: 1 | 2, kind: 'up' | 'same', size: number) => {
    const from = `synthesis.${block}.${conv}`;
    const out = weights.shape(`${from}.weight`)[0] ?? 0;
    const weight = weights.take(`${from}.weight`, [out, channels, 3, 3]);
    const scale = Math.sqrt(2) / Math.sqrt(9 * channels);
    const layer: Layer = { name: `${block}.${conv}`, resolution: size, channels: out, kind };
    if (kind === 'same') keep(layer.name, [out, channels, 3, 3], weight, scale);
    else {
      checkBlur(source, weights, `${from}.intermediate.kernel`);
      const form = size >= TRANSPOSED_FROM ? 'transposed' : 'nearest';
      const derive = (values: Float32Array) => upsamplingKernel(values, form, scale);
      constants.set(layer.name, { shape: [out, channels, 4, 4], of: weight, derive });
    }
    channels = out;
    readEpilogue(block, index, `${from}.bias`, layer);
  };
  readConvolution('blocks.4x4', 'conv', 2, 'same', 4);
  for (let size = 8; size <= resolution; size *= 2) {
    readConvolution(`blocks.${size}x${size}`, 'conv0_up', 1, 'up', size);
    readConvolution(`blocks.${size}x${size}`, 'conv1', 2, 'same', size);
  }
  const torgb = weights.take('synthesis.torgb.weight', [3, channels, 1, 1]);
  keep('torgb', [3, channels, 1, 1], torgb, 1 / Math.sqrt(channels));
  keep('torgb.bias', [3, 1, 1, 1], weights.take('synthesis.torgb.bias', [3]));

  const hasMapping = weights.has('mapping.dense0.weight');
  if (hasMapping) {
    for (let layer = 0; layer < MAPPING_LAYERS; layer++) {
      const from = `mapping.dense${layer}`;
      const scale = (Math.sqrt(2) / Math.sqrt(latentSize)) * MAPPING_RATE;
      const square = weights.take(`${from}.weight`, [latentSize, latentSize]);
      keep(`mapping.${layer}`, [latentSize, latentSize, 1, 1], square, scale);
      const bias = weights.take(`${from}.bias`, [latentSize]);
      keep(`mapping.${layer}.bias`, [latentSize, 1, 1, 1], bias, MAPPING_RATE);
    }
  }
  return { resolution, latentSize, normEpsilon, layers, constants, parameters: countParameters(tensors), hasMapping };
}

/** The resolution of the largest block, all smaller ones being there too. */
function largestBlock(source: string, tensors: HostTensors): number {
  const sizes = new Set<number>();
  for (const name of tensors.keys()) {
    const match = /^synthesis\.blocks\.(\d+)x\1\./.exec(name);
    if (match) sizes.add(Number(match[1]));
  }
  const largest = Math.max(...sizes);
  if (!RESOLUTIONS.includes(largest)) {
    throw new FacewrightError(
      `${source}: its largest block is ${largest} px; expected a StyleGAN1 of ${RESOLUTIONS.join(', ')} px`,
    );
  }
  return largest;
}

/** Files carry the blur that the network was trained with; only the usual one is built in. */
function checkBlur(source: string, weights: NamedWeights, name: string): void {
  if (!weights.has(name)) return;
  const kernel = float32Values(weights.take(name, [1, 1, 3, 3]));
  const usual = [1, 2, 1, 2, 4, 2, 1, 2, 1];
  if (usual.some((value, index) => Math.abs(kernel[index] - value / 16) > 1e-3)) {
    throw new FacewrightError(`${source}: ${name} is not [1 2 1]⊗[1 2 1]/16; facewright knows no other blur`);
  }
}

/** Trained numbers of both networks; the blur is fixed, and the Gaussian fit is a statistic. */
function countParameters(tensors: HostTensors): number {
  let count = 0;
  for (const [name, { data }] of tensors) {
    if (/^(synthesis|mapping)\./.test(name) && !name.endsWith('.intermediate.kernel')) count += data.length;
  }
  return count;
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
  const blocks = new Map<number, readonly [Tensor, Tensor]>();
  let x: Tensor | undefined;
  let coefficients: Tensor | undefined;
  network.layers.forEach(({ name, channels, kind, resolution }, index) => {
    const get = (suffix = '') => constant(graph, network, `${name}${suffix}`);
    const style = apply1(graph, 'linear', [rows[index], get('.style'), get('.style_bias')], {
      adjoint: false,
      slope: 1,
      shape: [2, channels, 1],
    });
    let y = get();
    if (kind === 'up') {
      y = apply1(graph, 'blur', [apply1(graph, 'conv_up', [x, y, coefficients], { adjoint: false })], {});
    } else if (kind === 'same') y = apply1(graph, 'conv', [x, y, coefficients], { adjoint: false });
    [x, coefficients] = apply(graph, 'styled', [y, noise[index], get('.noise'), get('.bias'), style], {
      epsilon: network.normEpsilon,
      slope: SLOPE,
    });
    blocks.set(resolution, [x, coefficients]);
  });
  const rgb = [x, constant(graph, network, 'torgb'), coefficients, constant(graph, network, 'torgb.bias')];
  return { image: apply1(graph, 'conv', rgb, { adjoint: false }), blocks };
}

/**
 * Appends the mapping network: pixel norm, then eight dense layers.
 *
 * @param z [n, 1, d, 1]
 * @returns w [n, 1, d, 1]
 */
export function mapping(graph: Graph, network: StyleGan1, z: Tensor): Tensor {
  let x = apply1(graph, 'pixel_norm', [z], {});
  for (let layer = 0; layer < MAPPING_LAYERS; layer++) {
    const weights = [constant(graph, network, `mapping.${layer}`), constant(graph, network, `mapping.${layer}.bias`)];
    x = apply1(graph, 'linear', [x, ...weights], { adjoint: false, slope: SLOPE, shape: [1, network.latentSize, 1] });
  }
  return x;
}
