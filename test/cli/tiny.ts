// A StyleGAN1 of random weights as a file: small enough for tests that are about files and words, not about faces.

import { join } from 'node:path';
import { randomStyleGan1 } from '../../dist/bench/random-weights.js';
import { hostTensor } from '../../dist/graph/host-tensor.js';
import { writeSafetensors } from '../../dist/weights/safetensors-file.js';
import { normals } from '../random.js';

/** L, the number of its layers and noise maps. */
export const tinyLayers = 10;
/** The side of its pictures. */
export const tinyResolution = 64;

const LATENT = 512;

/** Writes the generator as `tiny.safetensors` into a folder. @param resolution another side of its pictures @returns its path */
export async function writeTinyWeights(folder: string, resolution = tinyResolution): Promise<string> {
  const tensors = randomStyleGan1(resolution, { fmapBase: 256, fmapMax: 8, latentSize: LATENT });
  for (let layer = 0; layer < 8; layer++) {
    const from = `mapping.dense${layer}`;
    tensors.set(`${from}.weight`, hostTensor([LATENT, LATENT], normals(`${from}.weight`, LATENT ** 2, 100)));
    tensors.set(`${from}.bias`, hostTensor([LATENT], normals(`${from}.bias`, LATENT)));
  }
  tensors.set('gaussian_fit.mean', hostTensor([LATENT], normals('mean', LATENT, 0.1)));
  tensors.set('gaussian_fit.std', hostTensor([LATENT], normals('std', LATENT, 0.02, 0.5)));
  const path = join(folder, 'tiny.safetensors');
  await writeSafetensors(path, tensors, { licence: 'CC0-1.0' });
  return path;
}
