/** What a weight file is: for people who wonder what they have. */

import { FacewrightError } from './errors.js';
import type { DType } from './graph/dtype.js';
import { channelsBySide } from './model/channels.js';
import { readNetwork } from './model/dialects/table.js';
import type { Network, NetworkKind } from './model/network.js';
import { W_AVERAGE } from './model/weights.js';
import { readWeights, type WeightFile } from './read-weights.js';
import { fitClassOf, hasFit, licenceOf } from './weight-facts.js';
import type { ContainerName } from './weights/container.js';

/** What is known of the network in a weight file. */
export interface NetworkReport {
  /** The side of its pictures in pixels. */
  readonly resolution: number;
  /** L: rows of w. */
  readonly rows: number;
  /** d: numbers in a row. */
  readonly latent_size: number;
  /** The side of each noise map in pixels. */
  readonly noise_sides: readonly number[];
  /** Whether there is a way from z to w. */
  readonly mapping: boolean;
  /** The epsilon of its instance norm, where its kind has one. */
  readonly norm_epsilon?: number;
}

/** What `inspectWeights` finds out; plain data, with the names that `weights inspect --json` prints. */
export interface WeightsReport {
  readonly name: string;
  /** As it was given. */
  readonly path: string;
  readonly container: ContainerName;
  /** Whose names and layouts its tensors have. */
  readonly dialect: string;
  readonly kind: NetworkKind;
  /** SHA-256, in hex. */
  readonly sha256: string;
  /** `unknown` where nobody says it. */
  readonly licence: string;
  readonly tensors: number;
  /** Trained numbers, those included that are not needed to draw. */
  readonly parameters: number;
  /** Numbers of each type in all tensors. */
  readonly dtypes: Readonly<Partial<Record<DType, number>>>;
  /** Channels of the maps by their side in pixels, as far as the tensors tell. */
  readonly channels: Readonly<Record<string, number>>;
  /** How many classes there are to choose from; 0: none. */
  readonly classes: number;
  /** What its activations are clamped to; null: they are not. */
  readonly conv_clamp: number | null;
  readonly mean_of_w: boolean;
  readonly gaussian_fit: boolean;
  /** Of a conditional generator's: the class that its fit is of; else null. */
  readonly fit_class: number | null;
  /** Null where the file makes no network; `problem` says why. */
  readonly network: NetworkReport | null;
  /** What keeps it from being opened: what is missing, or too much. */
  readonly problem: string | null;
  /** What to know of how it was read. */
  readonly notes: readonly string[];
}

/**
 * Says what a weight file is, whether or not it can be opened.
 *
 * @param path a file, or a folder as `readWeights` takes it
 * @param licence what its owner says where the file does not
 * @throws FacewrightError when it cannot be read, is damaged or is no weights
 */
export async function inspectWeights(path: string, licence?: string): Promise<WeightsReport> {
  const file = await readWeights(path);
  const { network, problem } = tryNetwork(path, file);
  const { tensors, metadata } = file;
  return {
    name: file.name,
    path,
    container: file.format,
    dialect: file.dialect,
    kind: file.kind,
    sha256: file.sha256,
    licence: licenceOf(file, licence),
    tensors: tensors.size,
    parameters: file.parameters,
    dtypes: countTypes(file),
    channels: Object.fromEntries(channelsBySide(tensors)),
    classes: classesOf(file),
    conv_clamp: metadata.conv_clamp === undefined ? null : Number(metadata.conv_clamp),
    mean_of_w: tensors.has(W_AVERAGE),
    gaussian_fit: hasFit(file),
    fit_class: hasFit(file) ? fitClassOf(file) : null,
    network,
    problem,
    notes: file.notes,
  };
}

/**
 * The network in a file; of a conditional one that of its first class, which differs from the others in a bias.
 *
 * @throws FacewrightError when the weights make none
 */
export function readAnyClass(path: string, file: WeightFile): Network {
  return readNetwork(path, file, classesOf(file) === 0 ? {} : { class: 0 });
}

function classesOf({ tensors }: WeightFile): number {
  return tensors.get('mapping.embed.weight')?.shape[1] ?? 0;
}

function tryNetwork(path: string, file: WeightFile): { network: NetworkReport | null; problem: string | null } {
  try {
    return { network: describeNetwork(readAnyClass(path, file)), problem: null };
  } catch (error) {
    if (!(error instanceof FacewrightError)) throw error;
    return { network: null, problem: error.message };
  }
}

function describeNetwork(network: Network): NetworkReport {
  const { resolution, rows, latentSize, noiseSides, hasMapping, normEpsilon } = network;
  return {
    resolution,
    rows,
    latent_size: latentSize,
    noise_sides: noiseSides,
    mapping: hasMapping,
    ...(normEpsilon === undefined ? {} : { norm_epsilon: normEpsilon }),
  };
}

function countTypes({ tensors }: WeightFile): Partial<Record<DType, number>> {
  const counts: Partial<Record<DType, number>> = {};
  for (const { dtype, data } of tensors.values()) counts[dtype] = (counts[dtype] ?? 0) + data.length;
  return counts;
}
