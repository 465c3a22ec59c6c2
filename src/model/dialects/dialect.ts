import type { HostTensor, HostTensors } from '../../graph/host-tensor.js';
import type { Network, NetworkKind, NetworkOptions } from '../network.js';

/** One of the files that a generator is kept in. */
export interface DialectPart {
  /** What the file is called, where several that lie side by side make a generator. */
  readonly file?: string;
  /** Whether these are the names of this part. */
  recognises(names: readonly string[]): boolean;
  /** The tensors under our own names (facewright.ts), in our own layouts. Gives back what it does not know. */
  translate(tensors: HostTensors): Map<string, HostTensor>;
}

/** How somebody names the tensors of a network, and what such files leave unsaid. */
export interface Dialect {
  /** Whose names they are. */
  readonly name: string;
  readonly kind: NetworkKind;
  /** In the order of the files' names. */
  readonly parts: readonly DialectPart[];
  /** The part that makes a generator; the others may be missing. */
  readonly main: DialectPart;
  /**
   * The network of translated tensors.
   *
   * @param source what errors call the file
   * @param metadata what the file says of itself
   * @throws FacewrightError when a tensor is missing or of the wrong shape, or the metadata or the options make no sense
   */
  read(
    source: string,
    tensors: HostTensors,
    metadata: Readonly<Record<string, string>>,
    options: NetworkOptions,
  ): Network;
}

/** The same tensors under other names. */
export function renamed(tensors: HostTensors, rename: (name: string) => string): Map<string, HostTensor> {
  return new Map([...tensors].map(([name, tensor]) => [rename(name), tensor]));
}
