import { type Dialect, type Entry, type FoundNetwork, highest } from './dialect.js';
import { pulseRelative } from './pulse-names.js';
import { adaEntries } from './stylegan2-ada.js';

/** What a file of ours may hold beside its network. */
const STATISTICS: readonly Entry[] = ['gaussian_fit.mean', 'gaussian_fit.std', 'mapping.w_avg'].map((name) => ({
  ours: name,
  theirs: name,
  optional: true,
  fixed: true,
}));

const relative = pulseRelative({ synthesis: 'synthesis.', mapping: 'mapping.' });

/**
 * Our own names for a StyleGAN1, to which the other dialects are translated: `synthesis.` and PULSE's, `mapping.dense0` to
 * `dense7`, `mapping.w_avg`, `gaussian_fit.mean` and `.std`, all in one file.
 */
export const FACEWRIGHT_STYLEGAN1: Dialect = {
  name: 'facewright',
  kind: 'stylegan1',
  key: 'synthesis.blocks.4x4.const',
  resolution: relative.resolution,
  entries: (network, resolution) => [...relative.entries(network, resolution), ...STATISTICS],
  metadata: ({ metadata }) => ({ norm_epsilon: metadata.norm_epsilon ?? '1e-5' }),
};

/**
 * Our own names for a StyleGAN2: those of stylegan2-ada-pytorch without its buffers, and `mapping.w_avg`, `gaussian_fit.mean`
 * and `.std`. The file says of itself that it is one of ours.
 */
export const FACEWRIGHT_STYLEGAN2: Dialect = {
  name: 'facewright',
  kind: 'stylegan2',
  key: 'synthesis.b4.const',
  tells: (metadata) => metadata.kind === 'stylegan2',
  resolution: ({ tensors }) => highest(tensors, /^synthesis\.b(\d+)\./),
  entries: ({ tensors }: FoundNetwork, resolution: number) => [...adaEntries(tensors, resolution), ...STATISTICS],
  metadata: ({ metadata }): Readonly<Record<string, string>> =>
    metadata.conv_clamp === undefined ? {} : { conv_clamp: metadata.conv_clamp },
};
