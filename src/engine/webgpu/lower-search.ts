// Losses and their gradients, and the updates at the end of a search step.

import { bicubicTaps, reflectBefore } from '../../graph/bicubic.js';
import type { Op } from '../../graph/graph.js';
import { ADAM, MOMENTUM } from '../../graph/optimisers.js';
import { type Binding, type Dispatch, type Overrides, WORKGROUP } from './dispatch.js';
import { ROW_WORKGROUP } from './lower-latent.js';
import { bind, scalars, size, sumTiles, valuewise } from './lowering.js';
import { reductionTiles } from './tiles.js';

/** What a term of the loss is multiplied with, beside the mean. PULSE takes its L1 ten times. */
export const TERM_FACTORS = { L2: 1, L1: 10 } as const;

/** @param scaling what the samples go through before they are reduced */
export function lowerBicubic(
  { inputs, outputs: [y], attrs: { axis, factor, adjoint } }: Op<'bicubic'>,
  scaling?: Op<'affine'>,
): Dispatch[] {
  const [x] = scaling?.inputs ?? inputs;
  const shape = x!.shape;
  const taps = tapsOf(factor);
  const overrides = {
    OUTER: axis === 2 ? shape[1] : shape[1] * shape[2],
    INNER: axis === 2 ? shape[3] : 1,
    FACTOR: factor,
    BEFORE: reflectBefore(factor),
  };
  const side = shape[axis];
  return adjoint
    ? valuewise('bicubic_adjoint', size(y), { ...overrides, TO: side }, { y: bind(x), taps, x: bind(y) })
    : valuewise('bicubic', size(y), { ...overrides, FROM: side, ...scaled(scaling) }, { x: bind(x), taps, y: bind(y) });
}

/** The taps of a reduction. */
export function tapsOf(factor: number): Binding {
  return { kind: 'table', key: `bicubic-${factor}`, data: Float32Array.from(bicubicTaps(factor)) };
}

function scaled(scaling: Op<'affine'> | undefined): Overrides {
  const { scale, shift } = scaling?.attrs ?? { scale: 1, shift: 0 };
  return { SCALE: scale, SHIFT: shift };
}

export function lowerPixelLoss({
  inputs: [x, target],
  outputs: [loss],
  attrs: { term },
}: Op<'pixel_loss'>): Dispatch[] {
  const count = size(x!);
  const { workgroup, tile, tiles } = reductionTiles(count);
  const partial: Binding = { kind: 'scratch', size: tiles };
  return [
    {
      kernel: 'pixel_loss',
      overrides: { SIZE: count, TILES: tiles, TILE: tile, L1: Number(term === 'L1'), WORKGROUP: workgroup },
      bindings: { x: bind(x), goal: bind(target), tiles: partial },
      groups: [tiles, 1],
      flop: 0,
    },
    sumTiles(1, tiles, TERM_FACTORS[term] / count, partial, loss),
  ];
}

export function lowerPixelLossGradient({
  inputs,
  outputs: [y],
  attrs: { term },
}: Op<'pixel_loss_gradient'>): Dispatch[] {
  const [g, x, goal] = inputs.map(bind);
  // The derivative of (x − target)² has a factor of 2 of its own, that of |x − target| none.
  const FACTOR = term === 'L1' ? TERM_FACTORS.L1 : 2 * TERM_FACTORS.L2;
  const overrides = { SIZE: size(y), L1: Number(term === 'L1'), FACTOR };
  return valuewise('pixel_loss_gradient', size(y), overrides, { g, x, goal, result: bind(y) });
}

export function lowerGeocross(op: Op<'geocross'>): Dispatch[] {
  const [, rows] = op.inputs[0]!.shape;
  const values: Binding = { kind: 'scratch', size: rows * rows };
  return [geocrossPairs(op, values), sumTiles(1, rows * rows, 1, values, op.outputs[0])];
}

/** GEOCROSS pair by pair: the sum of the values is still to be made. */
export function geocrossPairs({ inputs: [w], outputs: [, pairs] }: Op<'geocross'>, values: Binding): Dispatch {
  const [, rows, d] = w!.shape;
  return {
    kernel: 'geocross',
    overrides: { L: rows, D: d, WORKGROUP },
    bindings: { w: bind(w), values, pairs: bind(pairs) },
    groups: [rows, rows],
    flop: 6 * rows * rows * d,
  };
}

export function lowerGeocrossGradient({ inputs: [g, w, pairs], outputs: [y] }: Op<'geocross_gradient'>): Dispatch[] {
  const [, rows, d] = y.shape;
  return [
    {
      kernel: 'geocross_gradient',
      overrides: { L: rows, D: d, WORKGROUP },
      bindings: { g: bind(g), w: bind(w), pairs: bind(pairs), result: bind(y) },
      groups: [Math.ceil(d / WORKGROUP), rows],
      flop: 6 * rows * rows * d,
    },
  ];
}

export function lowerObjective({ inputs, outputs: [total], attrs: { weights, floors } }: Op<'objective'>): Dispatch[] {
  return [
    {
      kernel: 'objective',
      overrides: {
        TERMS: inputs.length,
        WEIGHT0: weights[0] ?? 0,
        WEIGHT1: weights[1] ?? 0,
        WEIGHT2: weights[2] ?? 0,
        FLOOR0: finiteFloor(floors[0]),
        FLOOR1: finiteFloor(floors[1]),
        FLOOR2: finiteFloor(floors[2]),
      },
      bindings: { term0: bind(inputs[0]), term1: bind(inputs[1]), term2: bind(inputs[2]), total: bind(total) },
      groups: [1, 1],
      flop: 0,
    },
  ];
}

export function lowerObjectiveGradient({
  inputs: [g, term],
  outputs: [y],
  attrs,
}: Op<'objective_gradient'>): Dispatch[] {
  return [
    {
      kernel: 'objective_gradient',
      overrides: { WEIGHT: attrs.weight, FLOOR: finiteFloor(attrs.floor) },
      bindings: { g: bind(g), term: bind(term), result: bind(y) },
      groups: [1, 1],
      flop: 0,
    },
  ];
}

/** WGSL has no infinities: the most negative number stands for −∞ where it is only compared with. */
export function finiteFloor(floor: number | undefined): number {
  return Math.max(floor ?? Number.NEGATIVE_INFINITY, -3.4028234663852886e38);
}

/** The optimisers in the order of optimise.wgsl's KIND. */
const KINDS: readonly Op<'optimise'>['attrs']['kind'][] = ['sgd', 'sgdm', 'adam', 'adamax'];

export function lowerOptimise({ inputs, attrs: { kind } }: Op<'optimise'>): Dispatch[] {
  const [param, g, first, second] = inputs;
  const count = size(param!);
  const overrides = { SIZE: count, ...optimiserOverrides(kind) };
  const bindings = { param: bind(param), g: bind(g), first: bind(first), second: bind(second), scalars };
  return valuewise('optimise', count, overrides, bindings);
}

/** What the kernels that use shaders/lib/optimiser.wgsl are told of it. */
export function optimiserOverrides(kind: Op<'optimise'>['attrs']['kind']): Overrides {
  return {
    KIND: KINDS.indexOf(kind),
    MOMENTUM,
    BETA1: ADAM.beta1,
    REST1: 1 - ADAM.beta1,
    BETA2: ADAM.beta2,
    REST2: 1 - ADAM.beta2,
    EPSILON: ADAM.epsilon,
  };
}

export function lowerSphere({ inputs: [param, radius] }: Op<'sphere'>): Dispatch[] {
  const rows = param!.shape[1];
  return [
    {
      kernel: 'sphere',
      overrides: { ROWS: rows, SIZE: size(param!) / rows, WORKGROUP: ROW_WORKGROUP },
      bindings: { param: bind(param), radius: bind(radius) },
      groups: [rows, 1],
      flop: 0,
    },
  ];
}

export function lowerKeepBest({ inputs, attrs: { eps } }: Op<'keep_best'>): Dispatch[] {
  const [total, distance, best, within, best_step, improved] = inputs.map(bind);
  const bindings = { total, distance, best, within, best_step, improved, scalars };
  return [{ kernel: 'keep_best', overrides: { EPS: eps }, bindings, groups: [1, 1], flop: 0 }];
}

/** @param scaling what the source goes through before it is kept */
export function lowerKeepIf({ inputs: [improved, source, kept] }: Op<'keep_if'>, scaling?: Op<'affine'>): Dispatch[] {
  const from = scaling?.inputs[0] ?? source;
  const bindings = { improved: bind(improved), source: bind(from), kept: bind(kept) };
  const overrides = { SIZE: size(source!), ...scaled(scaling) };
  return valuewise('keep_if', size(source!), overrides, bindings);
}
