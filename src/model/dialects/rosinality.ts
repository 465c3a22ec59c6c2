import { flattened, unwrapped } from '../../graph/stored-tensor.js';
import { countLike, type Dialect, highest } from './dialect.js';
import { type StyleGan2Layer, type StyleGan2Naming, strangeFilter, styleGan2Entries } from './stylegan2-layout.js';

/** What its convolutions and to-RGB layers call their parts. */
const PARTS = {
  weight: 'conv.weight',
  bias: 'activate.bias',
  noise_strength: 'noise.weight',
  'affine.weight': 'conv.modulation.weight',
  'affine.bias': 'conv.modulation.bias',
} as const;

/** The layers at 4 px stand alone; the others are counted from 8 px on. */
function layerName({ size, role }: StyleGan2Layer): string {
  const block = Math.log2(size) - 3;
  if (role === 'torgb') return size === 4 ? 'to_rgb1' : `to_rgbs.${block}`;
  return size === 4 ? 'conv1' : `convs.${2 * block + (role === 'conv1' ? 1 : 0)}`;
}

const NAMING: StyleGan2Naming = {
  constant: { name: 'input.input', change: unwrapped },
  layer: (layer, part) => {
    if (layer.role === 'torgb' && part === 'bias') return { name: `${layerName(layer)}.bias`, change: flattened };
    const name = `${layerName(layer)}.${PARTS[part]}`;
    return part === 'weight' || part === 'noise_strength' ? { name, change: unwrapped } : { name };
  },
  // The first of its mapping network's modules normalises, and has no numbers.
  mapping: (layer, part) => ({ name: `style.${layer + 1}.${part}` }),
};

/** rosinality's StyleGAN2 (stylegan2-pytorch), and what is built on it. */
export const ROSINALITY: Dialect = {
  name: 'rosinality',
  kind: 'stylegan2',
  key: 'input.input',
  refuses: ({ tensors }) => {
    const filter = strangeFilter(tensors, /\.(?:blur|upsample)\.kernel$/);
    return filter && `${filter} is not [1 3 3 1]⊗[1 3 3 1]; facewright knows no other filter`;
  },
  resolution: ({ tensors }) => 4 * 2 ** ((highest(tensors, /^convs\.(\d+)\.conv\.weight$/) + 1) >> 1),
  entries: ({ tensors }, resolution) => [
    ...styleGan2Entries(resolution, countLike(tensors, /^style\.\d+\.weight$/), NAMING),
    // Beside the network, not in it.
    { ours: 'mapping.w_avg', theirs: 'latent_avg', beside: true, optional: true, fixed: true },
  ],
  leftovers: /^(?:noises\.noise_\d+|.*\.kernel)$/,
  metadata: () => ({}),
};
