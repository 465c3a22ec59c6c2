/** Any weight file as one safetensors file in our own form, which opens fastest and says what it is. */

import { FacewrightError } from './errors.js';
import { numberToHalf } from './graph/dtype.js';
import { float32Values, type HostTensor, hostTensor } from './graph/host-tensor.js';
import { readAnyClass } from './inspect-weights.js';
import { readNetwork } from './model/dialects/table.js';
import type { GaussianFit } from './model/gaussian.js';
import type { Network } from './model/network.js';
import { readWeights, type WeightFile } from './read-weights.js';
import { FIT_CLASS, licenceOf } from './weight-facts.js';
import { writeSafetensors } from './weights/safetensors-file.js';

export interface ConvertOptions {
  /** Keep weights in half precision. */
  readonly half?: boolean;
  /** The prior of a search, where the file comes without. */
  readonly fit?: GaussianFit;
  /** Of a conditional generator: the class that `fit` is of. The file keeps all classes. */
  readonly class?: number;
  /** What the owner says of the licence, where the file does not. */
  readonly licence?: string;
}

/** Small, and what searches and truncation start from: they stay as exact as they are. */
const KEPT_EXACT = /^gaussian_fit\.|^mapping\.w_avg$/;

/**
 * Writes a generator as one safetensors file: its tensors under our own names, and in its metadata what it is (`kind`, `resolution`,
 * `norm_epsilon`, `conv_clamp`), the class of its fit, the SHA-256 of the file that it is from, and the licence. It draws the same pictures, to the bit
 * unless `half` is asked for.
 *
 * @param from a file or folder, as `readWeights` takes it
 * @param to is replaced if it is there
 * @throws FacewrightError when the weights make no network, hold numbers that are too large for half precision, the fit is not one
 *   of theirs, or the file cannot be written
 */
export async function convertWeights(from: string, to: string, options: ConvertOptions = {}): Promise<void> {
  const file = await readWeights(from);
  const { fit } = options;
  const network = fit === undefined ? readAnyClass(from, file) : readNetwork(from, file, { class: options.class });
  const tensors = new Map(file.tensors);
  const metadata = describe(file, network, options.licence);
  if (fit !== undefined) {
    for (const name of ['mean', 'std'] as const)
      tensors.set(`gaussian_fit.${name}`, fitTensor(from, fit[name], network));
    if (network.class !== undefined) metadata[FIT_CLASS] = String(network.class);
  }
  if (options.half === true) {
    for (const [name, tensor] of tensors) if (!KEPT_EXACT.test(name)) tensors.set(name, toHalf(from, name, tensor));
  }
  await writeSafetensors(to, tensors, metadata);
}

function fitTensor(source: string, values: Float32Array, { latentSize }: Network): HostTensor {
  if (values.length !== latentSize) {
    throw new FacewrightError(`${source}: has ${latentSize} numbers in a row of w, and the fit given ${values.length}`);
  }
  return hostTensor([latentSize], values);
}

function describe(file: WeightFile, network: Network, licence: string | undefined): Record<string, string> {
  const { kind, resolution, normEpsilon } = network;
  return {
    ...file.metadata,
    kind,
    resolution: String(resolution),
    ...(normEpsilon === undefined ? {} : { norm_epsilon: String(normEpsilon) }),
    // Of a file that was converted before, the first one's.
    source_sha256: file.metadata.source_sha256 ?? file.sha256,
    licence: licenceOf(file, licence),
  };
}

function toHalf(source: string, name: string, tensor: HostTensor): HostTensor {
  if (tensor.dtype === 'f16') return tensor;
  const values = float32Values(tensor);
  const data = Uint16Array.from(values, numberToHalf);
  const large = data.findIndex((bits, i) => (bits & 0x7fff) === 0x7c00 && Number.isFinite(values[i]));
  if (large >= 0) {
    throw new FacewrightError(
      `${source}: ${name} holds ${values[large]} at position ${large}, too large for half precision; convert without it`,
    );
  }
  return { shape: tensor.shape, dtype: 'f16', data };
}
