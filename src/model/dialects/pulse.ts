import type { Dialect } from './dialect.js';
import { FIT, pulseRelative } from './pulse-names.js';

/** PULSE's StyleGAN1 (Menon et al. 2020), in three files, each with names of its own that begin anew. */
export const PULSE: Dialect = {
  name: 'PULSE',
  kind: 'stylegan1',
  key: 'blocks.4x4.const',
  file: 'synthesis.pt',
  companions: [FIT, { file: 'mapping.pt', prefix: 'mapping.', names: /^dense\d+\./ }],
  ...pulseRelative({ synthesis: '' }),
  metadata: () => ({ norm_epsilon: '1e-5' }),
};
