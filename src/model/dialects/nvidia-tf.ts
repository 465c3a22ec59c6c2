import { permuted, type StoredTensor } from '../../graph/stored-tensor.js';

/** TensorFlow's convolution kernels [k, k, in, out] as [out, in, k, k]. */
export function fromTensorFlowKernel(tensor: StoredTensor): StoredTensor {
  return permuted(tensor, [3, 2, 0, 1]);
}

/** TensorFlow's matrices [in, out] as [out, in]. */
export function fromTensorFlowMatrix(tensor: StoredTensor): StoredTensor {
  return permuted(tensor, [1, 0]);
}
