import { FacewrightError } from '../errors.js';
import { type Constant, scaledConstant } from '../graph/constant.js';
import { sourceValues, type TensorSource, type TensorSources } from '../graph/stored-tensor.js';
import { chosenClass } from './classes.js';
import type { NetworkOptions } from './network.js';
import { type ModulatedLayer, StyleGan2 } from './stylegan2.js';
import { upsamplingKernel } from './upsampling.js';
import { averageOf, countParameters, largestBlock, MAPPING_RATE, NamedWeights } from './weights.js';

/** The gain behind every leaky ReLU. It goes into the constants before it. */
const GAIN = Math.SQRT2;
/** Of demodulation, in the scale of weights as files have them. */
const EPSILON = 1e-8;

/**
 * Reads a StyleGAN2 from named weights, in stylegan2-ada-pytorch's names with the prefixes `synthesis.` and `mapping.`
 * (docs/weights.md has the list), all as they are trained, without run-time factors.
 *
 * Any resolution from 8 to 1024, any number of channels and of dense layers: all follow from the tensors. Of a conditional network
 * one class is read: its embedding is the same for all pictures, so it becomes part of the first layer's bias.
 *
 * @param source what errors call the file
 * @param metadata `conv_clamp`, where there is one
 * @throws FacewrightError when a tensor is missing or of the wrong shape, with the expected and the found one; when the class
 * is missing, there is none of that number, or the network has none
 */
export function readStyleGan2(
  source: string,
  tensors: TensorSources,
  metadata: Readonly<Record<string, string>>,
  options: NetworkOptions = {},
): StyleGan2 {
  const reader = new Reader(source, tensors);
  const resolution = largestBlock(source, tensors, /^synthesis\.b(\d+)\./, 'StyleGAN2');
  reader.readSynthesis(resolution);
  const { latentSize, layers, constants } = reader;
  return new StyleGan2({
    resolution,
    latentSize,
    mappingLayers: reader.readMapping(options.class),
    layers,
    clamp: clampOf(source, metadata),
    constants,
    parameters: countParameters(tensors),
    class: options.class,
    wAverage: averageOf(reader.weights, latentSize),
  });
}

/** Takes the weights one by one, with the factors that the original multiplies them with at run time. */
class Reader {
  readonly weights: NamedWeights;
  readonly constants = new Map<string, Constant>();
  readonly layers: ModulatedLayer[] = [];
  latentSize = 0;

  constructor(
    private readonly source: string,
    readonly tensors: TensorSources,
  ) {
    this.weights = new NamedWeights(source, tensors);
  }

  readSynthesis(resolution: number): void {
    const { weights } = this;
    this.latentSize = weights.shape('synthesis.b4.conv1.affine.weight')[1] ?? 0;
    let channels = weights.shape('synthesis.b4.const')[0] ?? 0;
    this.#keep('b4.const', [1, channels, 4, 4], weights.take('synthesis.b4.const', [channels, 4, 4]));
    for (let side = 4; side <= resolution; side *= 2) {
      if (side > 4) channels = this.#readLayer(`b${side}.conv0`, 'up', side, channels);
      channels = this.#readLayer(`b${side}.conv1`, 'same', side, channels);
      this.#readToRgb(`b${side}.torgb`, channels);
    }
  }

  /** @returns the number of dense layers */
  readMapping(wanted: number | undefined): number {
    const { latentSize: d, weights } = this;
    const embedding = this.#embedding(wanted);
    let layer = 0;
    for (; weights.has(`mapping.fc${layer}.weight`); layer++) {
      const from = `mapping.fc${layer}`;
      const into = layer === 0 ? d + embedding.length : d;
      const weight = weights.take(`${from}.weight`, [d, into]);
      const bias = weights.take(`${from}.bias`, [d]);
      const factor = (MAPPING_RATE * GAIN) / Math.sqrt(into);
      if (layer > 0 || embedding.length === 0) {
        this.#keep(`mapping.${layer}`, [d, d, 1, 1], weight, factor);
        this.#keep(`mapping.${layer}.bias`, [d, 1, 1, 1], bias, MAPPING_RATE * GAIN);
      } else this.#keepConditional(weight, bias, embedding, factor);
    }
    if (layer === 0 && weights.has('mapping.embed.weight')) {
      throw new FacewrightError(`${this.source}: the tensor mapping.fc0.weight is missing`);
    }
    return layer;
  }

  #keep(name: string, shape: readonly number[], tensor: TensorSource, factor = 1): void {
    this.constants.set(name, scaledConstant(shape, tensor, factor));
  }

  /** The normalised embedding of the class; empty where the network has no classes. */
  #embedding(wanted: number | undefined): Float64Array {
    const { weights, source } = this;
    if (!weights.has('mapping.embed.weight')) {
      chosenClass(source, 0, wanted);
      return new Float64Array(0);
    }
    const [size = 0, classes = 0] = weights.shape('mapping.embed.weight');
    const chosen = chosenClass(source, classes, wanted)!;
    const weight = weights.numbers('mapping.embed.weight', [size, classes]);
    const bias = weights.numbers('mapping.embed.bias', [size]);
    const row = Float64Array.from(bias, (b, i) => weight[i * classes + chosen] / Math.sqrt(classes) + b);
    const squares = row.reduce((sum, value) => sum + value * value, 0);
    return row.map((value) => value / Math.sqrt(squares / size + 1e-8));
  }

  /** The first dense layer of a conditional network: it reads z and behind it the embedding, which is the same for every z. */
  #keepConditional(weight: TensorSource, bias: TensorSource, embedding: Float64Array, factor: number): void {
    const d = this.latentSize;
    const into = d + embedding.length;
    const rows = sourceValues(weight);
    const ofEmbedding = Float64Array.from({ length: d }, (_, o) =>
      embedding.reduce((sum, value, i) => sum + rows[o * into + d + i] * value, 0),
    );
    this.constants.set('mapping.0', {
      shape: [d, d, 1, 1],
      of: weight,
      derive: (values) =>
        Float32Array.from({ length: d * d }, (_, k) => factor * values[Math.floor(k / d) * into + (k % d)]),
    });
    this.constants.set('mapping.0.bias', {
      shape: [d, 1, 1, 1],
      of: bias,
      derive: (values) => values.map((value, o) => MAPPING_RATE * GAIN * value + factor * ofEmbedding[o]),
    });
  }

  /** @returns the channels of the map that it makes */
  #readLayer(name: string, kind: 'up' | 'same', resolution: number, from: number): number {
    const { weights } = this;
    const path = `synthesis.${name}`;
    const channels = weights.shape(`${path}.weight`)[0] ?? 0;
    const weight = weights.take(`${path}.weight`, [channels, from, 3, 3]);
    // Demodulation undoes any factor. This one keeps what half precision has to hold near 1.
    const factor = 1 / Math.sqrt(9 * from);
    if (kind === 'same') this.#keep(name, [channels, from, 3, 3], weight, factor);
    else {
      const derive = (values: Float32Array) => upsamplingKernel(values, 'transposed', factor);
      this.constants.set(name, { shape: [channels, from, 4, 4], of: weight, derive });
    }
    // Half of the sum of squares makes demodulation √2 as large: the gain.
    const share = (factor / GAIN) ** 2;
    this.constants.set(`${name}.squares`, {
      shape: [channels, from, 1, 1],
      of: weight,
      derive: (values) => squaresOfKernels(values, share),
    });
    this.#keep(`${name}.bias`, [channels, 1, 1, 1], weights.take(`${path}.bias`, [channels]), GAIN);
    this.constants.set(`${name}.noise`, {
      shape: [channels, 1, 1, 1],
      of: weights.take(`${path}.noise_strength`, []),
      derive: ([strength]) => new Float32Array(channels).fill(strength * GAIN),
    });
    this.#readStyle(name, from, 1);
    this.layers.push({ name, resolution, channels, from, kind, epsilon: EPSILON * share });
    return channels;
  }

  #readToRgb(name: string, channels: number): void {
    const path = `synthesis.${name}`;
    this.#keep(name, [3, channels, 1, 1], this.weights.take(`${path}.weight`, [3, channels, 1, 1]));
    this.#keep(`${name}.bias`, [3, 1, 1, 1], this.weights.take(`${path}.bias`, [3]));
    // Not demodulated: the weights' own factor counts.
    this.#readStyle(name, channels, 1 / Math.sqrt(channels));
  }

  #readStyle(name: string, channels: number, factor: number): void {
    const { weights, latentSize: d } = this;
    const weight = weights.take(`synthesis.${name}.affine.weight`, [channels, d]);
    this.#keep(`${name}.style`, [channels, d, 1, 1], weight, factor / Math.sqrt(d));
    const bias = weights.take(`synthesis.${name}.affine.bias`, [channels]);
    this.#keep(`${name}.style_bias`, [channels, 1, 1, 1], bias, factor);
  }
}

/** The sum of the squares of the nine taps of each kernel, [o, i, 3, 3] → [o, i], times a factor. */
function squaresOfKernels(values: Float32Array, factor: number): Float32Array {
  const sums = new Float32Array(values.length / 9);
  for (let kernel = 0; kernel < sums.length; kernel++) {
    let sum = 0;
    for (let tap = 9 * kernel; tap < 9 * kernel + 9; tap++) sum += values[tap] ** 2;
    sums[kernel] = factor * sum;
  }
  return sums;
}

function clampOf(source: string, metadata: Readonly<Record<string, string>>): number {
  if (metadata.conv_clamp === undefined) return Infinity;
  const clamp = Number(metadata.conv_clamp);
  if (clamp > 0 && Number.isFinite(clamp)) return clamp;
  throw new FacewrightError(`${source}: its conv_clamp is "${metadata.conv_clamp}"; expected a positive number`);
}
