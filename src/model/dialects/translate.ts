/** From a network in somebody's names and layouts to the same network in ours. */

import { FacewrightError } from '../../errors.js';
import { countOf, type StoredTensor, type StoredTensors } from '../../graph/stored-tensor.js';
import { counted, quoted } from '../../words.js';
import type { Dialect, Entry, FoundNetwork } from './dialect.js';

/** What files hold of generators that facewright draws. */
const RESOLUTIONS = [8, 16, 32, 64, 128, 256, 512, 1024];
/** Names that an error tells; the others are counted. */
const MOST_NAMED = 3;

/** A network in our own names (facewright.ts), not yet read. */
export interface Translation {
  readonly tensors: StoredTensors;
  /** What the file says of itself, and what its dialect leaves unsaid: `kind`, `norm_epsilon`, `conv_clamp`. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Trained numbers of the network, those included that are not needed to draw. */
  readonly parameters: number;
}

/**
 * A network in our own names and layouts.
 *
 * @param source what errors call the file
 * @throws FacewrightError when a tensor is missing or one too many, or facewright cannot draw such a network
 */
export function translate(source: string, dialect: Dialect, network: FoundNetwork): Translation {
  const fail = (message: string): never => {
    throw new FacewrightError(`${source}: ${message}`);
  };
  const kind = `${KIND_NAMES[dialect.kind]} (${dialect.name})`;
  const refusal = dialect.refuses?.(network);
  if (refusal) fail(`a ${kind} that cannot be drawn: ${refusal}`);
  const resolution = dialect.resolution(network);
  if (!RESOLUTIONS.includes(resolution)) {
    fail(`a ${kind} whose largest block has ${resolution} px; expected ${RESOLUTIONS.join(', ')}`);
  }
  const tensors = new Map<string, StoredTensor>();
  const missing: string[] = [];
  const used = new Set<string>();
  let parameters = 0;
  const entries = dialect.entries(network, resolution);
  for (const entry of entries) {
    const tensor = entry.beside ? lyingBeside(network, entry.theirs) : network.tensors.get(entry.theirs);
    if (!entry.beside) used.add(entry.theirs);
    if (tensor === undefined) {
      if (!entry.optional) missing.push(network.prefix + entry.theirs);
      continue;
    }
    if (!entry.fixed) parameters += countOf(tensor);
    tensors.set(entry.ours, entry.change?.(tensor) ?? tensor);
  }
  if (missing.length > 0) {
    fail(`an incomplete ${kind} of ${resolution} px: it lacks ${counted(missing.length, 'tensor')}, ${some(missing)}`);
  }
  const own = beginnings(entries);
  const rest = [...network.tensors].filter(([name]) => !used.has(name) && own.has(firstOf(name)));
  const unused = rest.filter(([name]) => dialect.unused?.test(name));
  const surplus = rest.filter(([name]) => !dialect.unused?.test(name) && !dialect.leftovers?.test(name));
  if (surplus.length > 0) {
    const names = surplus.map(([name]) => network.prefix + name);
    fail(
      `more than a ${kind} of ${resolution} px: it has ${counted(names.length, 'tensor')} that none has, ${some(names)}`,
    );
  }
  for (const [, tensor] of unused) parameters += countOf(tensor);
  return { tensors, metadata: metadataOf(dialect, network), parameters };
}

const KIND_NAMES = { stylegan1: 'StyleGAN1', stylegan2: 'StyleGAN2' } as const;

function metadataOf(dialect: Dialect, network: FoundNetwork): Record<string, string> {
  return { ...network.metadata, ...dialect.metadata(network), kind: dialect.kind };
}

/** What the names of a network's tensors begin with: what else lies on the same level is not the network's. */
function beginnings(entries: readonly Entry[]): Set<string> {
  return new Set(entries.filter(({ beside }) => !beside).map(({ theirs }) => firstOf(theirs)));
}

function firstOf(name: string): string {
  return name.split('.', 1)[0]!;
}

/** The tensor of that name nearest to the network: beside it, or beside one of its wrappers. */
function lyingBeside({ prefix, file }: FoundNetwork, name: string): StoredTensor | undefined {
  const wrappers = prefix.split('.').slice(0, -1);
  for (let depth = wrappers.length; depth >= 0; depth--) {
    const tensor = file.tensors.get([...wrappers.slice(0, depth), name].join('.'));
    if (tensor) return tensor;
  }
  return undefined;
}

function some(names: readonly string[]): string {
  const more = names.length - MOST_NAMED;
  const shown = names.slice(0, MOST_NAMED).map(quoted).join(', ');
  return more > 0 ? `${shown} and ${more} more` : shown;
}
