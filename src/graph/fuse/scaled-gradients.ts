import { isOp, type Op, type Tensor } from '../graph.js';
import { type FusedForms, hasForm, writeName } from './forms.js';
import { type FusedOp, fusedOp, type GradientSource, neededFor, type Read, type Write } from './fused-op.js';
import type { Rewriting } from './rewriting.js';
import { isFused, type Uses } from './uses.js';

type Scaled = Extract<Write, { readonly form: 'scaled' }>;

/**
 * **What the gradient of a scaled map wants is taken along where it is made**: the map's own gradient, which is scaled as the
 * map was, the sums by its factor, the gradient that other readers of the map pass back, and the sums by the factors that
 * demodulated it; and if all that is wanted then is the gradient before the activation, that is what is stored. One kernel
 * reads the map once for all of them, and where it was the last to read it, an engine may store in its place.
 */
export function fuseScaledGradients(forms: FusedForms, rewriting: Rewriting): void {
  for (const op of rewriting.ops) if (isFused(op)) scalesWhereMade(op, forms, rewriting);
  for (const op of rewriting.ops) if (isOp(op, 'add')) addsWhereMade(op, rewriting);
  for (const op of rewriting.ops) if (isFused(op)) demodulatesWhereMade(op, forms, rewriting);
  for (const op of rewriting.ops) if (isFused(op)) makesAgainWhereRead(op, forms, rewriting);
  for (const op of rewriting.ops) {
    // Those that read what one before them made were replaced with it.
    const now = rewriting.current(op);
    if (isFused(now)) goesBackWhereMade(now, forms, rewriting);
  }
}

/** `scale` and `scale_sums` of one gradient, by the kernel that makes it. */
function scalesWhereMade(maker: FusedOp, forms: FusedForms, rewriting: Rewriting): void {
  const { uses } = rewriting;
  if (maker.core.kind === 'none' || maker.write.form !== 'plain' || uses.isOutput(maker.write.y)) return;
  const readers = uses.readers(maker.write.y);
  const ops = readers.map(({ op }) => op);
  if (readers.some(({ place }) => place !== 0) || readers.length > 2) return;
  const sums = ops.find((op) => isOp(op, 'scale_sums'));
  const scaling = ops.find((op) => isOp(op, 'scale'));
  if (!sums || (scaling ? 2 : 1) !== readers.length) return;
  const [, x] = sums.inputs as [Tensor, Tensor];
  const factor = scaling?.inputs[1];
  const [made] = sums.outputs;
  const write: Scaled = { form: 'scaled', factor, y: scaling?.outputs[0], x, sums: made };
  if (!hasForm(forms, maker.core, maker.read.form, scaling ? 'scaled' : 'scaled sums')) return;
  if (!isAtHand([x, factor], uses, maker, ...ops)) return;
  for (const op of ops) rewriting.remove(op);
  rewriting.replace(maker, fusedOp(maker.core, maker.read, write));
}

/** The sum of two gradients of one map, by the kernel that makes the later of them. */
function addsWhereMade(op: Op<'add'>, rewriting: Rewriting): void {
  const { uses } = rewriting;
  const [a, b] = op.inputs as [Tensor, Tensor];
  const [y] = op.outputs;
  for (const [made, plus] of [
    [b, a],
    [a, b],
  ]) {
    const maker = uses.maker(made);
    if (made === plus || !maker || !isFused(maker) || uses.onlyUse(made)?.op !== op) continue;
    const { write } = maker;
    if (write.form !== 'scaled' || write.y !== made || write.plus || write.demodulation) continue;
    if (!isAtHand([plus], uses, maker, op)) continue;
    rewriting.remove(op);
    rewriting.replace(maker, fusedOp(maker.core, maker.read, { ...write, plus, y }));
    return;
  }
}

/** The sums by demodulating factors, by the kernel that makes the gradient that they are of. */
function demodulatesWhereMade(op: FusedOp, forms: FusedForms, rewriting: Rewriting): void {
  const { uses } = rewriting;
  const { read, write } = op;
  if (op.core.kind !== 'none' || read.form !== 'plain' || write.form !== 'scaled' || !write.demodulation) return;
  const { x, demodulation } = write;
  const maker = uses.maker(read.x);
  if (!maker || !isFused(maker) || maker.core.kind === 'none' || x === read.x) return;
  if (!isAtHand([x, ...neededFor(demodulation)], uses, maker, op)) return;
  const made = maker.write;
  if (made.form === 'scaled' && made.y === read.x && made.x === x && !made.demodulation) {
    rewriting.remove(op);
    rewriting.replace(maker, fusedOp(maker.core, maker.read, { ...made, demodulation }));
  } else if (made.form === 'plain' && made.y === read.x && hasForm(forms, maker.core, maker.read.form, 'scaled')) {
    rewriting.remove(op);
    rewriting.replace(maker, fusedOp(maker.core, maker.read, { ...write, y: made.y }));
  }
}

/** A gradient from few channels is made again by those who read it, and never stored. */
function makesAgainWhereRead(maker: FusedOp, forms: FusedForms, rewriting: Rewriting): void {
  const { uses } = rewriting;
  const { core, read, write } = maker;
  if (core.kind !== 'conv1x1' || !core.adjoint || read.form !== 'plain') return;
  if (write.form !== 'scaled' || !write.y || write.plus || uses.isOutput(write.y)) return;
  if (!hasForm(forms, core, 'plain', 'scaled sums')) return;
  const source: GradientSource = { kind: 'conv1x1', x: read.x, weight: core.weight, factor: write.factor };
  const g = write.y;
  const readers: [FusedOp, Read][] = [];
  for (const { op } of uses.readers(g)) {
    if (!isFused(op) || op.read.form !== 'unactivated') return;
    if (op.read.source.kind !== 'stored' || op.read.source.g !== g || op.read.x === g) return;
    if (!uses.isSameAt(maker.inputs, uses.place(maker), uses.place(op))) return;
    readers.push([op, { ...op.read, source }]);
  }
  for (const [op, again] of readers) rewriting.replace(op, fusedOp(op.core, again, op.write));
  rewriting.replace(maker, fusedOp(core, read, { ...write, y: undefined }));
}

/** A gradient that all its readers bring back through one activation alike is brought back before it is stored. */
function goesBackWhereMade(maker: FusedOp, forms: FusedForms, rewriting: Rewriting): void {
  const { uses } = rewriting;
  const { write } = maker;
  if (write.form !== 'scaled' || !write.y || uses.isOutput(write.y)) return;
  if (!hasForm(forms, maker.core, maker.read.form, 'scaled back')) return;
  const readers = uses.readers(write.y).map(({ op }) => op);
  const [first] = readers;
  if (!first || !isFused(first) || first.read.form !== 'unactivated' || first.read.x !== write.x) return;
  const { factor, slope, clamp } = first.read;
  const { demodulation } = write;
  if (demodulation && (demodulation.slope !== slope || demodulation.clamp !== clamp)) return;
  if (!isAtHand([write.x, factor], uses, maker, ...readers)) return;
  const alike = readers.every((op): op is FusedOp => {
    if (!isFused(op) || op.read.form !== 'unactivated') return false;
    const { read } = op;
    const isOfIt = read.source.kind === 'stored' && read.source.g === write.y && read.x === write.x;
    const same = read.factor === factor && read.slope === slope && read.clamp === clamp;
    return isOfIt && same && hasForm(forms, op.core, 'plain', writeName(op.write));
  });
  if (!alike) return;
  const y = rewriting.temp(write.y.shape);
  for (const op of readers as FusedOp[]) rewriting.replace(op, fusedOp(op.core, { form: 'plain', x: y }, op.write));
  rewriting.replace(maker, fusedOp(maker.core, maker.read, { ...write, y, back: { factor, slope, clamp } }));
}

/** Whether a kernel can read tensors at its own place instead of at that of later ops. */
function isAtHand(
  tensors: readonly (Tensor | undefined)[],
  uses: Uses,
  kernel: FusedOp,
  ...later: Parameters<Uses['place']>[0][]
): boolean {
  const place = uses.place(kernel);
  return (
    tensors.every((tensor) => !tensor || uses.isMadeBefore(tensor, place)) &&
    later.every((op) => uses.isSameAt(tensors, place, uses.place(op)))
  );
}
