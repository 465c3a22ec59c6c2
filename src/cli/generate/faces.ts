// Which faces `generate` draws: a latent and noise for each, from seeds, from files, or on the way between two.

import { type Generator, GREATEST_NUMPY_SEED, normals, numpyNormals } from '../../index.js';
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

/** What draws z from a seed: our own generator, or NumPy's, which NVIDIA's and most others' scripts use. */
export const rngNames = ['philox', 'numpy'] as const;
export type RngName = (typeof rngNames)[number];

/** What the faces of seeds follow from beside them. */
export interface Randomness {
  readonly rng: RngName;
  /** One noise for all, where it is given. */
  readonly noiseSeed: number | undefined;
}

/** Names the purpose of random numbers, so that latents and noise of one seed have nothing in common. */
const STREAM = { generate: 0x67656e65, latent: 0, noise: 1 } as const;

/** Latents of seeds: z is normal, w comes from the mapping network. */
async function seedLatents(generator: Generator, seed: number, rng: RngName): Promise<Float32Array> {
  const { latentSize, layers } = generator.info;
  const z =
    rng === 'numpy' ? numpyNormals(seed, latentSize) : normals(seed, [STREAM.generate, STREAM.latent, 0], latentSize);
  return repeatRow(await generator.map(z), layers);
}

/** The noise of a seed: our own generator's, whatever z is drawn by. Others' scripts take the maps that the file holds. */
function seedNoise(generator: Generator, seed: number, layer: number): Float32Array {
  return normals(seed, [STREAM.generate, STREAM.noise, layer], generator.noiseSize(layer) ** 2);
}

/**
 * Faces of seeds, each seed drawn by itself.
 *
 * @param option where the seeds were given
 * @throws UsageError for a seed that the random numbers cannot begin with
 */
export function facesOfSeeds(
  generator: Generator,
  option: string,
  seeds: readonly number[],
  { rng, noiseSeed }: Randomness,
): Face[] {
  const great = rng === 'numpy' ? seeds.find((seed) => seed > GREATEST_NUMPY_SEED) : undefined;
  if (great !== undefined) {
    throw new UsageError(
      `${option} ${great}: NumPy's seeds go from 0 to ${GREATEST_NUMPY_SEED}; choose one of these, or leave out --rng numpy`,
    );
  }
  return seeds.map((seed) => ({
    name: `seed${String(seed).padStart(4, '0')}`,
    label: `seed ${seed}`,
    origin: { seed, rng },
    w: () => seedLatents(generator, seed, rng),
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
  randomness: Randomness,
): Promise<Face[]> {
  const [from, to] = await Promise.all(ends.map((end) => endOf(generator, end, randomness)));
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
async function endOf(generator: Generator, end: string, randomness: Randomness): Promise<Face> {
  const option = '--interpolate';
  if (/^\d+$/.test(end)) return facesOfSeeds(generator, option, [seedNumber(option, end)], randomness)[0];
  const faces = await facesOfFiles(generator, [end], randomness.noiseSeed);
  if (faces.length !== 1) throw new UsageError(`--interpolate ${end}: holds ${faces.length} faces; it takes one`);
  return faces[0];
}
