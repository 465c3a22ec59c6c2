import { asFloat32, type HostTensor, type HostTensors, hostTensor } from '../graph/host-tensor.js';
import { countOf, readAll, type StoredTensor } from '../graph/stored-tensor.js';
import { MAPPING_RATE } from '../model/weights.js';
import { NormalSource } from '../pulse/ziggurat.js';

/** Of the first tensor; each has one of its own. */
const SEED = 0x62656e63;

/** How wide a network is, by the terms of its kind. */
interface Widths {
  readonly fmapBase: number;
  readonly fmapMax: number;
  /** Numbers in a row of w; by default 512. */
  readonly latentSize?: number;
}

/** Channels of StyleGAN1's maps: fmap_base / 2^(log₂ r − 1), at most fmap_max (FFHQ: 8192 and 512). */
function channelsAt(resolution: number, fmapBase: number, fmapMax: number): number {
  return Math.min(fmapMax, fmapBase / (resolution / 2));
}

/** Adds a tensor of normal numbers, times a factor, plus a mean: drawn when it is read, the same each time. */
function adder(tensors: Map<string, StoredTensor>) {
  return (name: string, shape: readonly number[], scale = 1, mean = 0) => {
    const seed = SEED + tensors.size;
    const read = () => {
      const data = new NormalSource(seed).next(countOf({ shape }));
      const plain = scale === 1 && mean === 0;
      return hostTensor(shape, plain ? data : data.map((value) => value * scale + mean));
    };
    tensors.set(`synthesis.${name}`, { shape, dtype: 'f32', read });
  };
}

/**
 * A StyleGAN1 synthesis network of any size with random weights, in PULSE's names: its speed is that of a trained one.
 */
export function describeStyleGan1(
  resolution: number,
  { fmapBase, fmapMax, latentSize = 512 }: Widths,
): Map<string, StoredTensor> {
  const tensors = new Map<string, StoredTensor>();
  const add = adder(tensors);
  const epilogue = (block: string, index: number, channels: number) => {
    add(`${block}.epi${index}.noise.weight`, [channels], 0.1);
    add(`${block}.epi${index}.style_mod.lin.weight`, [2 * channels, latentSize]);
    add(`${block}.epi${index}.style_mod.lin.bias`, [2 * channels], 0.1);
  };
  let channels = channelsAt(4, fmapBase, fmapMax);
  add('blocks.4x4.const', [1, channels, 4, 4]);
  add('blocks.4x4.bias', [channels], 0.1);
  epilogue('blocks.4x4', 1, channels);
  add('blocks.4x4.conv.weight', [channels, channels, 3, 3]);
  add('blocks.4x4.conv.bias', [channels], 0.1);
  epilogue('blocks.4x4', 2, channels);
  for (let size = 8; size <= resolution; size *= 2) {
    const block = `blocks.${size}x${size}`;
    const out = channelsAt(size, fmapBase, fmapMax);
    add(`${block}.conv0_up.weight`, [out, channels, 3, 3]);
    add(`${block}.conv0_up.bias`, [out], 0.1);
    epilogue(block, 1, out);
    add(`${block}.conv1.weight`, [out, out, 3, 3]);
    add(`${block}.conv1.bias`, [out], 0.1);
    epilogue(block, 2, out);
    channels = out;
  }
  add('torgb.weight', [3, channels, 1, 1]);
  add('torgb.bias', [3], 0.1);
  return tensors;
}

/**
 * A StyleGAN2 synthesis network of any size with random weights, in the names that `readStyleGan2` wants.
 *
 * @param fmapBase the channels of a map of side r are fmapBase / r, at most fmapMax (configuration F: 32768 and 512)
 */
export function describeStyleGan2(
  resolution: number,
  { fmapBase, fmapMax, latentSize = 512 }: Widths,
): Map<string, StoredTensor> {
  const tensors = new Map<string, StoredTensor>();
  const add = adder(tensors);
  const style = (name: string, channels: number) => {
    add(`${name}.affine.weight`, [channels, latentSize]);
    add(`${name}.affine.bias`, [channels], 0.1, 1);
  };
  const layer = (name: string, from: number, channels: number) => {
    add(`${name}.weight`, [channels, from, 3, 3]);
    add(`${name}.bias`, [channels], 0.1);
    add(`${name}.noise_strength`, [], 0.1);
    style(name, from);
  };
  const channelsOf = (side: number) => Math.min(fmapMax, fmapBase / side);
  add('b4.const', [channelsOf(4), 4, 4]);
  for (let side = 4; side <= resolution; side *= 2) {
    const channels = channelsOf(side);
    if (side > 4) layer(`b${side}.conv0`, channelsOf(side / 2), channels);
    layer(`b${side}.conv1`, channels, channels);
    add(`b${side}.torgb.weight`, [3, channels, 1, 1]);
    add(`b${side}.torgb.bias`, [3], 0.1);
    style(`b${side}.torgb`, channels);
  }
  return tensors;
}

/** The same in memory. */
export function randomStyleGan1(resolution: number, widths: Widths): Map<string, HostTensor<'f32'>> {
  return asFloat32(readAll(describeStyleGan1(resolution, widths)));
}

/** The same in memory. */
export function randomStyleGan2(resolution: number, widths: Widths): Map<string, HostTensor<'f32'>> {
  return asFloat32(readAll(describeStyleGan2(resolution, widths)));
}

/**
 * A network in memory with a mapping network of eight layers of 512, weights as they are when training begins.
 *
 * @param layer what the dense layers are called: `dense` in PULSE's names, `fc` in StyleGAN2's
 */
export function withMapping(synthesis: HostTensors<'f32'>, layer: 'dense' | 'fc'): Map<string, HostTensor<'f32'>> {
  const tensors = new Map(synthesis);
  const source = new NormalSource(0x6d617070);
  for (let index = 0; index < 8; index++) {
    const weight = source.next(512 * 512).map((value) => value / MAPPING_RATE);
    tensors.set(`mapping.${layer}${index}.weight`, hostTensor([512, 512], weight));
    tensors.set(`mapping.${layer}${index}.bias`, hostTensor([512], new Float32Array(512)));
  }
  return tensors;
}
