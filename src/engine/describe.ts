import { coreName, type FusedOp, type ProgramOp } from '../graph/fuse/fused-op.js';
import { shapeText } from '../graph/graph.js';

/** An op with its shapes, for reports: `conv3x3 adjoint [1, 128, 32, 32] → [1, 64, 32, 32]`. */
export function describe(op: ProgramOp): string {
  const from = op.op === 'fused' ? op.read.x : op.inputs[0];
  const to = op.outputs[0] ?? op.writes[0];
  return `${nameOf(op)} ${from ? `${shapeText(from.shape)} → ` : ''}${shapeText(to.shape)}`;
}

function nameOf(op: ProgramOp): string {
  if (op.op === 'joined') return op.form;
  if (op.op !== 'fused') return 'adjoint' in op.attrs && op.attrs.adjoint ? `${op.op} adjoint` : op.op;
  return op.core.kind === 'none' ? passName(op) : coreName(op.core);
}

/** A kernel that only reads and writes is called by the form in which it does. */
function passName({ read, write }: FusedOp): string {
  return write.form === 'plain' ? `${read.form} read` : `${write.form} write`;
}
