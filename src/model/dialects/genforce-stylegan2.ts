import { plus, turned, unwrapped } from '../../graph/stored-tensor.js';
import { countLike, type Dialect } from './dialect.js';
import { GENFORCE_W_AVG, genforceOutput, genforceResolution } from './genforce.js';
import { type StyleGan2Layer, type StyleGan2Naming, strangeFilter, styleGan2Entries } from './stylegan2-layout.js';

/** One layer at 4 px, then two for each size; to-RGB layers are counted by themselves. */
function layerName({ size, role }: StyleGan2Layer): string {
  const block = genforceOutput(size);
  if (role === 'torgb') return `synthesis.output${block}`;
  return `synthesis.layer${role === 'conv1' ? 2 * block : 2 * block - 1}`;
}

const NAMING: StyleGan2Naming = {
  constant: { name: 'synthesis.early_layer.const', change: unwrapped },
  layer: (layer, part) => {
    const name = `${layerName(layer)}.${part.replace('affine', 'style')}`;
    // Its code adds the 1 around which styles lie when it runs.
    if (part === 'affine.bias') return { name, change: (tensor) => plus(tensor, 1) };
    // It turns the kernels of its transposed convolutions round when it runs, as TensorFlow does.
    return part === 'weight' && layer.role === 'conv0' ? { name, change: turned } : { name };
  },
  mapping: (layer, part) => ({ name: `mapping.dense${layer}.${part}` }),
};

/** genforce's StyleGAN2. */
export const GENFORCE_STYLEGAN2: Dialect = {
  name: 'genforce',
  kind: 'stylegan2',
  key: 'synthesis.early_layer.const',
  refuses: ({ tensors }) => {
    const filter = strangeFilter(tensors, /^synthesis\.(?:layer\d+\.filter|upsample)\.kernel$/);
    return filter && `${filter} is not [1 3 3 1]⊗[1 3 3 1]; facewright knows no other filter`;
  },
  resolution: genforceResolution,
  entries: ({ tensors }, resolution) => [
    ...styleGan2Entries(resolution, countLike(tensors, /^mapping\.dense\d+\.weight$/), NAMING),
    GENFORCE_W_AVG,
  ],
  leftovers: /^synthesis\.(?:layer\d+\.(?:noise|filter\.kernel)|upsample\.kernel)$/,
  metadata: () => ({}),
};
