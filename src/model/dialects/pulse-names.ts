import { type Companion, type Dialect, type Entry, type FoundNetwork, highest } from './dialect.js';
import { type StyleGan1Naming, styleGan1Entries, styleGan1Layers, styleGan1Name } from './stylegan1-layout.js';

/** How a relative of PULSE's names differs from it. */
interface Relative {
  /** What the names of the synthesis network begin with. */
  readonly synthesis: string;
  /** The same of the mapping network, where it is in the same file. */
  readonly mapping?: string;
  /** A word before `noise` in its epilogues. */
  readonly noise?: string;
}

const OURS = 'synthesis.';

/** What dialects that name a StyleGAN1 as PULSE's code does, behind prefixes, have in common. */
export function pulseRelative({ synthesis, mapping, noise = '' }: Relative): Pick<Dialect, 'resolution' | 'entries'> {
  const theirs = (ours: string) => synthesis + ours.slice(OURS.length);
  const naming: StyleGan1Naming = {
    layer: (layer, part) => ({
      name: theirs(styleGan1Name(layer, part)).replace('.noise.weight', `.${noise}noise.weight`),
    }),
    torgb: (part) => ({ name: `${synthesis}torgb.${part}` }),
    mapping: (layer, part) => ({ name: `${mapping}dense${layer}.${part}` }),
  };
  const block = new RegExp(`^${synthesis.replaceAll('.', '\\.')}blocks\\.(\\d+)x\\1\\.`);
  return {
    resolution: ({ tensors }) => highest(tensors, block),
    entries: ({ tensors }: FoundNetwork, resolution: number) => {
      const hasMapping =
        mapping !== undefined && [...tensors.keys()].some((name) => name.startsWith(`${mapping}dense`));
      return [...styleGan1Entries(resolution, naming, hasMapping), ...blurs(resolution, theirs)];
    },
  };
}

/** The blur of each upsampling layer: always the same, and stored all the same. */
function blurs(resolution: number, theirs: (ours: string) => string): Entry[] {
  return styleGan1Layers(resolution)
    .filter(({ role }) => role === 'conv0_up')
    .map(({ size }) => {
      const ours = `${OURS}blocks.${size}x${size}.conv0_up.intermediate.kernel`;
      return { ours, theirs: theirs(ours), optional: true, fixed: true };
    });
}

/** The Gaussian fitted to w, as our files hold it. */
export const FIT: Companion = {
  file: 'gaussian_fit.pt',
  prefix: 'gaussian_fit.',
  names: /^(mean|std)$/,
  fixed: true,
};
