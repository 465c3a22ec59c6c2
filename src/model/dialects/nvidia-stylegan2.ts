import { plus, turned, unwrapped } from '../../graph/stored-tensor.js';
import { countLike, type Dialect, type FoundNetwork, factsLike, highest, told } from './dialect.js';
import { fromTensorFlowKernel, fromTensorFlowMatrix } from './nvidia-tf.js';
import { isMappingRate, MAPPING_RATE } from './stylegan2-ada.js';
import { type StyleGan2Layer, type StyleGan2Naming, type StyleGan2Part, styleGan2Entries } from './stylegan2-layout.js';

const PARTS = { 'affine.weight': 'mod_weight', 'affine.bias': 'mod_bias' } as const;

function layerName({ size, role }: StyleGan2Layer, part: StyleGan2Part): string {
  const name = part === 'affine.weight' || part === 'affine.bias' ? PARTS[part] : part;
  const layer = role === 'torgb' ? 'ToRGB' : role === 'conv0' ? 'Conv0_up' : size === 4 ? 'Conv' : 'Conv1';
  return `synthesis.${size}x${size}/${layer}/${name}`;
}

const NAMING: StyleGan2Naming = {
  constant: { name: 'synthesis.4x4/Const/const', change: unwrapped },
  layer: (layer, part) => {
    const name = layerName(layer, part);
    if (part === 'affine.weight') return { name, change: fromTensorFlowMatrix };
    // Its code adds the 1 around which styles lie when it runs.
    if (part === 'affine.bias') return { name, change: (tensor) => plus(tensor, 1) };
    if (part !== 'weight') return { name };
    // Its transposed convolution is the gradient of a convolution, which turns the kernel round.
    if (layer.role === 'conv0') return { name, change: (tensor) => turned(fromTensorFlowKernel(tensor)) };
    return { name, change: fromTensorFlowKernel };
  },
  mapping: (layer, part) => ({
    name: `mapping.Dense${layer}/${part}`,
    change: part === 'weight' ? fromTensorFlowMatrix : undefined,
  }),
  embed: (part) => ({
    name: `mapping.LabelEmbed/${part}`,
    change: part === 'weight' ? fromTensorFlowMatrix : undefined,
  }),
};

/** NVIDIA's StyleGAN2 and StyleGAN2-ADA in TensorFlow (Karras et al. 2020). */
export const NVIDIA_STYLEGAN2: Dialect = {
  name: "NVIDIA's StyleGAN2",
  kind: 'stylegan2',
  key: 'synthesis.4x4/Conv/mod_weight',
  refuses,
  resolution: ({ tensors }) => highest(tensors, /^synthesis\.(\d+)x\1\//),
  entries: ({ tensors }, resolution) => [
    ...styleGan2Entries(
      resolution,
      countLike(tensors, /^mapping\.Dense\d+\/weight$/),
      NAMING,
      tensors.has('mapping.LabelEmbed/weight'),
    ),
    { ours: 'mapping.w_avg', theirs: 'dlatent_avg', optional: true, fixed: true },
  ],
  leftovers: /^(lod|synthesis\.noise\d+)$/,
  metadata: ({ facts }): Readonly<Record<string, string>> => {
    const clamp = option(facts, 'conv_clamp')[0];
    return typeof clamp === 'number' ? { conv_clamp: String(clamp) } : {};
  },
};

/** What the network or its parts were built with, where it was said. */
function option(facts: FoundNetwork['facts'], name: string) {
  return factsLike(facts, new RegExp(`^(?:(?:synthesis|mapping)\\.)?static_kwargs\\.${name}$`));
}

function refuses({ tensors, facts }: FoundNetwork): string | undefined {
  const others = option(facts, 'architecture').filter((architecture) => architecture !== 'skip');
  if (others.length > 0 || !tensors.has('synthesis.4x4/ToRGB/weight')) {
    return `its architecture is ${told(others[0] ?? 'resnet or orig')}; facewright draws StyleGAN2s of the architecture skip`;
  }
  if (tensors.has('mapping.LabelConcat/weight')) {
    return 'its classes are embedded as only the first StyleGAN2 did (LabelConcat); facewright draws those of StyleGAN2-ADA';
  }
  const filter = option(facts, 'resample_kernel\\.\\d+');
  if (filter.length > 0 && filter.join() !== '1,3,3,1') {
    return `its resample_kernel is [${told(filter.join(' '))}]; facewright knows [1 3 3 1]`;
  }
  const activations = option(facts, 'nonlinearity').filter((activation) => activation !== 'lrelu');
  if (activations.length > 0) return `its activation is ${told(activations[0])}; facewright knows lrelu`;
  const rates = option(facts, 'mapping_lrmul').filter((rate) => !isMappingRate(rate));
  if (rates.length > 0)
    return `its mapping network has a learning-rate multiplier of ${told(rates[0])}; facewright knows ${MAPPING_RATE}`;
  return undefined;
}
