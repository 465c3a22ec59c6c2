// What all layers have for themselves beside their maps: styles, demodulation, and the way back.

import { isOp, type Op, type Tensor } from '../graph.js';
import type { JoinedOp } from './joined-op.js';
import { independent, type Joining } from './joining.js';
import type { AnyOp } from './uses.js';

/** `rows`, with all dense layers that read them. */
export function joinStyles(joining: Joining): void {
  for (const rows of joining.ops.filter((op) => isOp(op, 'rows'))) {
    const { uses } = joining;
    const readers = rows.outputs.flatMap((row) => uses.readers(row));
    const linears = readers.flatMap(({ op, place }) => (place === 0 && isProduct(op, false) ? [op] : []));
    if (linears.length !== readers.length || rows.outputs.some((row) => uses.isOutput(row))) continue;
    joining.join('styles', [rows, ...linears], rows);
  }
}

/** Adjoints of dense layers, added up for each row; then the rows stacked, or the only one. */
export function joinStyleGradients(joining: Joining): void {
  const isRoot = (op: AnyOp): op is Op<'stack'> | Op<'add'> => isOp(op, 'stack') || isOp(op, 'add');
  // From the last to the first: a sum before its parts.
  for (const root of joining.ops.filter(isRoot).reverse()) {
    if (!joining.ops.includes(root)) continue;
    const rows = isOp(root, 'stack') ? root.inputs : root.outputs;
    const parts: Op[] = isOp(root, 'stack') ? [root] : [];
    const isSum = (tensor: Tensor): boolean => {
      const maker = joining.uses.maker(tensor);
      if (!maker || (maker !== root && !joining.uses.onlyUse(tensor))) return false;
      if (!isProduct(maker, true) && !isOp(maker, 'add')) return false;
      parts.push(maker);
      return isOp(maker, 'linear') || (maker.inputs as readonly Tensor[]).every(isSum);
    };
    if (rows.every((row) => !row || isSum(row))) joining.join('style gradients', [...new Set(parts)], root);
  }
}

/** A dense layer without an activation; an adjoint without a bias as well. */
function isProduct(op: AnyOp, adjoint: boolean): op is Op<'linear'> {
  if (!isOp(op, 'linear') || op.attrs.adjoint !== adjoint || op.attrs.slope !== 1) return false;
  return !adjoint || op.inputs[2] === undefined;
}

/** Of joined style gradients: for each row of the result the products that it is the sum of. */
export function sumsOfProducts({ parts, outputs: [result] }: JoinedOp): readonly (readonly Op<'linear'>[])[] {
  const makers = new Map(parts.flatMap((op) => op.outputs.map((output) => [output, op] as const)));
  const productsOf = (tensor: Tensor | undefined): Op<'linear'>[] => {
    const maker = tensor && makers.get(tensor);
    if (!maker) return [];
    return isOp(maker, 'linear') ? [maker] : maker.inputs.flatMap(productsOf);
  };
  const last = makers.get(result)!;
  return isOp(last, 'stack') ? last.inputs.map(productsOf) : [productsOf(result)];
}

/** The factors of all layers. */
export function joinDemodulations(joining: Joining): void {
  const all = independent(joining.ops.filter((op) => isOp(op, 'demodulate')));
  if (all.length > 0) joining.join('demodulations', all, all[0]);
}

/** Their gradients, each with what is added to it; but what is made of another of them. */
export function joinDemodulationGradients(joining: Joining): void {
  const { uses } = joining;
  const all = joining.ops.filter((op) => isOp(op, 'demodulate_gradient'));
  const adds = all.map(({ outputs: [made] }) => {
    const use = uses.onlyUse(made)?.op;
    return use && isOp(use, 'add') ? use : undefined;
  });
  const made = new Set([...all, ...adds].flatMap((op) => op?.outputs ?? []));
  const parts = all.flatMap((op, index): Op[] => {
    if (op.inputs.some((tensor) => tensor && made.has(tensor))) return [];
    const add = adds[index];
    const isApart = add?.inputs.every((tensor) => tensor === op.outputs[0] || !made.has(tensor!));
    return add && isApart ? [op, add] : [op];
  });
  const places = parts.map((op) => uses.place(op));
  const last = parts[places.indexOf(Math.max(...places))];
  if (last) joining.join('demodulation gradients', parts, last);
}
