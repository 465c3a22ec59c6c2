/** Finds the files of a generator, and gives its tensors our own names, whoever named them. */

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { FacewrightError } from './errors.js';
import type { HostTensors } from './graph/host-tensor.js';
import type { Dialect } from './model/dialects/dialect.js';
import { DIALECTS, recogniseDialect } from './model/dialects/table.js';
import type { NetworkKind } from './model/network.js';
import type { ContainerName } from './weights/container.js';
import { type ReadFile, readContainer } from './weights/read.js';
import { fileError } from './weights/read-file.js';
import { byCodeUnits, OPENS, quoted } from './weights/words.js';

/** The weights of a generator as they were found; whether they make a network is for `model/` to say. */
export interface WeightFile {
  /** The file's name without its extension, or the folder's name where everybody's files are called the same. */
  readonly name: string;
  /** As it was given. */
  readonly path: string;
  readonly format: ContainerName;
  /** Whose names the tensors had (`model/dialects/`); undefined where nobody knows them. */
  readonly dialect: string | undefined;
  /** Which kind of network the tensors make; undefined where nobody knows them. */
  readonly kind: NetworkKind | undefined;
  /** In hex; of several files: the SHA-256 of their hex digests joined, in the order of the files' names. */
  readonly sha256: string;
  /** What a safetensors file says of itself (resolution, fmap_base, fmap_max, norm_epsilon, licence); {} for PyTorch's. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Our own names: `synthesis.*`, `mapping.*`, `gaussian_fit.mean`, `gaussian_fit.std`; as in the file where nobody knows them. */
  readonly tensors: HostTensors;
  /** What a person should know of how it was read, a sentence each: which network was taken where a file has several. */
  readonly notes: readonly string[];
}

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
  const file = await readContainer(path);
  const found = recogniseDialect(file.tensors.keys());
  if (!found) return describe(path, baseName(path), undefined, [file]);
  const { dialect, part } = found;
  if (part === dialect.main) return await readParts(path, file, dialect);
  return describe(path, baseName(path), dialect, [{ ...file, tensors: part.translate(file.tensors) }]);
}

async function readFolder(path: string): Promise<WeightFile> {
  for (const dialect of DIALECTS) {
    const main = dialect.main.file;
    if (main === undefined || !existsSync(join(path, main))) continue;
    const file = join(path, main);
    return { ...(await readParts(file, await readContainer(file), dialect)), path };
  }
  const found = (await list(path)).filter((name) => name.endsWith('.safetensors')).sort(byCodeUnits);
  const [only, ...others] = found;
  if (only === undefined) {
    const files = DIALECTS.flatMap(({ main }) => main.file ?? []).join(', ');
    throw new FacewrightError(
      `${path}: a folder without weights: neither ${files} nor a .safetensors file is in it; ${OPENS}`,
    );
  }
  if (others.length > 0) {
    throw new FacewrightError(
      `${path}: a folder with ${found.length} .safetensors files (${quoted(found.join(', '))}); name one of them`,
    );
  }
  return { ...(await readWeights(join(path, only))), path };
}

/** The file that makes a generator, with those of the same dialect that lie beside it. */
async function readParts(path: string, main: ReadFile, dialect: Dialect): Promise<WeightFile> {
  const files: ReadFile[] = [];
  for (const part of dialect.parts) {
    const beside = part.file === undefined ? undefined : join(dirname(path), part.file);
    if (part === dialect.main) files.push({ ...main, tensors: part.translate(main.tensors) });
    else if (beside !== undefined && existsSync(beside)) {
      const file = await readContainer(beside);
      files.push({ ...file, tensors: part.translate(file.tensors) });
    }
  }
  // Where everyone's file is called the same, the folder tells generators apart.
  const name = basename(path) === dialect.main.file ? basename(dirname(resolve(path))) : baseName(path);
  return describe(path, name, dialect, files);
}

function describe(path: string, name: string, dialect: Dialect | undefined, files: readonly ReadFile[]): WeightFile {
  const digests = files.map((file) => file.sha256);
  return {
    name: name || 'weights', // the root folder has no name
    path,
    format: files.every((file) => file.format === 'safetensors') ? 'safetensors' : 'torch',
    dialect: dialect?.name,
    kind: dialect?.kind,
    notes: [],
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
