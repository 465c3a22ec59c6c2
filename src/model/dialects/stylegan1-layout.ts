import type { StoredTensor } from '../../graph/stored-tensor.js';
import type { Entry } from './dialect.js';

/** A layer of a StyleGAN1, of which each dialect has its own name. */
export interface StyleGan1Layer {
  /** From 0 on, from the constant to the last convolution. */
  readonly index: number;
  /** The side of its output in pixels. */
  readonly size: number;
  readonly role: 'const' | 'conv' | 'conv0_up' | 'conv1';
}

/** What a layer consists of: the constant or the convolution, and the epilogue. */
export type StyleGan1Part = 'weight' | 'bias' | 'noise' | 'style.weight' | 'style.bias';

export const STYLEGAN1_PARTS: readonly StyleGan1Part[] = ['weight', 'bias', 'noise', 'style.weight', 'style.bias'];

/** Dense layers of every StyleGAN1's mapping network. */
const MAPPING_LAYERS = 8;

/** The layers of a network of that resolution. */
export function styleGan1Layers(resolution: number): StyleGan1Layer[] {
  const layers: StyleGan1Layer[] = [
    { index: 0, size: 4, role: 'const' },
    { index: 1, size: 4, role: 'conv' },
  ];
  for (let size = 8; size <= resolution; size *= 2) {
    layers.push({ index: layers.length, size, role: 'conv0_up' });
    layers.push({ index: layers.length, size, role: 'conv1' });
  }
  return layers;
}

/** Our name for a part of a layer: PULSE's behind `synthesis.`. */
export function styleGan1Name({ size, role }: StyleGan1Layer, part: StyleGan1Part): string {
  const block = `synthesis.blocks.${size}x${size}`;
  const epilogue = `${block}.epi${role === 'const' || role === 'conv0_up' ? 1 : 2}`;
  if (part === 'noise') return `${epilogue}.noise.weight`;
  if (part === 'style.weight' || part === 'style.bias') return `${epilogue}.style_mod.lin.${part.slice(6)}`;
  if (role === 'const') return part === 'weight' ? `${block}.const` : `${block}.bias`;
  return `${block}.${role}.${part}`;
}

/** What a dialect calls a tensor, and how its layout becomes ours. */
export interface Theirs {
  readonly name: string;
  readonly change?: (tensor: StoredTensor) => StoredTensor;
}

/** Whose names differ from ours, and how. */
export interface StyleGan1Naming {
  layer(layer: StyleGan1Layer, part: StyleGan1Part): Theirs;
  /** Of the to-RGB layer that is used. */
  torgb(part: 'weight' | 'bias'): Theirs;
  mapping(layer: number, part: 'weight' | 'bias'): Theirs;
}

/** All tensors of a StyleGAN1. */
export function styleGan1Entries(resolution: number, naming: StyleGan1Naming, hasMapping: boolean): Entry[] {
  const entries: Entry[] = [];
  const add = (ours: string, { name: theirs, change }: Theirs) => entries.push({ ours, theirs, change });
  for (const layer of styleGan1Layers(resolution)) {
    for (const part of STYLEGAN1_PARTS) add(styleGan1Name(layer, part), naming.layer(layer, part));
  }
  for (const part of ['weight', 'bias'] as const) {
    add(`synthesis.torgb.${part}`, naming.torgb(part));
    for (let layer = 0; hasMapping && layer < MAPPING_LAYERS; layer++) {
      add(`mapping.dense${layer}.${part}`, naming.mapping(layer, part));
    }
  }
  return entries;
}
