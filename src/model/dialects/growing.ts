import { float32Values } from '../../graph/host-tensor.js';
import { countOf, type StoredTensors } from '../../graph/stored-tensor.js';

/**
 * What is wrong with a network that was saved while it still grew: `lod` is how often its pictures are to be halved. Its last
 * layers are then not trained.
 *
 * @param name of `lod`; where the network has none, nothing is wrong
 */
export function stillGrowing(tensors: StoredTensors, name: string): string | undefined {
  const tensor = tensors.get(name);
  if (tensor === undefined || countOf(tensor) !== 1) return undefined;
  const lod = float32Values(tensor.read())[0]!;
  return lod > 0
    ? `it was saved while it still grew (lod ${lod}); give a file from the end of its training`
    : undefined;
}
