import type { HostTensors } from '../../graph/host-tensor.js';
import type { Network, NetworkOptions } from '../network.js';
import type { Dialect, DialectPart } from './dialect.js';
import { FACEWRIGHT } from './facewright.js';
import { PULSE } from './pulse.js';

/** All dialects; names are those of the first that recognises them. */
export const DIALECTS: readonly Dialect[] = [PULSE, FACEWRIGHT];

/** Whose names these are, and of which part; undefined where nobody's. */
export function recogniseDialect(
  names: Iterable<string>,
  dialects: readonly Dialect[] = DIALECTS,
): { readonly dialect: Dialect; readonly part: DialectPart } | undefined {
  const all = [...names];
  for (const dialect of dialects) {
    const part = dialect.parts.find((one) => one.recognises(all));
    if (part) return { dialect, part };
  }
  return undefined;
}

/** Translated weights, and whose they were. */
export interface TranslatedWeights {
  /** The name of the dialect; undefined where nobody knew the tensors' names, which then are as the file has them. */
  readonly dialect: string | undefined;
  readonly tensors: HostTensors;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * The network that weights make. Names that nobody knows are taken for our own, and the error says what is missing.
 *
 * @param source what errors call the file
 * @param options what it is bound to
 * @throws FacewrightError when they make none, or none that the options fit
 */
export function readNetwork(
  source: string,
  { dialect, tensors, metadata }: TranslatedWeights,
  options: NetworkOptions = {},
): Network {
  const found = DIALECTS.find(({ name }) => name === dialect) ?? FACEWRIGHT;
  return found.read(source, tensors, metadata, options);
}
