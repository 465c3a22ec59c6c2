// Dense layers, rows of latents, and the small arithmetic between them.

import type { Op, Tensor } from '../../graph/graph.js';
import { type Binding, type Dispatch, type Overrides, WORKGROUP } from './dispatch.js';
import { lowerUnactivated } from './lower-modulated.js';
import { bind, size, valuewise } from './lowering.js';
import { linearColumns, packedWeight } from './pack.js';

/** Invocations of a workgroup that has a picture, or a row, for itself. */
export const ROW_WORKGROUP = 128;

/** How a dense layer's workgroup is cut: columns of four results, and parts that the inputs are summed in. */
export const DENSE = { QUADS: 16, PARTS: 16 };

export function lowerLinear({ inputs, outputs: [y], attrs: { adjoint, slope } }: Op<'linear'>): Dispatch[] {
  const [x, weight, bias] = inputs as [Tensor, Tensor, Tensor | undefined];
  const overrides = { BIAS: Number(bias !== undefined), SLOPE: slope };
  return [dense('linear', weight, adjoint, overrides, { x: bind(x), bias: bind(bias), y: bind(y) })];
}

export function lowerDemodulate({ inputs: [style, squares], outputs: [y], attrs }: Op<'demodulate'>): Dispatch[] {
  const bindings = { style: bind(style), factor: bind(y) };
  return [dense('demodulate', squares as Tensor, false, { EPSILON: attrs.epsilon }, bindings)];
}

export function lowerDemodulateGradient({ inputs, outputs: [y] }: Op<'demodulate_gradient'>): Dispatch[] {
  const [g, factor, style, squares] = inputs;
  const bindings = { g: bind(g), factor: bind(factor), style: bind(style), result: bind(y) };
  return [dense('demodulate_gradient', squares as Tensor, true, {}, bindings)];
}

/** A kernel that multiplies a vector of each picture by a weight [m, k], or by its transpose (shaders/lib/dense.wgsl). */
function dense(
  kernel: string,
  weight: Tensor,
  adjoint: boolean,
  overrides: Overrides,
  bindings: Readonly<Record<string, Binding>>,
): Dispatch {
  const [m, k] = weight.shape;
  const [into, out] = adjoint ? [m, k] : [k, m];
  return {
    kernel,
    overrides: { IN: into, OUT: out, ...overrides, ...DENSE },
    bindings: { ...bindings, weights: { kind: 'weight', weight: packedWeight(weight, linearColumns, adjoint) } },
    groups: [Math.ceil(out / (4 * DENSE.QUADS)), 1],
    flop: 2 * m * k,
  };
}

export function lowerLreluGradient({ inputs: [g, y], outputs: [result], attrs }: Op<'lrelu_gradient'>): Dispatch[] {
  return lowerUnactivated(bind(g), { x: y as Tensor, ...attrs }, bind(result));
}

export function lowerPixelNorm({ inputs: [x], outputs: [y] }: Op<'pixel_norm'>): Dispatch[] {
  return [onePicture('pixel_norm', y, { x: bind(x), y: bind(y) })];
}

export function lowerPixelNormGradient({ inputs: [g, x], outputs: [y] }: Op<'pixel_norm_gradient'>): Dispatch[] {
  return [onePicture('pixel_norm_gradient', y, { g: bind(g), x: bind(x), result: bind(y) })];
}

/** A workgroup for each picture. */
function onePicture(kernel: string, y: Tensor, bindings: Readonly<Record<string, Binding>>): Dispatch {
  return { kernel, overrides: { SIZE: size(y), WORKGROUP: ROW_WORKGROUP }, bindings, groups: [1, 1], flop: 0 };
}

export function lowerRows({ inputs: [x], outputs }: Op<'rows'>): Dispatch[] {
  const [, rows, d] = x!.shape;
  return outputs.map((row, index) => copyRow(x!, rows === 1 ? 0 : index * d, row, 0, d));
}

export function lowerStack({ inputs, outputs: [y], attrs }: Op<'stack'>): Dispatch[] {
  return inputs.map((row, index) => copyRow(row, 0, y, index * attrs.size, attrs.size));
}

function copyRow(source: Tensor | undefined, from: number, target: Tensor, to: number, count: number): Dispatch {
  return {
    kernel: 'copy_rows',
    overrides: {
      SIZE: count,
      FROM: from,
      FROM_SIZE: source ? size(source) : 0,
      TO: to,
      TO_SIZE: size(target),
      ZERO: Number(source === undefined),
      WORKGROUP,
    },
    bindings: { source: bind(source), copy: bind(target) },
    groups: [Math.ceil(count / WORKGROUP), 1],
    flop: 0,
  };
}

export function lowerAdd({ inputs: [a, b], outputs: [y] }: Op<'add'>): Dispatch[] {
  return valuewise('add', size(y), { SIZE: size(y) }, { a: bind(a), b: bind(b), y: bind(y) });
}

export function lowerAffine({ inputs: [x], outputs: [y], attrs: { scale, shift } }: Op<'affine'>): Dispatch[] {
  return valuewise('affine', size(y), { SIZE: size(y), FACTOR: scale, SHIFT: shift }, { x: bind(x), y: bind(y) });
}

export function lowerFill({ outputs: [y], attrs }: Op<'fill'>): Dispatch[] {
  return valuewise('fill', size(y), { SIZE: size(y), VALUE: attrs.value }, { y: bind(y) });
}

export function lowerLatentToW({ inputs: [v, mean, std], outputs: [w], attrs }: Op<'latent_to_w'>): Dispatch[] {
  const overrides = { SIZE: size(w), D: w.shape[2], SLOPE: attrs.slope };
  const bindings = { v: bind(v), mean: bind(mean), deviation: bind(std), w: bind(w) };
  return valuewise('latent_to_w', size(w), overrides, bindings);
}

/** @param geocross whose gradient is added to g, which may then be absent */
export function lowerLatentGradient(
  { inputs: [g, w, std], outputs: [y], attrs }: Op<'latent_gradient'>,
  geocross?: Op<'geocross_gradient'>,
): Dispatch[] {
  const [factor, , pairs] = geocross?.inputs ?? [];
  const overrides = {
    L: y.shape[1],
    D: y.shape[2],
    SLOPE: attrs.slope,
    GIVEN: Number(g !== undefined),
    GEOCROSS: Number(geocross !== undefined),
  };
  const bindings = {
    g: bind(g),
    w: bind(w),
    deviation: bind(std),
    factor: bind(factor),
    pairs: bind(pairs),
    result: bind(y),
  };
  return valuewise('latent_gradient', size(y), overrides, bindings);
}
