import type { StoredTensors } from '../../graph/stored-tensor.js';
import { countLike, type Dialect, type Entry, type FoundNetwork, factsLike, highest, told } from './dialect.js';
import { type StyleGan2Naming, strangeFilter, styleGan2Entries } from './stylegan2-layout.js';

/** The learning-rate multiplier of every StyleGAN2's mapping network, which is part of its run-time factors. */
export const MAPPING_RATE = 0.01;

const NAMING: StyleGan2Naming = {
  constant: { name: 'synthesis.b4.const' },
  layer: ({ size, role }, part) => ({ name: `synthesis.b${size}.${role}.${part}` }),
  mapping: (layer, part) => ({ name: `mapping.fc${layer}.${part}` }),
  embed: (part) => ({ name: `mapping.embed.${part}` }),
};

/** The tensors of a network in ADA's names, which are ours. */
export function adaEntries(tensors: StoredTensors, resolution: number): Entry[] {
  const mappingLayers = countLike(tensors, /^mapping\.fc\d+\.weight$/);
  return styleGan2Entries(resolution, mappingLayers, NAMING, tensors.has('mapping.embed.weight'));
}

/** NVIDIA's stylegan2-ada-pytorch, and the StyleGAN2 configurations of stylegan3 (Karras et al. 2020, 2021). */
export const STYLEGAN2_ADA: Dialect = {
  name: 'StyleGAN2-ADA',
  kind: 'stylegan2',
  key: 'synthesis.b4.const',
  refuses,
  resolution: ({ tensors }) => highest(tensors, /^synthesis\.b(\d+)\./),
  entries: ({ tensors }, resolution) => [
    ...adaEntries(tensors, resolution),
    { ours: 'mapping.w_avg', theirs: 'mapping.w_avg', optional: true, fixed: true },
  ],
  leftovers: /\.(noise_const|resample_filter)$/,
  metadata: (network): Readonly<Record<string, string>> => {
    const [clamp] = clamps(network);
    return typeof clamp === 'number' ? { conv_clamp: String(clamp) } : {};
  },
};

/** The different values of conv_clamp that layers have. */
function clamps({ facts }: FoundNetwork) {
  return [...new Set(factsLike(facts, /^synthesis\.b\d+\.(?:conv[01]|torgb)\.conv_clamp$/))];
}

function refuses(network: FoundNetwork): string | undefined {
  const { tensors, facts } = network;
  const others = factsLike(facts, /^synthesis\.b\d+\.architecture$/).filter((architecture) => architecture !== 'skip');
  if (others.length > 0)
    return `its architecture is ${told(others[0])}; facewright draws StyleGAN2s of the architecture skip`;
  if (tensors.has('synthesis.b8.skip.weight')) {
    return 'its architecture is resnet; facewright draws StyleGAN2s of the architecture skip';
  }
  const filter = strangeFilter(tensors, /\.resample_filter$/);
  if (filter) return `${filter} is not [1 3 3 1]⊗[1 3 3 1]/64; facewright knows no other filter`;
  if (clamps(network).length > 1)
    return 'its layers are clamped at different values (conv_clamp); facewright knows one';
  const activations = factsLike(facts, /\.conv[01]\.activation$/).filter((activation) => activation !== 'lrelu');
  if (activations.length > 0) return `its activation is ${told(activations[0])}; facewright knows lrelu`;
  const rates = factsLike(facts, /^mapping\.fc\d+\.bias_gain$/).filter((rate) => !isMappingRate(rate));
  if (rates.length > 0)
    return `its mapping network has a learning-rate multiplier of ${told(rates[0])}; facewright knows ${MAPPING_RATE}`;
  return undefined;
}

/** Whether a fact is the usual multiplier; files hold it in float64. */
export function isMappingRate(rate: unknown): boolean {
  return typeof rate === 'number' && Math.abs(rate - MAPPING_RATE) < 1e-9;
}
