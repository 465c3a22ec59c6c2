import type { Graph, Tensor } from '../graph.js';
import { type FusedForms, hasForm, writeName } from './forms.js';
import { type FusedOp, fusedOp, type Read, type Write } from './fused-op.js';
import type { Rewriting } from './rewriting.js';
import { type AnyOp, isFused, Uses } from './uses.js';
import { blursBehind, gradientsWhereMade } from './whole-channels.js';

/**
 * **One pass over a map instead of two.** An op that only reads and writes (core `none`) moves into the kernel that makes
 * what it reads, or into the one that reads what it makes, where the engine has that kernel:
 *
 * - a gradient goes back through its layer where it is made, if the whole channel is at hand there (`whole-channels.ts`);
 * - or else it is made where it is read (`gradientsWhereRead`);
 * - a map goes through its epilogue before it is stored (`epiloguesWhereMade`);
 * - the sums of a gradient are taken along by the kernel that makes it (`sumsWhereMade`);
 * - a gradient made by the adjoint of a 1×1 convolution from few channels is made again where it is read, and never
 *   stored (`pointwiseGradients`);
 * - a blur runs behind the upsampling convolution before it (`whole-channels.ts`);
 * - what the readers of a gradient want of a channel follows from its sums, and is worked out with them (`ratesWhereSummed`).
 *
 * A tensor that is then never stored must have no other reader and be no output, and no state that is read may change
 * between the place of the op that moves and the place that it moves to.
 */
export function mergeKernels(graph: Graph, forms: FusedForms, rewriting: Rewriting): void {
  const outputs = new Set(graph.outputs.values());
  const passes = [
    gradientsWhereMade,
    gradientsWhereRead,
    epiloguesWhereMade,
    sumsWhereMade,
    pointwiseGradients,
    blursBehind,
    ratesWhereSummed,
  ];
  for (const pass of passes) {
    pass(new Uses(rewriting.ops, outputs), forms, rewriting);
  }
}

/** One of the passes, over the list as it is when it begins. */
export type Pass = (uses: Uses, forms: FusedForms, rewriting: Rewriting) => void;

const gradientsWhereRead: Pass = (uses, forms, rewriting) => {
  for (const op of rewriting.ops) {
    if (!isFused(op) || op.core.kind !== 'none' || op.read.form !== 'gradient' || op.write.form !== 'plain') continue;
    const use = uses.onlyUse(op.write.y);
    if (!use || !isFused(use.op) || !readsPlainly(use.op, op.write.y) || use.op.core.kind === 'none') continue;
    if (!hasForm(forms, use.op.core, 'gradient', writeName(use.op.write))) continue;
    if (!uses.isSameAt(op.inputs, uses.place(op), uses.place(use.op))) continue;
    rewriting.remove(op);
    rewriting.replace(use.op, fusedOp(use.op.core, op.read, use.op.write));
  }
};

const epiloguesWhereMade: Pass = (uses, forms, rewriting) => {
  for (const op of rewriting.ops) {
    const maker = onlyWrites(op) && op.write.form === 'styled' ? makerOf(op.read.x, uses) : undefined;
    if (!maker || !onlyWrites(op) || uses.onlyUse(op.read.x)?.op !== op) continue;
    if (!hasForm(forms, maker.core, maker.read.form, 'styled')) continue;
    // The kernel runs where the epilogue stands: noise and style are at hand there.
    if (!uses.isSameAt(maker.inputs, uses.place(maker), uses.place(op))) continue;
    rewriting.remove(maker);
    rewriting.replace(op, fusedOp(maker.core, maker.read, op.write));
  }
};

const sumsWhereMade: Pass = (uses, forms, rewriting) => {
  for (const op of rewriting.ops) {
    const maker = onlyWrites(op) && op.write.form === 'summed' ? makerOf(op.read.x, uses) : undefined;
    if (!maker || !onlyWrites(op) || op.write.form !== 'summed') continue;
    const current = rewriting.current(maker);
    if (!isFused(current) || current.write.form !== 'plain') continue;
    if (!hasForm(forms, maker.core, maker.read.form, 'summed')) continue;
    const { x, moments } = op.write;
    const place = uses.place(maker);
    if (x === op.read.x || !uses.isMadeBefore(x, place) || !uses.isMadeBefore(moments, place)) continue;
    if (!uses.isSameAt([x, moments], place, uses.place(op))) continue;
    rewriting.remove(op);
    rewriting.replace(maker, fusedOp(maker.core, maker.read, { ...op.write, y: op.read.x }));
  }
};

const pointwiseGradients: Pass = (uses, forms, rewriting) => {
  for (const op of rewriting.ops) {
    if (!isFused(op) || op.core.kind === 'none' || op.read.form !== 'gradient') continue;
    const { source } = op.read;
    if (source.kind !== 'stored' || uses.onlyUse(source.g)?.op !== op) continue;
    const maker = uses.maker(source.g);
    if (!maker || !isFused(maker) || maker.core.kind !== 'conv1x1' || !maker.core.adjoint) continue;
    if (maker.read.form !== 'plain' || maker.write.form !== 'summed') continue;
    if (!hasForm(forms, maker.core, 'plain', 'sums')) continue;
    if (!uses.isSameAt(maker.inputs, uses.place(maker), uses.place(op))) continue;
    const write: Write = { ...maker.write, y: undefined };
    const read: Read = {
      ...op.read,
      source: { kind: 'conv1x1', x: maker.read.x, weight: maker.core.weight },
    };
    rewriting.replace(maker, fusedOp(maker.core, maker.read, write));
    rewriting.replace(op, fusedOp(op.core, read, op.write));
  }
};

const ratesWhereSummed: Pass = (uses, forms, rewriting) => {
  for (const op of rewriting.ops) {
    if (!isFused(op) || op.read.form !== 'gradient') continue;
    const { coefficients, sums } = op.read;
    const summing = uses.maker(sums);
    const summed = summing && rewriting.current(summing);
    if (!summed || !isFused(summed) || summed.write.form !== 'summed') continue;
    const { core, read, write } = summed;
    const rates = write.rates ?? { coefficients, made: rewriting.temp([sums.shape[0], write.x.shape[1], 4, 1]) };
    const next: Write = { ...write, rates };
    if (rates.coefficients !== coefficients || !hasForm(forms, core, read.form, writeName(next))) continue;
    if (!uses.isMadeBefore(coefficients, uses.place(summing))) continue;
    rewriting.replace(summed, fusedOp(core, read, next));
    rewriting.replace(op, fusedOp(op.core, { ...op.read, rates: rates.made }, op.write));
  }
};

/** An op that reads a map as it is, computes nothing, and writes it in some form. */
function onlyWrites(op: AnyOp): op is FusedOp & { readonly read: { readonly form: 'plain'; readonly x: Tensor } } {
  return isFused(op) && op.core.kind === 'none' && op.read.form === 'plain';
}

function readsPlainly(op: FusedOp, x: Tensor): boolean {
  return op.read.form === 'plain' && op.read.x === x;
}

/** The kernel that makes a map and stores it as it is. */
export function makerOf(map: Tensor, uses: Uses): FusedOp | undefined {
  const maker = uses.maker(map);
  return maker && isFused(maker) && maker.core.kind !== 'none' && maker.write.form === 'plain' ? maker : undefined;
}
