import type { HostTensor } from '../../dist/graph/host-tensor.js';
import { parseWeights } from '../../dist/weights/read.js';

/** All tensors of a file, read. */
export function readAll(bytes: Uint8Array, source: string): Map<string, HostTensor> {
  const { tensors } = parseWeights(bytes, source);
  return new Map([...tensors].map(([name, tensor]) => [name, tensor.read()]));
}
