import type { Tensor } from '../graph.js';
import { hasForm, writeName } from './forms.js';
import { type FusedOp, fusedOp, type Read, type Write } from './fused-op.js';
import { makerOf, type Pass } from './merge-kernels.js';
import type { Rewriting } from './rewriting.js';
import { isFused, type Uses } from './uses.js';

type Summed = Extract<Write, { readonly form: 'summed' }>;
type Gradient = Extract<Read, { readonly form: 'gradient' }>;

/**
 * **Where a whole channel is at hand**: a kernel that has all pixels of a channel when it has made a gradient can take the sums and
 * bring the gradient back through its layer at once, and blur it, before anything is stored. Where no kernel makes the gradient, the
 * one that takes its sums does so.
 */
export const gradientsWhereMade: Pass = (uses, forms, rewriting) => {
  for (const op of rewriting.ops) {
    if (!isFused(op) || op.core.kind !== 'none' || op.read.form !== 'gradient' || op.write.form !== 'plain') continue;
    const summing = summingFor(op.read, uses, rewriting);
    if (!summing) continue;
    const [, , h, w] = op.read.x.shape;
    const maker = makerOf(summing.read.x, uses);
    const host = [maker, summing].find(
      (one) =>
        one &&
        rewriting.has(one) &&
        hasForm(forms, one.core, one.read.form, 'summed back', h * w) &&
        isReady(op, op.read as Gradient, one, uses),
    );
    if (!host) continue;
    const { coefficients, slope } = op.read;
    const made = op.write.y;
    const blur = blurOf(made, uses, rewriting);
    const others = uses.readers(made).filter((use) => use.op !== blur);
    const y = !blur || others.length > 0 || uses.isOutput(made) ? made : undefined;
    const g = host === maker && isReadElsewhere(summing.read.x, [op, summing], uses) ? summing.read.x : undefined;
    const write: Write = {
      ...(summing.write as Summed),
      y: g,
      back: { coefficients, slope, y, blurred: blur?.outputs[0] },
    };
    for (const gone of [op, blur, host === summing ? undefined : summing]) if (gone) rewriting.remove(gone);
    rewriting.replace(host, fusedOp(host.core, host.read, write));
  }
};

/** A blur behind an upsampling convolution, which nobody else reads, is one op with it. */
export const blursBehind: Pass = (uses, forms, rewriting) => {
  for (const op of rewriting.ops) {
    if (!isFused(op) || op.core.kind !== 'blur' || op.core.adjoint || op.read.form !== 'plain') continue;
    const maker = makerOf(op.read.x, uses);
    if (!maker || !rewriting.has(maker) || maker.core.kind !== 'conv_up' || maker.core.adjoint) continue;
    if (maker.core.margin !== op.core.margin || uses.onlyUse(op.read.x)?.op !== op) continue;
    const core = { ...maker.core, blurred: true };
    if (!hasForm(forms, core, maker.read.form, writeName(op.write))) continue;
    // The kernel runs where the blur stands: what its epilogue reads is at hand there.
    if (!uses.isSameAt(maker.inputs, uses.place(maker), uses.place(op))) continue;
    rewriting.remove(maker);
    rewriting.replace(op, fusedOp(core, maker.read, op.write));
  }
};

/** The op that takes the sums of a stored gradient, and does nothing else. */
function summingFor(
  { source, sums, x }: Gradient,
  uses: Uses,
  rewriting: Rewriting,
): (FusedOp & { readonly read: { readonly x: Tensor } }) | undefined {
  const maker = uses.maker(sums);
  if (source.kind !== 'stored' || !maker || !isFused(maker) || !rewriting.has(maker)) return undefined;
  const { core, read, write } = maker;
  const isOfIt = core.kind === 'none' && read.form === 'plain' && read.x === source.g;
  return isOfIt && write.form === 'summed' && !write.y && write.x === x ? maker : undefined;
}

/** Whether all that a gradient is made of, but its sums, is there and the same where a kernel stands. */
function isReady(op: FusedOp, { source, x, coefficients, moments }: Gradient, host: FusedOp, uses: Uses): boolean {
  const place = uses.place(host);
  const g = source.kind === 'stored' ? source.g : undefined;
  const needed = [x, coefficients, moments];
  return (
    needed.every((tensor) => uses.isMadeBefore(tensor, place)) && uses.isSameAt([g, ...needed], place, uses.place(op))
  );
}

/** A blur without margin that reads a map and writes it plainly. */
function blurOf(map: Tensor, uses: Uses, rewriting: Rewriting): FusedOp | undefined {
  const blurs = uses.readers(map).flatMap(({ op }) => {
    if (!isFused(op) || op.core.kind !== 'blur' || op.core.margin > 0 || !rewriting.has(op)) return [];
    return op.read.form === 'plain' && op.read.x === map && op.write.form === 'plain' ? [op] : [];
  });
  return blurs[0];
}

function isReadElsewhere(map: Tensor, but: readonly FusedOp[], uses: Uses): boolean {
  return uses.isOutput(map) || uses.readers(map).some(({ op }) => !but.includes(op as FusedOp));
}
