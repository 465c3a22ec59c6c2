import type { Graph, Op, Tensor } from './graph.js';
import type { OpAttributes, OpName } from './ops.js';
import { shapeRules } from './shapes.js';

/** Which inputs an update op writes. Only these ops change a state. */
const writtenInputs: Partial<Record<OpName, readonly number[]>> = {
  optimise: [0, 2, 3],
  sphere: [0],
  keep_best: [2, 3, 4, 5],
  keep_if: [2],
};

/**
 * Appends an op to the graph and returns its outputs.
 *
 * @param inputs in the order that `ops.ts` states; `undefined` for an optional one that is absent
 * @throws Error where a shape does not fit, naming op and input (a defect of the caller: models check weights before)
 */
export function apply<N extends OpName>(
  graph: Graph,
  op: N,
  inputs: readonly (Tensor | undefined)[],
  attrs: OpAttributes[N],
): Tensor[] {
  const shapes = shapeRules[op](inputs, attrs, graph.batch);
  for (const [n] of shapes) {
    // All results carry the batch; another number comes from a constant that stands where pictures should.
    if (n !== graph.batch) throw new Error(`${op} would make ${n} results for a batch of ${graph.batch}`);
  }
  const writes = (writtenInputs[op] ?? []).flatMap((index) => inputs[index] ?? []);
  for (const tensor of writes) {
    if (tensor.kind !== 'state') throw new Error(`${op} would write ${tensor.name}, which is no state`);
  }
  const outputs = shapes.map((shape) => graph.temp(shape));
  graph.ops.push({ op, inputs, outputs, writes, attrs } as Op);
  return outputs;
}

/** Appends an op that has one output, and returns it. */
export function apply1<N extends OpName>(
  graph: Graph,
  op: N,
  inputs: readonly (Tensor | undefined)[],
  attrs: OpAttributes[N],
): Tensor {
  return apply(graph, op, inputs, attrs)[0];
}
