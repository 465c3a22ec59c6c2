/** Finds the network in a file: among wrappers, other networks and what training left behind. */

import type { Facts } from '../../graph/stored-tensor.js';
import { listed, quoted } from '../../words.js';
import type { Dialect, FoundNetwork, Named } from './dialect.js';

/** Names under which people keep the running average of a generator, which draws better than the last step of training. */
const AVERAGED =
  /^(?:g_?ema|ema(?:_?(?:g|generator|model))?|gs|(?:net_?g|generator|model|params|state_dict|g)_?(?:ema|smooth|avg|running)|ema_state_dict)$/i;
/** Names of wrappers that say nothing of which network is in them. */
const SILENT = /^(?:module|state_dict|model|network|net|params|weights|decoder|\d+)$/;
/** Names of generators that are not averaged. */
const PLAIN = /^(?:g|gen|generator|net_?g)$/i;
const MOST_NAMED = 4;

/** A network with the dialect that it is in, and what a person should know of the choice. */
export interface Found {
  readonly dialect: Dialect;
  readonly network: FoundNetwork;
  readonly notes: readonly string[];
}

/** Where a dialect's key lies. */
interface Candidate {
  readonly dialect: Dialect;
  /** Ends with a dot, unless it is ''. */
  readonly prefix: string;
}

/**
 * The generator in a file, of those the averaged one, and its dialect; undefined where nobody's is in it.
 *
 * @param dialects where two have the same key, the one that `tells` first
 */
export function findNetwork(
  file: Named & Pick<FoundNetwork, 'metadata'>,
  dialects: readonly Dialect[],
): Found | undefined {
  const candidates = [...file.tensors.keys()].flatMap((name) => candidateAt(name, file, dialects) ?? []);
  const ranked = candidates
    .map((candidate) => ({ ...candidate, rank: rankOf(candidate.prefix, file.facts) }))
    // Equal ones stay in the order of the file; sort is stable.
    .sort((a, b) => b.rank - a.rank);
  const [best] = ranked;
  if (best === undefined) return undefined;
  const network = networkAt(best.prefix, file);
  return { dialect: best.dialect, network, notes: notesOn(ranked, best, file) };
}

/** Whether the tensor of that name is the key of a network: the longest key counts, since others may be its end. */
function candidateAt(
  name: string,
  { metadata }: Pick<FoundNetwork, 'metadata'>,
  dialects: readonly Dialect[],
): Candidate | undefined {
  const fitting = dialects.filter(({ key }) => name === key || name.endsWith(`.${key}`));
  const longest = Math.max(...fitting.map(({ key }) => key.length));
  const dialect = fitting.find(({ key, tells }) => key.length === longest && (tells?.(metadata) ?? true));
  return dialect && { dialect, prefix: name.slice(0, name.length - longest) };
}

/** The tensors and facts behind a prefix. */
function networkAt(prefix: string, file: Named & Pick<FoundNetwork, 'metadata'>): FoundNetwork {
  const within = <T>(all: ReadonlyMap<string, T>) =>
    new Map([...all].flatMap(([name, value]) => (name.startsWith(prefix) ? [[name.slice(prefix.length), value]] : [])));
  return { prefix, tensors: within(file.tensors), facts: within(file.facts), file, metadata: file.metadata };
}

/** What people call the network behind a prefix: its own name, or that of the innermost wrapper that says something. */
function titleOf(prefix: string, facts: Facts): string {
  const own = facts.get(`${prefix}name`);
  if (typeof own === 'string') return own;
  const wrappers = prefix.split('.').slice(0, -1);
  return wrappers.findLast((wrapper) => !SILENT.test(wrapper)) ?? wrappers.at(-1) ?? '';
}

function rankOf(prefix: string, facts: Facts): number {
  const title = titleOf(prefix, facts);
  if (AVERAGED.test(title) || prefix.split('.').some((wrapper) => AVERAGED.test(wrapper))) return 2;
  return PLAIN.test(title) ? 1 : 0;
}

function notesOn(candidates: readonly Candidate[], best: Candidate, { tensors, facts }: Named): string[] {
  if (best.prefix === '') return [];
  const title = titleOf(best.prefix, facts);
  const root = best.prefix.split('.')[0]!;
  const others = new Set<string>();
  for (const name of tensors.keys()) {
    const [first] = name.split('.', 1);
    // A single tensor beside a network is a statistic of it.
    if (first !== root && name !== first) others.add(titleOf(`${first}.`, facts));
  }
  if (others.size === 0) return [];
  const averaged = rankOf(best.prefix, facts) === 2 ? ', the averaged network' : '';
  const several = candidates.length > 1 && !averaged ? ', the first of several networks' : averaged;
  const named = [...others].slice(0, MOST_NAMED).map(quoted);
  if (others.size > named.length) named.push(`${others.size - named.length} more`);
  return [`took ${quoted(title)}${several}; the file also holds ${listed(named, 'and')}`];
}
