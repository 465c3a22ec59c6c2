import { FacewrightError } from '../errors.js';
import { type Constant, scaledConstant } from '../graph/constant.js';
import type { TensorSource, TensorSources } from '../graph/stored-tensor.js';
import { chosenClass } from './classes.js';
import type { NetworkOptions } from './network.js';
import { type Layer, MAPPING_LAYERS, StyleGan1 } from './stylegan1.js';
import { upsamplingKernel } from './upsampling.js';
import { averageOf, countParameters, largestBlock, MAPPING_RATE, NamedWeights } from './weights.js';

/** From this output size on, StyleGAN1 upsamples by a transposed convolution (model/upsampling.ts). */
const TRANSPOSED_FROM = 128;

/**
 * Reads a StyleGAN1 from named weights, in PULSE's names with the prefixes `synthesis.` and `mapping.`.
 *
 * Any resolution from 8 to 1024 and any number of channels: both follow from the tensors. Their numbers are checked here,
 * and asked for again when an engine packs them.
 *
 * @param source what errors call the file
 * @param normEpsilon the epsilon of the instance norm
 * @throws FacewrightError when a tensor is missing or of the wrong shape, with the expected and the found one, or a class
 *   was asked for, of which a StyleGAN1 has none
 */
export function readStyleGan1(
  source: string,
  tensors: TensorSources,
  normEpsilon: number,
  options: NetworkOptions = {},
): StyleGan1 {
  const reader = new Reader(source, tensors);
  if (!reader.weights.has('synthesis.blocks.4x4.const')) {
    throw new FacewrightError(
      `${source}: not a StyleGAN1: ${tensors.size} tensors, none named synthesis.blocks.4x4.const`,
    );
  }
  chosenClass(source, 0, options.class);
  const resolution = largestBlock(source, tensors, /^synthesis\.blocks\.(\d+)x\1\./, 'StyleGAN1');
  reader.readSynthesis(resolution);
  const hasMapping = reader.weights.has('mapping.dense0.weight');
  if (hasMapping) reader.readMapping();
  const { latentSize, layers, constants } = reader;
  return new StyleGan1({
    resolution,
    latentSize,
    normEpsilon,
    layers,
    constants,
    parameters: countParameters(tensors),
    hasMapping,
    wAverage: averageOf(reader.weights, latentSize),
  });
}

/** Takes the weights one by one, with the factors that the original multiplies them with at run time. */
class Reader {
  readonly weights: NamedWeights;
  readonly constants = new Map<string, Constant>();
  readonly layers: Layer[] = [];
  latentSize = 0;

  constructor(
    private readonly source: string,
    tensors: TensorSources,
  ) {
    this.weights = new NamedWeights(source, tensors);
  }

  readSynthesis(resolution: number): void {
    const { weights } = this;
    this.latentSize = weights.shape('synthesis.blocks.4x4.epi1.style_mod.lin.weight')[1] ?? 0;
    const channels = weights.shape('synthesis.blocks.4x4.const')[1] ?? 0;
    const first: Layer = { name: 'blocks.4x4.const', resolution: 4, channels, kind: 'const' };
    this.#keep(first.name, [1, channels, 4, 4], weights.take('synthesis.blocks.4x4.const', [1, channels, 4, 4]));
    this.#readEpilogue('blocks.4x4', 1, 'synthesis.blocks.4x4.bias', first);
    this.#readConvolution('blocks.4x4', 'conv', 2, 'same', 4);
    for (let size = 8; size <= resolution; size *= 2) {
      this.#readConvolution(`blocks.${size}x${size}`, 'conv0_up', 1, 'up', size);
      this.#readConvolution(`blocks.${size}x${size}`, 'conv1', 2, 'same', size);
    }
    const last = this.layers.at(-1)!.channels;
    const torgb = weights.take('synthesis.torgb.weight', [3, last, 1, 1]);
    this.#keep('torgb', [3, last, 1, 1], torgb, 1 / Math.sqrt(last));
    this.#keep('torgb.bias', [3, 1, 1, 1], weights.take('synthesis.torgb.bias', [3]));
  }

  readMapping(): void {
    const { latentSize: d } = this;
    const factor = (Math.sqrt(2) / Math.sqrt(d)) * MAPPING_RATE;
    for (let layer = 0; layer < MAPPING_LAYERS; layer++) {
      const from = `mapping.dense${layer}`;
      this.#keep(`mapping.${layer}`, [d, d, 1, 1], this.weights.take(`${from}.weight`, [d, d]), factor);
      this.#keep(`mapping.${layer}.bias`, [d, 1, 1, 1], this.weights.take(`${from}.bias`, [d]), MAPPING_RATE);
    }
  }

  #keep(name: string, shape: readonly number[], tensor: TensorSource, factor = 1): void {
    this.constants.set(name, scaledConstant(shape, tensor, factor));
  }

  #readConvolution(block: string, conv: string, index: 1 | 2, kind: 'up' | 'same', size: number): void {
    const from = `synthesis.${block}.${conv}`;
    const into = this.layers.at(-1)!.channels;
    const out = this.weights.shape(`${from}.weight`)[0] ?? 0;
    const weight = this.weights.take(`${from}.weight`, [out, into, 3, 3]);
    const factor = Math.sqrt(2) / Math.sqrt(9 * into);
    const layer: Layer = { name: `${block}.${conv}`, resolution: size, channels: out, kind };
    if (kind === 'same') this.#keep(layer.name, [out, into, 3, 3], weight, factor);
    else {
      checkBlur(this.source, this.weights, `${from}.intermediate.kernel`);
      const form = size >= TRANSPOSED_FROM ? 'transposed' : 'nearest';
      const derive = (values: Float32Array) => upsamplingKernel(values, form, factor);
      this.constants.set(layer.name, { shape: [out, into, 4, 4], of: weight, derive });
    }
    this.#readEpilogue(block, index, `${from}.bias`, layer);
  }

  #readEpilogue(block: string, index: 1 | 2, bias: string, layer: Layer): void {
    const { channels, name } = layer;
    const { weights, latentSize: d } = this;
    const from = `synthesis.${block}.epi${index}`;
    this.#keep(`${name}.noise`, [channels, 1, 1, 1], weights.take(`${from}.noise.weight`, [channels]));
    this.#keep(`${name}.bias`, [channels, 1, 1, 1], weights.take(bias, [channels]));
    const style = weights.take(`${from}.style_mod.lin.weight`, [2 * channels, d]);
    this.#keep(`${name}.style`, [2 * channels, d, 1, 1], style, 1 / Math.sqrt(d));
    const styleBias = weights.take(`${from}.style_mod.lin.bias`, [2 * channels]);
    this.#keep(`${name}.style_bias`, [2 * channels, 1, 1, 1], styleBias);
    this.layers.push(layer);
  }
}

/** Files carry the blur that the network was trained with; only the usual one is built in. */
function checkBlur(source: string, weights: NamedWeights, name: string): void {
  if (!weights.has(name)) return;
  const kernel = weights.numbers(name, [1, 1, 3, 3]);
  const usual = [1, 2, 1, 2, 4, 2, 1, 2, 1];
  if (usual.some((value, index) => Math.abs(kernel[index] - value / 16) > 1e-3)) {
    throw new FacewrightError(`${source}: ${name} is not [1 2 1]⊗[1 2 1]/16; facewright knows no other blur`);
  }
}
