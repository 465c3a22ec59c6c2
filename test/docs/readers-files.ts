// The files that the guides' commands begin with: photos, weights, drawings.

import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { persistentPickle } from '../../dist/bench/pickle-files.js';
import { randomStyleGan2 } from '../../dist/bench/random-weights.js';
import { hostTensor } from '../../dist/graph/host-tensor.js';
import { demoWeights, writePicture } from '../cli/command.js';
import { normals } from '../random.js';

const astronaut = fileURLToPath(new URL('../../test/goldens/photos/astronaut.png', import.meta.url));

/** photos/: one with a face, and one that is no picture. */
export function writePhotos(folder: string): void {
  mkdirSync(join(folder, 'photos'));
  copyFileSync(astronaut, join(folder, 'photos', 'astronaut.png'));
  writeFileSync(join(folder, 'photos', 'party.heic'), '\0\0\0\x18ftypheic');
}

/** photos/: three small pictures. */
export async function writeSmallPhotos(folder: string): Promise<void> {
  mkdirSync(join(folder, 'photos'));
  for (const [index, colour] of ['#c98', '#854', '#fd0'].entries()) {
    await writePicture(join(folder, 'photos', `${index + 1}.png`), 16, colour);
  }
}

/** photo.jpg, with a face. */
export async function writePhoto(folder: string): Promise<void> {
  await sharp(astronaut).toFile(join(folder, 'photo.jpg'));
}

/** my/emoji/1f9db.svg */
export function writeDrawing(folder: string): void {
  const twemoji = fileURLToPath(import.meta.resolve('@discordapp/twemoji/package.json'));
  mkdirSync(join(folder, 'my', 'emoji'), { recursive: true });
  copyFileSync(join(twemoji, '..', 'dist', 'svg', '1f9db.svg'), join(folder, 'my', 'emoji', '1f9db.svg'));
}

/** models/, as it lies in the package. */
export function writeDemoWeights(folder: string): void {
  mkdirSync(join(folder, 'models'));
  copyFileSync(demoWeights, join(folder, 'models', 'demo-128.safetensors'));
}

const LATENT = 16;

/** ffhq.pkl: a StyleGAN2 as NVIDIA's code writes it, without a Gaussian fit; so narrow that one is made in no time. */
export function writeCheckpoint(folder: string): void {
  const network = randomStyleGan2(64, { fmapBase: 512, fmapMax: 8, latentSize: LATENT });
  for (const name of ['mapping.fc0', 'mapping.fc1']) {
    network.set(`${name}.weight`, hostTensor([LATENT, LATENT], normals(name, LATENT ** 2, 100)));
    network.set(`${name}.bias`, hostTensor([LATENT], normals(`${name}.bias`, LATENT)));
  }
  writeFileSync(join(folder, 'ffhq.pkl'), Buffer.concat(persistentPickle({ G: network, G_ema: network })));
}
