import { float32Values } from '../../graph/host-tensor.js';
import { countOf, type StoredTensor, type StoredTensors } from '../../graph/stored-tensor.js';
import { quoted } from '../../words.js';
import type { Entry } from './dialect.js';
import type { Theirs } from './stylegan1-layout.js';

/** A modulated convolution of a StyleGAN2. */
export interface StyleGan2Layer {
  /** The side of its output in pixels. */
  readonly size: number;
  /** `conv0` doubles the size; a block of 4 px has none. */
  readonly role: 'conv0' | 'conv1' | 'torgb';
}

/** What a convolution consists of; a to-RGB layer has no noise. */
export type StyleGan2Part = 'weight' | 'bias' | 'noise_strength' | 'affine.weight' | 'affine.bias';

const PARTS: readonly StyleGan2Part[] = ['weight', 'bias', 'noise_strength', 'affine.weight', 'affine.bias'];

/** Whose names differ from ours, and how. */
export interface StyleGan2Naming {
  readonly constant: Theirs;
  layer(layer: StyleGan2Layer, part: StyleGan2Part): Theirs;
  mapping(layer: number, part: 'weight' | 'bias'): Theirs;
  /** Of the class's embedding, where there are such networks. */
  embed?(part: 'weight' | 'bias'): Theirs;
}

/** The layers of a network of that resolution, block by block. */
function styleGan2Layers(resolution: number): StyleGan2Layer[] {
  const layers: StyleGan2Layer[] = [];
  for (let size = 4; size <= resolution; size *= 2) {
    if (size > 4) layers.push({ size, role: 'conv0' });
    layers.push({ size, role: 'conv1' }, { size, role: 'torgb' });
  }
  return layers;
}

/**
 * All tensors of a StyleGAN2.
 *
 * @param mappingLayers dense layers of the mapping network
 * @param hasClasses whether a class is embedded before them
 */
export function styleGan2Entries(
  resolution: number,
  mappingLayers: number,
  naming: StyleGan2Naming,
  hasClasses = false,
): Entry[] {
  const entries: Entry[] = [];
  const add = (ours: string, { name: theirs, change }: Theirs) => entries.push({ ours, theirs, change });
  add('synthesis.b4.const', naming.constant);
  for (const layer of styleGan2Layers(resolution)) {
    for (const part of PARTS) {
      if (layer.role === 'torgb' && part === 'noise_strength') continue;
      add(`synthesis.b${layer.size}.${layer.role}.${part}`, naming.layer(layer, part));
    }
  }
  for (const part of ['weight', 'bias'] as const) {
    for (let layer = 0; layer < mappingLayers; layer++) {
      add(`mapping.fc${layer}.${part}`, naming.mapping(layer, part));
    }
    if (hasClasses && naming.embed) add(`mapping.embed.${part}`, naming.embed(part));
  }
  return entries;
}

/** The only resampling filter that facewright draws with, up to a factor. */
const FILTER = [1, 3, 3, 1];

/** More than a network has: four in each block. A file could otherwise describe very many. */
const MOST_FILTERS = 64;

/**
 * The name of a resampling filter that is not [1, 3, 3, 1] ⊗ [1, 3, 3, 1], fit for a message; undefined where all are. Some
 * store it with the gain of upsampling, so only its proportions count.
 */
export function strangeFilter(tensors: StoredTensors, names: RegExp): string | undefined {
  const filters = [...tensors].filter(([name]) => names.test(name)).slice(0, MOST_FILTERS);
  const strange = filters.find(([, tensor]) => !isUsualFilter(tensor));
  return strange && quoted(strange[0]);
}

function isUsualFilter(tensor: StoredTensor): boolean {
  if (countOf(tensor) !== 16) return false;
  const values = float32Values(tensor.read());
  const sum = values.reduce((total, value) => total + value, 0);
  return values.every((value, at) => Math.abs(value / sum - (FILTER[at >> 2]! * FILTER[at & 3]!) / 64) < 1e-4);
}
