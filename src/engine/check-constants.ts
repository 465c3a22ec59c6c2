import { elements, type Graph, sameShape, shapeText } from '../graph/graph.js';
import type { HostTensor } from '../graph/host-tensor.js';

/** @throws Error when a constant of the graph has no value, or one of another shape */
export function checkConstants(graph: Graph, constants: ReadonlyMap<string, HostTensor>): void {
  for (const tensor of graph.tensors) {
    if (tensor.kind !== 'constant') continue;
    const value = constants.get(tensor.name);
    if (!value) throw new Error(`the constant ${tensor.name} has no value`);
    const shape = [...value.shape, 1, 1, 1, 1].slice(0, Math.max(4, value.shape.length));
    if (!sameShape(shape, tensor.shape) || value.data.length !== elements(tensor.shape)) {
      throw new Error(`${tensor.name}: ${shapeText(value.shape)} was given for ${shapeText(tensor.shape)}`);
    }
  }
}
