import type { TensorSources } from '../../graph/stored-tensor.js';
import type { Network, NetworkKind, NetworkOptions } from '../network.js';
import { readStyleGan1 } from '../read-stylegan1.js';
import { readStyleGan2 } from '../read-stylegan2.js';
import type { Dialect } from './dialect.js';
import { FACEWRIGHT_STYLEGAN1, FACEWRIGHT_STYLEGAN2 } from './facewright.js';
import { GENFORCE_STYLEGAN1 } from './genforce-stylegan1.js';
import { GENFORCE_STYLEGAN2 } from './genforce-stylegan2.js';
import { LERNAPPARAT } from './lernapparat.js';
import { normEpsilon } from './norm-epsilon.js';
import { NVIDIA_STYLEGAN1 } from './nvidia-stylegan1.js';
import { NVIDIA_STYLEGAN2 } from './nvidia-stylegan2.js';
import { PULSE } from './pulse.js';
import { ROSINALITY } from './rosinality.js';
import { STYLEGAN2_ADA } from './stylegan2-ada.js';

/** All dialects; of two with the same key the first that tells its own comes first. */
export const DIALECTS: readonly Dialect[] = [
  FACEWRIGHT_STYLEGAN1,
  FACEWRIGHT_STYLEGAN2,
  PULSE,
  LERNAPPARAT,
  NVIDIA_STYLEGAN1,
  GENFORCE_STYLEGAN1,
  STYLEGAN2_ADA,
  NVIDIA_STYLEGAN2,
  GENFORCE_STYLEGAN2,
  ROSINALITY,
];

/** Weights in our own names, whoever named them. */
export interface CanonicalWeights {
  readonly kind: NetworkKind;
  readonly tensors: TensorSources;
  readonly metadata: Readonly<Record<string, string>>;
}

type Read = (source: string, weights: CanonicalWeights, options: NetworkOptions) => Network;

/** How each kind of network is read from our own names. */
const READERS: Readonly<Record<NetworkKind, Read>> = {
  stylegan1: (source, { tensors, metadata }, options) =>
    readStyleGan1(source, tensors, normEpsilon(source, metadata, 1e-5), options),
  stylegan2: (source, { tensors, metadata }, options) => readStyleGan2(source, tensors, metadata, options),
};

/**
 * The network that weights make.
 *
 * @param source what errors call the file
 * @param options what it is bound to
 * @throws FacewrightError when they make none, or none that the options fit
 */
export function readNetwork(source: string, weights: CanonicalWeights, options: NetworkOptions = {}): Network {
  return READERS[weights.kind](source, weights, options);
}
