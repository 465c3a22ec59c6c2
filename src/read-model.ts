/** Weights in our own names, made a network with what is known of it. */

import { FacewrightError } from './errors.js';
import { sourceValues, type TensorSources } from './graph/stored-tensor.js';
import { type CanonicalWeights, readNetwork } from './model/dialects/table.js';
import type { GaussianFit } from './model/gaussian.js';
import { type GeneratorInfo, generatorInfo } from './model/generator.js';
import type { Network } from './model/network.js';
import { fitClassOf, licenceOf } from './weight-facts.js';

/** A generator's weights, as far as a model is made of them. */
export interface ModelWeights extends CanonicalWeights {
  /** The file's name without its extension. */
  readonly name: string;
  /** In hex. */
  readonly sha256: string;
}

/** What to make of weights. */
export interface ModelOptions {
  /** What errors call the file; by default its name. */
  readonly source?: string;
  /** The class that a conditional generator draws, counted from 0. */
  readonly class?: number;
  /** What the generator is called; by default as the file is. */
  readonly name?: string;
  /** What the owner of the weights says of their licence, where the file does not. */
  readonly licence?: string;
}

/** What opening takes from the weights. */
export interface ReadModel {
  readonly network: Network;
  readonly info: GeneratorInfo;
  readonly fit?: GaussianFit;
}

/**
 * Reads the weights, and keeps of them what no engine will pack.
 *
 * @throws FacewrightError when they make no network, or none of that class, or their fit is none
 */
export function readModel(file: ModelWeights, options: ModelOptions = {}): ReadModel {
  const { source = file.name, class: wanted, name = file.name, licence: owners } = options;
  const network = readNetwork(source, file, { class: wanted });
  const info = generatorInfo(network, { name, sha256: file.sha256, licence: licenceOf(file, owners) });
  return { network, info, fit: storedFit(source, file, network) };
}

/** The fit in a file, if it is that of the network's class. */
function storedFit(source: string, file: ModelWeights, { latentSize, class: drawn }: Network): GaussianFit | undefined {
  const [mean, std] = fitTensors(file.tensors, 'gaussian_fit.');
  if (!mean || !std || fitClassOf(file) !== (drawn ?? null)) return undefined;
  if (mean.length !== latentSize || std.length !== latentSize) {
    throw new FacewrightError(
      `${source}: gaussian_fit.mean and .std have ${mean.length} and ${std.length} numbers; expected ${latentSize}`,
    );
  }
  if (!isFit(mean, std)) throw new FacewrightError(`${source}: its gaussian_fit holds numbers that are none`);
  return { mean, std };
}

/** What a file has under mean and std. */
export function fitTensors(tensors: TensorSources, prefix: string): (Float32Array | undefined)[] {
  return ['mean', 'std'].map((name) => {
    const tensor = tensors.get(`${prefix}${name}`);
    return tensor && sourceValues(tensor);
  });
}

/** Whether they are numbers, and no spread is negative. */
export function isFit(mean: Float32Array, std: Float32Array): boolean {
  return mean.every((value) => Number.isFinite(value)) && std.every((value) => Number.isFinite(value) && value >= 0);
}
