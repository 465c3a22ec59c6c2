import { type Op, shapeText } from '../graph/graph.js';

/** An op with its shapes, for reports: `conv adjoint [1, 128, 32, 32] → [1, 64, 32, 32]`. */
export function describe(op: Op): string {
  const from = op.inputs[0] ? `${shapeText(op.inputs[0].shape)} → ` : '';
  const to = op.outputs[0] ?? op.writes[0];
  const adjoint = 'adjoint' in op.attrs && op.attrs.adjoint ? ' adjoint' : '';
  return `${op.op}${adjoint} ${from}${shapeText(to.shape)}`;
}
