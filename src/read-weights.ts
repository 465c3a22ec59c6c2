/** Opens the files of a generator. */

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { FacewrightError } from './errors.js';
import { checkSize, type FoundGenerator, findGenerator } from './find-generator.js';
import type { HostTensors } from './graph/host-tensor.js';
import { countOf, readAll, type StoredTensors } from './graph/stored-tensor.js';
import type { Companion } from './model/dialects/dialect.js';
import { DIALECTS } from './model/dialects/table.js';
import type { NetworkKind } from './model/network.js';
import type { ContainerName } from './weights/container.js';
import { type OpenedWeights, openFileOfWeights } from './weights/read.js';
import { fileError } from './weights/read-file.js';
import { byCodeUnits, OPENS } from './weights/words.js';
import { quoted } from './words.js';

/** The weights of a generator, in our own names; whether they make a network is for `readNetwork` to say. */
export interface WeightFile {
  /** The file's name without its extension, or the folder's name where everybody's files are called the same. */
  readonly name: string;
  /** As it was given. */
  readonly path: string;
  /** The files that it is made of: that of the generator first. */
  readonly files: readonly string[];
  readonly format: ContainerName;
  /** Whose names and layouts the tensors had (`model/dialects/`). */
  readonly dialect: string;
  /** Which kind of network the tensors make. */
  readonly kind: NetworkKind;
  /** In hex; of several files: the SHA-256 of their hex digests joined, in the order of the files' names. */
  readonly sha256: string;
  /**
   * What a safetensors file says of itself (resolution, licence, …), and of any file what its kind of network needs to be
   * known beside tensors: `kind`; `norm_epsilon` of a StyleGAN1; `conv_clamp` of a StyleGAN2, where it has one.
   */
  readonly metadata: Readonly<Record<string, string>>;
  /** Under our own names: `synthesis.*`, `mapping.*`, `gaussian_fit.mean`, `gaussian_fit.std`. */
  readonly tensors: HostTensors;
  /** Trained numbers of the network in the file, those included that are not needed to draw. */
  readonly parameters: number;
  /** What a person should know of how it was read, a sentence each: which network was taken where a file has several. */
  readonly notes: readonly string[];
}

/** The same of a generator whose files are open: its tensors are described, and can be read until it is closed. */
export interface OpenWeightFile extends Omit<WeightFile, 'tensors'> {
  readonly tensors: StoredTensors;
  close(): void;
}

/**
 * Reads weights: a safetensors file, a file of PyTorch's, a pickle of NVIDIA's, or a folder that holds PULSE's synthesis.pt
 * (mapping.pt and gaussian_fit.pt may be missing) or exactly one .safetensors file. To a file that holds PULSE's synthesis
 * network alone, mapping.pt and gaussian_fit.pt are added when they lie beside it. Files are recognised by their content, and
 * of several networks in a file the averaged one is taken. Of a file no more is in memory afterwards than the tensors.
 *
 * @throws FacewrightError when something is missing, unreadable, damaged, hostile or no generator's weights; its message
 * begins with the name of the file or folder.
 */
export async function readWeights(path: string): Promise<WeightFile> {
  const { close, ...file } = await openWeights(path);
  try {
    return { ...file, tensors: readAll(file.tensors) };
  } finally {
    close();
  }
}

/**
 * As `readWeights`, but what the tensors hold stays on the disk until they are read, once or several times.
 *
 * @throws FacewrightError as `readWeights` does, but for what reading alone finds out
 */
export async function openWeights(path: string): Promise<OpenWeightFile> {
  return (await isFolder(path)) ? await openFolder(path) : await openFile(path);
}

/** Opens a file, and with it those that belong to its generator and lie beside it. */
async function openFile(path: string): Promise<OpenWeightFile> {
  const opened: OpenedWeights[] = [];
  const close = () => {
    for (const file of opened) file.close();
  };
  const open = async (of: string) => {
    const file = await openFileOfWeights(of);
    opened.push(file);
    return file;
  };
  try {
    const file = await open(path);
    const main: MainPart = { ...findGenerator(path, file), format: file.format, sha256: file.digest() };
    const companions: Part[] = [];
    const files = [path];
    for (const companion of main.dialect.companions ?? []) {
      const beside = join(dirname(path), companion.file);
      if (!existsSync(beside)) continue;
      companions.push(companionPart(beside, await open(beside), companion));
      files.push(beside);
    }
    return { ...describe(path, main, companions), files, close };
  } catch (error) {
    close();
    throw fileError(path, 'cannot be read', error);
  }
}

async function openFolder(path: string): Promise<OpenWeightFile> {
  const mains = DIALECTS.flatMap(({ file }) => file ?? []);
  for (const file of mains) {
    if (existsSync(join(path, file))) return { ...(await openFile(join(path, file))), path };
  }
  const names = (await list(path)).sort(byCodeUnits);
  const found = names.filter((name) => name.endsWith('.safetensors'));
  const [only, ...others] = found;
  if (only === undefined) {
    // A folder of snapshots has many, and which of them is meant nobody can tell.
    const file = names.find((name) => /\.(?:pkl|pth?)$/i.test(name));
    const hint = file === undefined ? OPENS : `name the file itself, for example ${quoted(join(path, file))}`;
    throw new FacewrightError(
      `${path}: a folder without weights: neither ${mains.join(', ')} nor a .safetensors file is in it; ${hint}`,
    );
  }
  if (others.length > 0) {
    throw new FacewrightError(
      `${path}: a folder with ${found.length} .safetensors files (${quoted(found.join(', '))}); name one of them`,
    );
  }
  return { ...(await openFile(join(path, only))), path };
}

/** What one file gives to a generator. */
interface Part extends Pick<FoundGenerator, 'tensors' | 'metadata' | 'parameters'> {
  readonly format: ContainerName;
  readonly sha256: string;
}

/** The file that makes a generator. */
interface MainPart extends Part, FoundGenerator {}

function companionPart(path: string, file: OpenedWeights, { prefix, names, fixed }: Companion): Part {
  const strange = [...file.tensors.keys()].find((name) => !names.test(name));
  if (strange !== undefined) {
    throw new FacewrightError(
      `${path}: holds ${quoted(strange)}, which PULSE's ${basename(path)} does not; move it elsewhere, or give a complete file`,
    );
  }
  const tensors = new Map([...file.tensors].map(([name, tensor]) => [`${prefix}${name}`, tensor]));
  const parameters = fixed ? 0 : [...tensors.values()].reduce((sum, tensor) => sum + countOf(tensor), 0);
  const { format, metadata, size, digest } = file;
  checkSize(path, size, tensors);
  return { format, metadata, parameters, tensors, sha256: digest() };
}

function describe(path: string, main: MainPart, companions: readonly Part[]): Omit<OpenWeightFile, 'close' | 'files'> {
  // In the order of the files' usual names.
  const parts = [...companions, main];
  const digests = parts.map((part) => part.sha256);
  // Where everyone's file is called the same, the folder tells generators apart.
  const isUsual = basename(path) === main.dialect.file;
  const name = isUsual ? basename(dirname(resolve(path))) : basename(path, extname(path));
  return {
    name: name || 'weights', // the root folder has no name
    path,
    format: main.format,
    dialect: main.dialect.name,
    kind: main.dialect.kind,
    sha256: digests.length === 1 ? digests[0]! : createHash('sha256').update(digests.join('')).digest('hex'),
    metadata: Object.fromEntries(parts.flatMap((part) => Object.entries(part.metadata))),
    tensors: new Map(parts.flatMap((part) => [...part.tensors])),
    parameters: parts.reduce((sum, part) => sum + part.parameters, 0),
    notes: main.notes,
  };
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
