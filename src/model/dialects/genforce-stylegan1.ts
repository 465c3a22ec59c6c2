import type { Dialect } from './dialect.js';
import { GENFORCE_W_AVG, genforceOutput, genforceResolution } from './genforce.js';
import { stillGrowing } from './growing.js';
import { type StyleGan1Naming, styleGan1Entries } from './stylegan1-layout.js';

const naming = (resolution: number): StyleGan1Naming => ({
  layer: ({ index, role }, part) => {
    const name = part === 'noise' ? 'apply_noise.weight' : part === 'weight' && role === 'const' ? 'const' : part;
    return { name: `synthesis.layer${index}.${name}` };
  },
  // Of the to-RGB layers with which the network grew, the last is the one of full size.
  torgb: (part) => ({ name: `synthesis.output${genforceOutput(resolution)}.${part}` }),
  mapping: (layer, part) => ({ name: `mapping.dense${layer}.${part}` }),
});

/** genforce's StyleGAN1. */
export const GENFORCE_STYLEGAN1: Dialect = {
  name: 'genforce',
  kind: 'stylegan1',
  key: 'synthesis.layer0.const',
  refuses: ({ tensors }) => stillGrowing(tensors, 'synthesis.lod'),
  resolution: genforceResolution,
  entries: (_, resolution) => [...styleGan1Entries(resolution, naming(resolution), true), GENFORCE_W_AVG],
  unused: /^synthesis\.output\d+\.(weight|bias)$/,
  leftovers: /^synthesis\.(lod|layer\d+\.(apply_noise\.noise|blur\.kernel))$/,
  metadata: () => ({ norm_epsilon: '1e-8' }),
};
