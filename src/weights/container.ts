import type { Facts, StoredTensors } from '../graph/stored-tensor.js';
import type { ByteSource } from './byte-source.js';

/** The kinds of files that hold named tensors. */
export type ContainerName = 'safetensors' | 'torch' | 'pickle';

/** What a container holds, under the names that it has there. Tensors are described; each is read when it is asked for. */
export interface Contents {
  /** What the file says of itself, for example `licence`; {} where the format has no such thing, or it says nothing. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: StoredTensors;
  /** What the file says of the networks in it, beside their tensors and under the same names. */
  readonly facts: Facts;
}

/** A kind of file: from bytes to named tensors, whatever network they are of. */
export interface Container {
  readonly name: ContainerName;
  /** Whether a file that begins so is one; `head` has as many bytes as are worth looking at. */
  recognises(head: Uint8Array): boolean;
  /**
   * @param source the file's name, with which errors begin
   * @throws FacewrightError when the bytes are damaged or hostile
   */
  read(bytes: ByteSource, source: string): Contents;
}
