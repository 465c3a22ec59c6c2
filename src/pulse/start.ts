import type { GeneratorInfo } from '../model/generator.js';
import type { SearchOptions } from './options.js';
import { type Stream, streamNormals } from './random.js';

/** Where the search for one picture starts. */
export interface SearchStart {
  /** The search variable [L, d]; [1, d] with a tiled latent. */
  readonly v: Float32Array;
  /** For each noise map [1, s, s]; null where it is zero. */
  readonly noise: readonly (Float32Array | null)[];
}

/** What the random start of a picture depends on: nothing else does, neither batch nor order nor engine. */
export interface StartKey {
  /** 0 to 2⁵³ − 1 */
  readonly seed: number;
  /** The target, 8-bit RGB. */
  readonly target: Uint8Array;
  readonly duplicate: number;
  readonly restart: number;
}

/** What becomes of a noise map. */
export type NoiseRole = 'zero' | 'fixed' | 'trainable';

/**
 * The role of each noise map: a bad one is zero whatever else is said; `trainable` trains the first few.
 *
 * @param maps how many noise maps the network has
 */
export function noiseRoles(
  maps: number,
  options: Pick<SearchOptions, 'noise' | 'trainableNoise' | 'badNoise'>,
): NoiseRole[] {
  return Array.from({ length: maps }, (_, layer) => {
    if (options.noise === 'zero' || options.badNoise.includes(layer)) return 'zero';
    return options.noise === 'trainable' && layer < options.trainableNoise ? 'trainable' : 'fixed';
  });
}

/**
 * The random start of a picture: standard normal numbers for v and for every noise map that is not zero.
 */
export async function randomStart(
  info: Pick<GeneratorInfo, 'layers' | 'latentSize' | 'noiseSides'>,
  options: Pick<SearchOptions, 'noise' | 'trainableNoise' | 'badNoise' | 'tile'>,
  key: StartKey,
): Promise<SearchStart> {
  const target = new Uint8Array(await crypto.subtle.digest('SHA-256', key.target as Uint8Array<ArrayBuffer>));
  const rows = options.tile ? 1 : info.layers;
  const v = streamNormals(await streamOf(key, target, 0), rows * info.latentSize);
  const noise = await Promise.all(
    noiseRoles(info.noiseSides.length, options).map(async (role, layer) =>
      role === 'zero' ? null : streamNormals(await streamOf(key, target, layer + 1), info.noiseSides[layer] ** 2),
    ),
  );
  return { v, noise };
}

/** The stream of one tensor: 160 bits of SHA-256 over all that it depends on. Tensor 0 is v, 1 + i is noise map i. */
async function streamOf(
  { seed, duplicate, restart }: StartKey,
  targetHash: Uint8Array,
  tensor: number,
): Promise<Stream> {
  const head = new TextEncoder().encode(`facewright start ${seed} ${duplicate} ${restart} ${tensor} `);
  const message = new Uint8Array(head.length + targetHash.length);
  message.set(head);
  message.set(targetHash, head.length);
  const digest = new DataView(await crypto.subtle.digest('SHA-256', message));
  const word = (index: number) => digest.getUint32(4 * index);
  return { key: [word(0), word(1)], words: [word(2), word(3), word(4)] };
}
