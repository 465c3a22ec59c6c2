import type { Fact, Facts, StoredTensor, StoredTensors } from '../../graph/stored-tensor.js';
import { quoted } from '../../words.js';
import type { NetworkKind } from '../network.js';

/** Tensors and facts under names that belong together. */
export interface Named {
  readonly tensors: StoredTensors;
  readonly facts: Facts;
}

/** One network of a file, under the names that it has itself, and what lies around it. */
export interface FoundNetwork extends Named {
  /** What its names begin with in the file: `g_ema.`; '' where the file is the network. */
  readonly prefix: string;
  /** The whole file, under its own names. */
  readonly file: Named;
  readonly metadata: Readonly<Record<string, string>>;
}

/** One tensor of a network: our name for it, theirs, and what must be done to it. */
export interface Entry {
  readonly ours: string;
  readonly theirs: string;
  readonly change?: (tensor: StoredTensor) => StoredTensor;
  /** Some networks go without: a statistic, a fixed kernel. */
  readonly optional?: boolean;
  /** Whether it lies beside the network in the file, and not in it. */
  readonly beside?: boolean;
  /** Whether it is no trained tensor, but a statistic or fixed. */
  readonly fixed?: boolean;
}

/** A file beside a dialect's own that holds another part of the generator. */
export interface Companion {
  readonly file: string;
  /** What our names of its tensors begin with, before theirs. */
  readonly prefix: string;
  /** The form that all names in it have. */
  readonly names: RegExp;
  /** Whether its numbers are a statistic, and not trained. */
  readonly fixed?: boolean;
}

/** How somebody names and lays out the tensors of a network, and what such files leave unsaid. */
export interface Dialect {
  /** Whose files they are, for people. */
  readonly name: string;
  readonly kind: NetworkKind;
  /** A tensor that each such network has: where it lies in a file, there lies the network. */
  readonly key: string;
  /** What the file is called, where several that lie side by side make a generator. */
  readonly file?: string;
  readonly companions?: readonly Companion[];
  /** Whether a file that says this of itself is of this dialect; absent: any that has the key is. */
  tells?(metadata: FoundNetwork['metadata']): boolean;
  /** Why facewright cannot draw this network, as the end of a sentence about it; undefined where it can. */
  refuses?(network: FoundNetwork): string | undefined;
  /** The side of its pictures in pixels, as far as it follows from the names of its tensors: any number. */
  resolution(network: FoundNetwork): number;
  /** The tensors that a network of that resolution should have. */
  entries(network: FoundNetwork, resolution: number): readonly Entry[];
  /** Trained tensors that are not needed to draw. */
  readonly unused?: RegExp;
  /** What training leaves behind: noise maps, buffers. */
  readonly leftovers?: RegExp;
  /** What the network's reader is to know beside the tensors. */
  metadata(network: FoundNetwork): Readonly<Record<string, string>>;
}

/** The highest number that a pattern's first group finds in the names of tensors; −1 where it finds none. */
export function highest(tensors: StoredTensors, pattern: RegExp): number {
  let most = -1;
  for (const name of tensors.keys()) {
    const match = pattern.exec(name);
    if (match) most = Math.max(most, Number(match[1]));
  }
  return most;
}

/** How many tensors have such a name. */
export function countLike(tensors: StoredTensors, pattern: RegExp): number {
  return [...tensors.keys()].filter((name) => pattern.test(name)).length;
}

/** A fact from a file, fit for a message. */
export function told(fact: Fact | undefined): string {
  return quoted(String(fact));
}

/** The values of all facts whose names match. */
export function factsLike(facts: Facts, pattern: RegExp): Fact[] {
  return [...facts].filter(([name]) => pattern.test(name)).map(([, value]) => value);
}
