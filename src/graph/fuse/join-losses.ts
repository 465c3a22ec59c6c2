// From the picture to its losses, and back.

import { isOp, type Op, type Tensor } from '../graph.js';
import type { JoinedForm } from './joined-op.js';
import type { Joining } from './joining.js';
import type { AnyOp, Uses } from './uses.js';

/**
 * An objective whose terms are losses of one reduced picture, and GEOCROSS: with the reduction along the last axis, losses that
 * are only reported, the factors that the terms' gradients begin with, and the decision whether it is the best so far.
 */
export function joinLosses(joining: Joining): void {
  for (const objective of joining.ops.filter((op) => isOp(op, 'objective'))) {
    const { ops, uses } = joining;
    const losses = ops.filter((op) => isOp(op, 'pixel_loss'));
    const [small, target] = losses[0]?.inputs ?? [];
    const reduction = uses.maker(small);
    if (!reduction || !isReduction(reduction, 3, false)) continue;
    if (losses.some(({ inputs }) => inputs[0] !== small || inputs[1] !== target)) continue;
    const makers = objective.inputs.map((term) => uses.maker(term));
    const others = [...new Set(makers.filter((maker) => maker && !losses.includes(maker as Op<'pixel_loss'>)))];
    const geocrosses = others.flatMap((op) => (op && isOp(op, 'geocross') ? [op] : []));
    if (others.length !== geocrosses.length || geocrosses.length > 1 || makers.includes(undefined)) continue;
    if (geocrosses.some((op) => objective.inputs.includes(op.outputs[1]))) continue;
    const measured = [...losses, ...geocrosses].map(({ outputs: [value] }) => value);
    const behind = [...gradientFactors(objective, uses), ...decisions(objective, uses, measured)];
    const stored = [...reduction.outputs, ...geocrosses.map(({ outputs: [, pairs] }) => pairs)];
    joining.join('losses', [reduction, ...losses, ...geocrosses, objective, ...behind], objective, stored);
  }
}

/** The gradients of an objective's terms that follow from a constant, and that constant. */
function gradientFactors(objective: Op<'objective'>, uses: Uses): Op[] {
  const readers = objective.inputs.flatMap((term) => (term ? uses.readers(term) : []));
  const gradients = [...new Set(readers.map(({ op }) => op))].filter((op) => isOp(op, 'objective_gradient'));
  const seeded = gradients.filter(({ inputs: [seed, term] }) => {
    const maker = uses.maker(seed);
    const isSeed =
      maker && isOp(maker, 'fill') && uses.readers(seed!).every(({ op }) => gradients.some((g) => g === op));
    return isSeed && objective.inputs.includes(term) && !uses.isOutput(seed!);
  });
  const seeds = new Set(seeded.map(({ inputs: [seed] }) => uses.maker(seed) as Op<'fill'>));
  return [...seeds, ...seeded];
}

/** What decides by an objective and one of these losses whether it is the best so far. */
function decisions({ outputs: [total] }: Op<'objective'>, uses: Uses, losses: readonly Tensor[]): Op[] {
  const found = uses.readers(total).flatMap(({ op, place }) => (place === 0 && isOp(op, 'keep_best') ? [op] : []));
  return found.filter(({ inputs: [, distance] }) => losses.some((loss) => loss === distance)).slice(0, 1);
}

/** From the factors of the losses' gradients to the gradient of the picture before it was reduced along both axes, and scaled. */
export function joinImageGradient(joining: Joining): void {
  for (const down of joining.ops.filter((op) => isReduction(op, 2, true))) {
    const { uses } = joining;
    const across = onlyMaker(down.inputs[0], uses);
    if (!across || !isReduction(across, 3, true)) continue;
    const sum = onlyMaker(across.inputs[0], uses);
    const sources = sum && isOp(sum, 'add') ? sum.inputs.map((tensor) => onlyMaker(tensor, uses)) : [sum];
    const gradients = sources.flatMap((op) => (op && isOp(op, 'pixel_loss_gradient') ? [op] : []));
    const [first, second] = gradients;
    if (gradients.length !== sources.length) continue;
    if (second && (second.attrs.term === first.attrs.term || !isOfSame(first, second))) continue;
    const behind = uses.onlyUse(down.outputs[0])?.op;
    const scaling = behind && isOp(behind, 'affine') && behind.attrs.shift === 0 ? [behind] : [];
    const adding = sum && isOp(sum, 'add') ? [sum] : [];
    joining.join('image gradient', [...gradients, ...adding, across, down, ...scaling], scaling[0] ?? down);
  }
}

function isOfSame(a: Op<'pixel_loss_gradient'>, b: Op<'pixel_loss_gradient'>): boolean {
  return a.inputs[1] === b.inputs[1] && a.inputs[2] === b.inputs[2];
}

/** A picture that is scaled before it is reduced or kept is scaled where it is read. */
export function joinScaledImage(joining: Joining): void {
  for (const scaling of joining.ops.filter((op) => isOp(op, 'affine'))) {
    const { uses } = joining;
    const [x] = scaling.inputs as [Tensor];
    const [image] = scaling.outputs;
    // A state might be another where it is read later.
    if (x.kind === 'state' || uses.isOutput(image)) continue;
    const readers = uses.readers(image).map(({ op, place }) => [op, formOf(op, place)] as const);
    const known = readers.flatMap(([op, form]) => (form ? [[op, form] as const] : []));
    if (known.length === readers.length) joining.copyToReaders(scaling, new Map(known));
  }
}

function formOf(op: AnyOp, place: number): JoinedForm | undefined {
  if (isReduction(op, 2, false) || isReduction(op, 3, false)) return 'scaled reduction';
  return isOp(op, 'keep_if') && place === 1 ? 'scaled keeping' : undefined;
}

function isReduction(op: AnyOp, axis: 2 | 3, adjoint: boolean): op is Op<'bicubic'> {
  return isOp(op, 'bicubic') && op.attrs.axis === axis && op.attrs.adjoint === adjoint;
}

function onlyMaker(tensor: Tensor | undefined, uses: Uses): AnyOp | undefined {
  return tensor && uses.onlyUse(tensor) ? uses.maker(tensor) : undefined;
}
