// Which faces `generate` draws: a latent and noise for each, from seeds, from files, or on the way between two.

import { type Generator, normals } from '../../index.js';
import { latentsName, readFaces, repeatRow } from '../../runs/latents-file.js';
import { UsageError } from '../shared/exit.js';
import { seedNumber } from '../shared/values.js';

/** A face to draw. */
export interface Face {
  /** Its file, without ending. */
  readonly name: string;
  /** What stands below it on the sheet. */
  readonly label: string;
  /** What it is made from, for --json. */
  readonly origin: Readonly<Record<string, unknown>>;
  /** [L, 512] */
  w(): Promise<Float32Array>;
  noise(layer: number): Float32Array;
}

/** Names the purpose of random numbers, so that latents and noise of one seed have nothing in common. */
const STREAM = { generate: 0x67656e65, latent: 0, noise: 1 } as const;

/** Latents of seeds: z is normal, w comes from the mapping network. */
async function seedLatents(generator: Generator, seed: number): Promise<Float32Array> {
  const { latentSize, layers } = generator.info;
  const z = normals(seed, [STREAM.generate, STREAM.latent, 0], latentSize);
  return repeatRow(await generator.map(z), layers);
}

/** The noise of a seed. */
function seedNoise(generator: Generator, seed: number, layer: number): Float32Array {
  return normals(seed, [STREAM.generate, STREAM.noise, layer], generator.noiseSize(layer) ** 2);
}

/** Faces of seeds. @param noiseSeed one noise for all, where it is given */
export function facesOfSeeds(generator: Generator, seeds: readonly number[], noiseSeed: number | undefined): Face[] {
  return seeds.map((seed) => ({
    name: `seed${String(seed).padStart(4, '0')}`,
    label: `seed ${seed}`,
    origin: { seed },
    w: () => seedLatents(generator, seed),
    noise: (layer) => seedNoise(generator, noiseSeed ?? seed, layer),
  }));
}

/** Faces of saved latents; noise that a file does not hold is that of `noiseSeed`, or of seed 0. */
export async function facesOfFiles(
  generator: Generator,
  paths: readonly string[],
  noiseSeed: number | undefined,
): Promise<Face[]> {
  const faces: Face[] = [];
  for (const path of paths) {
    const saved = await readFaces(path, generator);
    for (let i = 0; i < saved.count; i++) {
      const name = saved.count === 1 ? latentsName(path) : `${latentsName(path)}_${i}`;
      const noise = (layer: number) => {
        const own = noiseSeed === undefined ? saved.noise(i, layer) : undefined;
        return own ?? seedNoise(generator, noiseSeed ?? 0, layer);
      };
      faces.push({ name, label: name, origin: { latents: path, face: i }, w: async () => saved.w(i), noise });
    }
  }
  return faces;
}

/** Frames on the straight line in w from one face to another, both included; the noise stays that of the first. */
export async function facesBetween(
  generator: Generator,
  ends: readonly [string, string],
  frames: number,
  noiseSeed: number | undefined,
): Promise<Face[]> {
  const [from, to] = await Promise.all(ends.map((end) => endOf(generator, end, noiseSeed)));
  const [a, b] = await Promise.all([from.w(), to.w()]);
  return Array.from({ length: frames }, (_, frame) => {
    const part = frame / (frames - 1);
    return {
      name: `frame${String(frame).padStart(4, '0')}`,
      label: frame === 0 ? from.label : frame === frames - 1 ? to.label : part.toFixed(2),
      origin: { from: from.origin, to: to.origin, part },
      w: async () => a.map((value, i) => value + part * (b[i] - value)),
      noise: from.noise,
    };
  });
}

/** One end of the way: a seed, or a file with one face. */
async function endOf(generator: Generator, end: string, noiseSeed: number | undefined): Promise<Face> {
  if (/^\d+$/.test(end)) return facesOfSeeds(generator, [seedNumber('--interpolate', end)], noiseSeed)[0];
  const faces = await facesOfFiles(generator, [end], noiseSeed);
  if (faces.length !== 1) throw new UsageError(`--interpolate ${end}: holds ${faces.length} faces; it takes one`);
  return faces[0];
}
