// A StyleGAN1 of random weights: small enough for tests that are about files and words, not about faces.

import { join } from 'node:path';
import type { HostTensor } from '../../dist/graph/host-tensor.js';
import { writeSafetensors } from '../../dist/weights/safetensors.js';
import { normals } from '../random.js';

/** L, the number of its layers and noise maps. */
export const tinyLayers = 10;
/** The side of its pictures. */
export const tinyResolution = 64;

const LATENT = 512;
const CHANNELS = 8;

/** Writes the generator as `tiny.safetensors` into a folder. @returns its path */
export async function writeTinyWeights(folder: string): Promise<string> {
  const tensors = new Map<string, HostTensor>();
  const add = (name: string, shape: readonly number[], deviation = 1, mean = 0) => {
    const count = shape.reduce((product, size) => product * size, 1);
    tensors.set(name, { shape, data: normals(name, count, deviation, mean) });
  };
  const epilogue = (block: string, index: 1 | 2) => {
    add(`synthesis.${block}.epi${index}.noise.weight`, [CHANNELS], 0.1);
    add(`synthesis.${block}.epi${index}.style_mod.lin.weight`, [2 * CHANNELS, LATENT]);
    add(`synthesis.${block}.epi${index}.style_mod.lin.bias`, [2 * CHANNELS], 0.2);
  };
  add('synthesis.blocks.4x4.const', [1, CHANNELS, 4, 4]);
  add('synthesis.blocks.4x4.bias', [CHANNELS], 0.1);
  for (let size = 4; size <= tinyResolution; size *= 2) {
    const block = `blocks.${size}x${size}`;
    for (const conv of size === 4 ? ['conv'] : ['conv0_up', 'conv1']) {
      add(`synthesis.${block}.${conv}.weight`, [CHANNELS, CHANNELS, 3, 3]);
      add(`synthesis.${block}.${conv}.bias`, [CHANNELS], 0.1);
    }
    epilogue(block, 1);
    epilogue(block, 2);
  }
  add('synthesis.torgb.weight', [3, CHANNELS, 1, 1], 0.5);
  add('synthesis.torgb.bias', [3], 0.1);
  for (let layer = 0; layer < 8; layer++) {
    add(`mapping.dense${layer}.weight`, [LATENT, LATENT], 100);
    add(`mapping.dense${layer}.bias`, [LATENT]);
  }
  add('gaussian_fit.mean', [LATENT], 0.1);
  add('gaussian_fit.std', [LATENT], 0.02, 0.5);
  const path = join(folder, 'tiny.safetensors');
  await writeSafetensors(path, tensors, { licence: 'CC0-1.0' });
  return path;
}
