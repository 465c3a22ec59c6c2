import type { Dialect } from './dialect.js';
import { pulseRelative } from './pulse-names.js';

/** lernapparat's StyleGAN1 (Viehmann 2019), from which PULSE's is taken: both networks in one file. */
export const LERNAPPARAT: Dialect = {
  name: 'lernapparat',
  kind: 'stylegan1',
  key: 'g_synthesis.blocks.4x4.const',
  ...pulseRelative({ synthesis: 'g_synthesis.', mapping: 'g_mapping.', noise: 'top_epi.' }),
  metadata: () => ({ norm_epsilon: '1e-5' }),
};
