import { isOp, type Op, type Tensor } from '../graph.js';
import { type FusedForms, hasForm, writeName } from './forms.js';
import { fusedOp, type Read } from './fused-op.js';
import type { Rewriting } from './rewriting.js';
import { isFused } from './uses.js';

/**
 * **A scaled map is made where it is read**, and so is the gradient that an activation passes back: readers of what `scale` or
 * `lrelu_gradient` make read the map itself, where the engine has such kernels. What then nobody reads falls to the removal
 * of dead ops; what others read is stored beside, as reading it so costs a kernel next to nothing.
 */
export function fuseScaledReads(forms: FusedForms, rewriting: Rewriting): void {
  for (const op of rewriting.ops) {
    if (!isOp(op, 'scale')) continue;
    const [x, factor] = op.inputs as [Tensor, Tensor];
    readBy(op, forms, rewriting, () => ({ form: 'scaled', x, factor }));
  }
  for (const op of rewriting.ops) {
    if (!isOp(op, 'lrelu_gradient')) continue;
    const [g, x] = op.inputs as [Tensor, Tensor];
    const source = { kind: 'stored', g } as const;
    readBy(op, forms, rewriting, (factor) => ({ form: 'unactivated', source, x, factor, ...op.attrs }));
    // The gradient of a demodulated convolution is scaled as well, before anything else reads it.
    for (const { op: scaling, place } of rewriting.uses.readers(op.outputs[0])) {
      if (!isOp(scaling, 'scale') || place !== 0) continue;
      const [, factor] = scaling.inputs as [Tensor, Tensor];
      if (!rewriting.uses.isSameAt(op.inputs, rewriting.uses.place(op), rewriting.uses.place(scaling))) continue;
      readBy(scaling, forms, rewriting, () => ({ form: 'unactivated', source, x, factor, ...op.attrs }));
    }
  }
}

/**
 * Kernels that read what an op makes do without it.
 *
 * @param reading how they read instead, given the factor by which they scale it already
 */
function readBy(
  op: Op<'scale'> | Op<'lrelu_gradient'>,
  forms: FusedForms,
  rewriting: Rewriting,
  reading: (factor: Tensor | undefined) => Read,
): void {
  const [made] = op.outputs;
  for (const { op: reader } of rewriting.uses.readers(made)) {
    const { uses } = rewriting;
    if (!isFused(reader) || !rewriting.has(reader) || reader.core.kind === 'none') continue;
    const { read } = reader;
    const reads = read.form === 'plain' || (read.form === 'scaled' && isOp(op, 'lrelu_gradient'));
    if (!reads || read.x !== made) continue;
    const next = reading(read.form === 'scaled' ? read.factor : undefined);
    if (!hasForm(forms, reader.core, next.form, writeName(reader.write))) continue;
    const now = fusedOp(reader.core, next, reader.write);
    // All that it reads now: what the op reads, and what that was made of in turn.
    if (!uses.isSameAt(now.inputs, uses.place(op), uses.place(reader))) continue;
    rewriting.replace(reader, now);
  }
}
