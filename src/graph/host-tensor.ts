/** A tensor in host memory: row-major float32 values, `data.length` = the product of `shape`. */
export interface HostTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Named host tensors, for example the weights of a network. */
export type HostTensors = ReadonlyMap<string, HostTensor>;
