import type { Constants } from '../graph/constant.js';
import { elements, type Graph, sameShape, shapeText } from '../graph/graph.js';

/** @throws Error when a constant of the graph has no value, or one of another shape */
export function checkConstants(graph: Graph, constants: Constants): void {
  for (const tensor of graph.tensors) {
    if (tensor.kind !== 'constant') continue;
    const value = constants.get(tensor.name);
    if (!value) throw new Error(`the constant ${tensor.name} has no value`);
    const shape = [...value.shape, 1, 1, 1, 1].slice(0, Math.max(4, value.shape.length));
    // What is derived has its numbers only when it is packed.
    const isShort = 'data' in value && value.data.length !== elements(tensor.shape);
    if (!sameShape(shape, tensor.shape) || isShort) {
      throw new Error(`${tensor.name}: ${shapeText(value.shape)} was given for ${shapeText(tensor.shape)}`);
    }
  }
}
