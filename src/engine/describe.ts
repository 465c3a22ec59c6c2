import { coreName, type FusedOp, type ProgramOp } from '../graph/fuse/fused-op.js';
import { elements, shapeText, type Tensor } from '../graph/graph.js';

/** An op with its shapes, for reports: `conv3x3 adjoint [1, 128, 32, 32] → [1, 64, 32, 32]`. */
export function describe(op: ProgramOp): string {
  const from = op.op === 'fused' ? op.read.x : op.op === 'joined' ? largest(op.inputs) : op.inputs[0];
  // Beside a map there may be sums and coefficients.
  const to = largest(op.outputs) ?? op.writes[0];
  return `${nameOf(op)} ${from ? `${shapeText(from.shape)} → ` : ''}${shapeText(to.shape)}`;
}

/** Of what an op or several read or make, the largest says most; the first, of equal ones. */
function largest(tensors: readonly Tensor[]): Tensor | undefined {
  const ofPictures = tensors.filter(({ kind }) => kind !== 'constant');
  const sizes = ofPictures.map(({ shape }) => elements(shape));
  return ofPictures[sizes.indexOf(Math.max(...sizes))];
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
