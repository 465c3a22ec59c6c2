/** Opens weights of any kind that facewright reads: a file or a folder in, named tensors out. */

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { FacewrightError } from '../errors.js';
import type { HostTensor, HostTensors } from '../graph/host-tensor.js';
import { recogniseContent } from './content.js';
import { fileError, readWholeFile } from './read-file.js';
import { parseSafetensors } from './safetensors.js';
import { readTorch } from './torch.js';
import { byCodeUnits, OPENS, quoted } from './words.js';

/** The weights of a generator as they were found; whether they make a network is for `model/` to say. */
export interface WeightFile {
  /** The file's name without its extension, or the folder's name for PULSE's three files. */
  readonly name: string;
  /** As it was given. */
  readonly path: string;
  readonly format: 'safetensors' | 'torch';
  /** In hex; of several files: the SHA-256 of their hex digests joined, in the order of the files' names. */
  readonly sha256: string;
  /** What a safetensors file says of itself (resolution, fmap_base, fmap_max, norm_epsilon, licence); {} for PyTorch's. */
  readonly metadata: Readonly<Record<string, string>>;
  /** PULSE's names: `synthesis.*`, `mapping.*`, `gaussian_fit.mean`, `gaussian_fit.std`. */
  readonly tensors: HostTensors;
}

/** What one file holds. */
export interface ParsedWeights {
  readonly format: 'safetensors' | 'torch';
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: Map<string, HostTensor>;
}

/** PULSE keeps a generator in three files, each with names of its own that begin anew. In the order of their names. */
const PULSE_PARTS = [
  { file: 'gaussian_fit.pt', prefix: 'gaussian_fit.', sign: /^(mean|std)$/ },
  { file: 'mapping.pt', prefix: 'mapping.', sign: /^dense\d+\./ },
  { file: 'synthesis.pt', prefix: 'synthesis.', sign: /^(blocks|torgb)\./ },
] as const;
type PulsePart = (typeof PULSE_PARTS)[number];
const SYNTHESIS = PULSE_PARTS[2];

/**
 * Reads weights: a safetensors file, a PyTorch file, or a folder that holds PULSE's synthesis.pt (mapping.pt and
 * gaussian_fit.pt may be missing) or exactly one .safetensors file. To a file that holds PULSE's synthesis network
 * alone, mapping.pt and gaussian_fit.pt are added when they lie beside it. Files are recognised by their content.
 *
 * @throws FacewrightError when something is missing, unreadable, damaged, hostile or no weights; its message begins
 * with the name of the file or folder.
 */
export async function readWeights(path: string): Promise<WeightFile> {
  if (await isFolder(path)) return await readFolder(path);
  const file = await readOne(path);
  const part = pulsePart(file.tensors);
  if (part !== SYNTHESIS) return describe(path, baseName(path), [part ? prefixed(file, part) : file]);
  return await readPulse(path, file);
}

/**
 * The tensors in the bytes of one file, under the names they have there.
 *
 * @param source the file's name, with which errors begin
 * @throws FacewrightError when the bytes are damaged, hostile or no weights.
 */
export function parseWeights(bytes: Uint8Array, source: string): ParsedWeights {
  const content = recogniseContent(bytes);
  switch (content.kind) {
    case 'safetensors':
      return { format: 'safetensors', ...parseSafetensors(bytes, source) };
    case 'torch':
      return { format: 'torch', metadata: {}, tensors: readTorch(bytes, source) };
    case 'other':
      throw new FacewrightError(`${source}: ${content.what}; ${OPENS}`);
  }
}

/** A file with its digest. */
interface ReadFile extends ParsedWeights {
  readonly sha256: string;
}

async function readOne(path: string): Promise<ReadFile> {
  const bytes = await readWholeFile(path);
  const parsed = parseWeights(bytes, path);
  if (parsed.tensors.size === 0) throw new FacewrightError(`${path}: holds no tensors; ${OPENS}`);
  return { ...parsed, sha256: createHash('sha256').update(bytes).digest('hex') };
}

async function readFolder(path: string): Promise<WeightFile> {
  const synthesis = join(path, SYNTHESIS.file);
  if (existsSync(synthesis)) return { ...(await readPulse(synthesis, await readOne(synthesis))), path };
  const found = (await list(path)).filter((name) => name.endsWith('.safetensors')).sort(byCodeUnits);
  const [only, ...others] = found;
  if (only === undefined) {
    throw new FacewrightError(
      `${path}: a folder without weights: neither synthesis.pt nor a .safetensors file is in it; ${OPENS}`,
    );
  }
  if (others.length > 0) {
    throw new FacewrightError(
      `${path}: a folder with ${found.length} .safetensors files (${quoted(found.join(', '))}); name one of them`,
    );
  }
  return { ...(await readWeights(join(path, only))), path };
}

/** PULSE's synthesis network with what lies beside it. */
async function readPulse(path: string, synthesis: ReadFile): Promise<WeightFile> {
  const files: ReadFile[] = [];
  for (const part of PULSE_PARTS) {
    const beside = join(dirname(path), part.file);
    if (part === SYNTHESIS) files.push(prefixed(synthesis, part));
    else if (existsSync(beside)) files.push(prefixed(await readOne(beside), part));
  }
  // Everyone's file is called synthesis.pt: the folder tells generators apart.
  const name = basename(path) === SYNTHESIS.file ? basename(dirname(resolve(path))) : baseName(path);
  return describe(path, name, files);
}

/** Which of PULSE's three files this is, by the names in it. */
function pulsePart(tensors: HostTensors): PulsePart | undefined {
  return PULSE_PARTS.find(({ sign }) => [...tensors.keys()].every((name) => sign.test(name)));
}

/** The file with its names under the part's prefix; names that have it already are left as they are. */
function prefixed(file: ReadFile, { prefix }: PulsePart): ReadFile {
  const tensors = new Map<string, HostTensor>();
  for (const [name, tensor] of file.tensors) tensors.set(name.startsWith(prefix) ? name : `${prefix}${name}`, tensor);
  return { ...file, tensors };
}

function describe(path: string, name: string, files: readonly ReadFile[]): WeightFile {
  const digests = files.map((file) => file.sha256);
  return {
    name: name || 'weights', // the root folder has no name
    path,
    format: files.every((file) => file.format === 'safetensors') ? 'safetensors' : 'torch',
    sha256: digests.length === 1 ? digests[0]! : createHash('sha256').update(digests.join('')).digest('hex'),
    metadata: Object.fromEntries(files.flatMap((file) => Object.entries(file.metadata))),
    tensors: new Map(files.flatMap((file) => [...file.tensors])),
  };
}

function baseName(path: string): string {
  return basename(path, extname(path));
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    throw fileError(path, 'cannot be read', error);
  }
}

async function list(path: string): Promise<string[]> {
  try {
    return await readdir(path);
  } catch (error) {
    throw fileError(path, 'cannot be read', error);
  }
}
