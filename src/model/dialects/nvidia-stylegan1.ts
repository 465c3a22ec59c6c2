import { type Dialect, type FoundNetwork, highest } from './dialect.js';
import { stillGrowing } from './growing.js';
import { fromTensorFlowKernel, fromTensorFlowMatrix } from './nvidia-tf.js';
import { type StyleGan1Layer, type StyleGan1Naming, type StyleGan1Part, styleGan1Entries } from './stylegan1-layout.js';

const LAYERS = { const: 'Const', conv: 'Conv', conv0_up: 'Conv0_up', conv1: 'Conv1' } as const;
const PARTS = { bias: 'bias', noise: 'Noise/weight', 'style.weight': 'StyleMod/weight', 'style.bias': 'StyleMod/bias' };

function layerName({ size, role }: StyleGan1Layer, part: StyleGan1Part): string {
  const name = part === 'weight' ? (role === 'const' ? 'const' : 'weight') : PARTS[part];
  return `synthesis.${size}x${size}/${LAYERS[role]}/${name}`;
}

const NAMING: StyleGan1Naming = {
  layer: (layer, part) => {
    const name = layerName(layer, part);
    if (part === 'style.weight') return { name, change: fromTensorFlowMatrix };
    return part === 'weight' && layer.role !== 'const' ? { name, change: fromTensorFlowKernel } : { name };
  },
  // Of the to-RGB layers with which the network grew, the last is the one of full size.
  torgb: (part) => ({
    name: `synthesis.ToRGB_lod0/${part}`,
    change: part === 'weight' ? fromTensorFlowKernel : undefined,
  }),
  mapping: (layer, part) => ({
    name: `mapping.Dense${layer}/${part}`,
    change: part === 'weight' ? fromTensorFlowMatrix : undefined,
  }),
};

/** NVIDIA's StyleGAN1 in TensorFlow (Karras et al. 2019). */
export const NVIDIA_STYLEGAN1: Dialect = {
  name: "NVIDIA's StyleGAN1",
  kind: 'stylegan1',
  key: 'synthesis.4x4/Const/StyleMod/weight',
  refuses: ({ tensors }: FoundNetwork) => stillGrowing(tensors, 'synthesis.lod'),
  resolution: ({ tensors }) => highest(tensors, /^synthesis\.(\d+)x\1\//),
  entries: (_, resolution) => [
    ...styleGan1Entries(resolution, NAMING, true),
    { ours: 'mapping.w_avg', theirs: 'dlatent_avg', optional: true, fixed: true },
  ],
  unused: /^synthesis\.ToRGB_lod\d+\//,
  leftovers: /^(lod|synthesis\.(lod|noise\d+))$/,
  metadata: () => ({ norm_epsilon: '1e-8' }),
};
