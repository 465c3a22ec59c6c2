import type { HostTensor } from '../graph/host-tensor.js';

/** The kinds of files that hold named tensors. */
export type ContainerName = 'safetensors' | 'torch';

/** What a container holds, under the names that it has there. */
export interface Contents {
  /** What the file says of itself, for example `licence`; {} where the format has no such thing, or it says nothing. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: Map<string, HostTensor>;
}

/** A kind of file: from bytes to named tensors, whatever network they are of. */
export interface Container {
  readonly name: ContainerName;
  /** Whether bytes begin like such a file. */
  recognises(bytes: Uint8Array): boolean;
  /**
   * @param source the file's name, with which errors begin
   * @throws FacewrightError when the bytes are damaged or hostile
   */
  read(bytes: Uint8Array, source: string): Contents;
}
