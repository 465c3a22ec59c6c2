// Files of latents: what --save-latents (safetensors) and --save-npz write, and what --start and `generate --latents` read.

import { basename } from 'node:path';
import { FacewrightError } from '../errors.js';
import { asFloat32, type HostTensor, type HostTensors, hostTensor } from '../graph/host-tensor.js';
import { searchVariable } from '../model/gaussian.js';
import type { Generator } from '../model/generator.js';
import type { SearchOptions } from '../pulse/options.js';
import type { SearchResult } from '../pulse/search.js';
import type { SearchStart } from '../pulse/start.js';
import { recogniseContent } from '../weights/content.js';
import { isNpy, parseNpy } from '../weights/npy.js';
import { endsWithComment, isNpz, parseNpz, writeNpz } from '../weights/npz.js';
import { readWholeFile } from '../weights/read-file.js';
import { parseSafetensors } from '../weights/safetensors.js';
import { readSafetensors, writeSafetensors } from '../weights/safetensors-file.js';
import { counted } from '../words.js';

/** What `facewright` stands for in the metadata of files that it wrote. */
const METADATA = 'made_by';

/** What it stands for at the end of an .npz. */
const NPZ_COMMENT = 'made by facewright';

/** What weights are called that hold no latents. */
const NAMES = { torch: 'a PyTorch file', pickle: 'a pickle' } as const;

/** Tensors that mean something here; a file may have others. */
const LATENT_NAMES = /^(?:v|latent|w|noise\d+)$/;

/** Writes the latents of one result: v [1, L or 1, 512], w [1, L, 512], noise0 … [1, 1, s, s]. */
export async function saveLatents(path: string, result: SearchResult, generator: Generator): Promise<void> {
  const { layers, latentSize, name, noiseSides } = generator.info;
  const tensors = new Map([
    ['v', hostTensor([1, result.v.length / latentSize, latentSize], result.v)],
    ['w', hostTensor([1, layers, latentSize], result.w)],
  ]);
  noiseSides.forEach((side, map) => {
    const data = result.noise[map] ?? new Float32Array(side * side);
    tensors.set(`noise${map}`, hostTensor([1, 1, side, side], data));
  });
  await writeSafetensors(path, tensors, { [METADATA]: 'facewright', model: name });
}

/**
 * Writes w as NVIDIA's projector writes its `projected_w.npz`, and others' scripts read it.
 *
 * @param w [L, d]
 */
export async function saveNpz(path: string, w: Float32Array, { info }: Generator): Promise<void> {
  const arrays = new Map([['w', hostTensor([1, info.layers, info.latentSize], w)]]);
  await writeNpz(path, arrays, NPZ_COMMENT);
}

/**
 * The tensors of a file of latents, recognised by its content.
 * @throws FacewrightError that says what the file is, if it is none, or where it holds numbers that are none
 */
async function readLatents(path: string): Promise<HostTensors<'f32'>> {
  const tensors = latentsIn(await readWholeFile(path), path);
  for (const [name, { data }] of tensors) {
    const bad = data.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) throw new FacewrightError(`${path}: ${name} holds ${data[bad]} at position ${bad}; write it again`);
  }
  return tensors;
}

function latentsIn(bytes: Uint8Array, path: string): HostTensors<'f32'> {
  if (isNpy(bytes)) return new Map([['w', parseNpy(bytes, path)]]);
  if (isNpz(bytes, path)) return parseNpz(bytes, path, (name) => LATENT_NAMES.test(name));
  const content = recogniseContent(bytes);
  if (content.kind === 'safetensors') {
    const { tensors } = parseSafetensors(bytes, path);
    return asFloat32(new Map([...tensors].filter(([name]) => LATENT_NAMES.test(name))));
  }
  const what = content.kind === 'other' ? content.what.replace(', not weights', '') : NAMES[content.kind];
  throw new FacewrightError(
    `${path}: ${what}; latents are kept in .safetensors files, as run --save-latents writes them, and in .npz`,
  );
}

/** Starts read from a file: `count` of them, of which one alone serves every picture. */
export interface SavedStarts {
  readonly count: number;
  /** The search variable of a picture. */
  v(picture: number): Float32Array;
  /** Its noise map of a layer; undefined when the file has none. */
  noise(picture: number, layer: number): Float32Array | undefined;
}

/**
 * Reads the file of --start and holds it against the generator and the options. Where it has only w, the search begins at
 * the v that gives this w.
 */
export async function readStarts(
  path: string,
  generator: Generator,
  options: Pick<SearchOptions, 'tile'>,
): Promise<SavedStarts> {
  const tensors = await readLatents(path);
  const { layers, latentSize, name } = generator.info;
  const variable = tensors.has('v') ? 'v' : 'latent';
  const v = tensors.get(variable);
  if (v === undefined) {
    if (tensors.has('w')) return startsAtW(path, tensors, generator, options);
    throw new FacewrightError(
      `${path}: no start: it holds neither v nor w; --start takes files that run --save-latents writes, and .npz`,
    );
  }
  const rows = options.tile ? 1 : layers;
  const shape = v.shape.length === 2 ? [1, ...v.shape] : v.shape;
  if (shape.length !== 3 || shape[0] < 1 || shape[1] !== rows || shape[2] !== latentSize) {
    const hint = options.tile
      ? ' with --tile'
      : shape[1] === 1 && shape[2] === latentSize
        ? '; a start of one row needs --tile'
        : '';
    throw new FacewrightError(
      `${path}: ${variable} is ${shapeText(v.shape)}, where a start for ${name} is [n, ${rows}, ${latentSize}]${hint}`,
    );
  }
  const count = shape[0];
  const noise = readNoise(path, tensors, count, generator);
  const size = rows * latentSize;
  return {
    count,
    v: (picture) => part(v.data, count === 1 ? 0 : picture, size),
    noise,
  };
}

/** Starts of a file that has only w. */
function startsAtW(
  path: string,
  tensors: HostTensors<'f32'>,
  generator: Generator,
  { tile }: Pick<SearchOptions, 'tile'>,
): SavedStarts {
  const { count, rows, w, noise } = facesIn(path, tensors, generator);
  if (tile && rows !== 1) {
    throw new FacewrightError(`${path}: w has ${rows} rows, where a start with --tile has one; leave out --tile`);
  }
  const fit = generator.requireFit();
  const { latentSize } = generator.info;
  return {
    count,
    v: (picture) => {
      const all = w(count === 1 ? 0 : picture);
      return searchVariable(tile ? all.slice(0, latentSize) : all, fit);
    },
    noise,
  };
}

/** Latents to draw: w of `count` faces. */
export interface SavedFaces {
  readonly count: number;
  /** Of each face in the file: L, or 1 where one serves all layers. */
  readonly rows: number;
  /** [L, d] */
  w(face: number): Float32Array;
  noise(face: number, layer: number): Float32Array | undefined;
}

/** Reads latents to draw: w [n, L, 512], or rows that serve all layers, [n, 1, 512] and [n, 512]. */
export async function readFaces(path: string, generator: Generator): Promise<SavedFaces> {
  return facesIn(path, await readLatents(path), generator);
}

/** The same of a file that was read. */
function facesIn(path: string, tensors: HostTensors<'f32'>, generator: Generator): SavedFaces {
  const { layers, latentSize, name } = generator.info;
  const w = tensors.get('w');
  if (w === undefined) {
    throw new FacewrightError(`${path}: no latents: it holds no w; run --save-latents and --save-npz write such files`);
  }
  // [L, 512] is one face; [n, 512] with another n is n faces of one row each.
  const shape =
    w.shape.length === 3 ? w.shape : w.shape[0] === layers ? [1, layers, w.shape[1]] : [w.shape[0], 1, w.shape[1]];
  if (w.shape.length < 2 || w.shape.length > 3 || ![1, layers].includes(shape[1]) || shape[2] !== latentSize) {
    throw new FacewrightError(
      `${path}: w is ${shapeText(w.shape)}, where ${name} draws [n, ${layers}, ${latentSize}] or [n, ${latentSize}]`,
    );
  }
  const [count, rows] = shape;
  const noise = readNoise(path, tensors, count, generator);
  return {
    count,
    rows,
    w: (face) => repeatRow(part(w.data, face, rows * latentSize), rows === 1 ? layers : 1),
    noise,
  };
}

/** One row for all layers, or all rows as they are. */
export function repeatRow(row: Float32Array, times: number): Float32Array {
  const repeated = new Float32Array(row.length * times);
  for (let i = 0; i < times; i++) repeated.set(row, i * row.length);
  return repeated;
}

/** Whether a file is one that `saveLatents` or `saveNpz` wrote. */
export async function isOurLatents(path: string): Promise<boolean> {
  try {
    if (path.endsWith('.npz')) return endsWithComment(await readWholeFile(path), NPZ_COMMENT);
    return (await readSafetensors(path)).metadata[METADATA] === 'facewright';
  } catch {
    return false;
  }
}

function readNoise(
  path: string,
  tensors: HostTensors<'f32'>,
  count: number,
  generator: Generator,
): SavedStarts['noise'] {
  const { name, noiseSides } = generator.info;
  for (const tensor of tensors.keys()) {
    const layer = /^noise(\d+)$/.exec(tensor)?.[1];
    if (layer !== undefined && Number(layer) >= noiseSides.length) {
      throw new FacewrightError(
        `${path}: holds ${tensor}, but ${name} has ${counted(noiseSides.length, 'noise map')}: noise0 to noise${noiseSides.length - 1}`,
      );
    }
  }
  const maps = noiseSides.map((side, layer) => {
    const map = tensors.get(`noise${layer}`);
    if (map !== undefined && !isMap(map, side, count)) {
      throw new FacewrightError(
        `${path}: noise${layer} is ${shapeText(map.shape)}, where ${name} takes [${count}, 1, ${side}, ${side}]`,
      );
    }
    return map;
  });
  return (picture, layer) => {
    const map = maps[layer];
    const size = noiseSides[layer] ** 2;
    return map && part(map.data, map.data.length === size ? 0 : picture, size);
  };
}

/** [n, 1, s, s] or [n, s, s]; one map serves all pictures. */
function isMap({ shape, data }: HostTensor<'f32'>, side: number, count: number): boolean {
  const square = shape.at(-1) === side && shape.at(-2) === side;
  return square && (data.length === side * side || (shape[0] === count && data.length === count * side * side));
}

function part(data: Float32Array, index: number, size: number): Float32Array {
  return data.slice(index * size, (index + 1) * size);
}

function shapeText(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`;
}

/** The start of one picture: the file's latents, and its noise where the options leave room for any. */
export function savedStart(
  starts: SavedStarts,
  picture: number,
  random: SearchStart,
  options: Pick<SearchOptions, 'noise' | 'badNoise'>,
): SearchStart {
  return {
    v: starts.v(picture),
    noise: random.noise.map((map, layer) => {
      const isZero = options.noise === 'zero' || options.badNoise.includes(layer);
      return isZero ? null : (starts.noise(picture, layer) ?? map);
    }),
  };
}

/** NAME for the faces of a latents file. */
export function latentsName(path: string): string {
  return basename(path).replace(/(\.latents)?\.(safetensors|npz|npy)$/i, '');
}
