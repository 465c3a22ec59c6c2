// The ops that layers are made of, each alone: what runs where nothing is fused (lower-maps.ts has what does).

import type { Op, Tensor } from '../../graph/graph.js';
import { type Dispatch, WORKGROUP } from './dispatch.js';
import { lowerScaledGradient } from './lower-modulated.js';
import { bind, clampOverride, perChannel, perPixel } from './lowering.js';

export function lowerRepeat({ inputs: [x], outputs: [y] }: Op<'repeat'>): Dispatch[] {
  return [perPixel('repeat', y, {}, { x: bind(x), y: bind(y) })];
}

export function lowerAddNoise({ inputs: [x, noise, weight], outputs: [y] }: Op<'add_noise'>): Dispatch[] {
  const bindings = { x: bind(x), noise: bind(noise), noise_weight: bind(weight), y: bind(y) };
  return [perPixel('add_noise', y, {}, bindings)];
}

export function lowerBiasAct({ inputs: [x, bias], outputs: [y], attrs }: Op<'bias_act'>): Dispatch[] {
  const overrides = { SLOPE: attrs.slope, CLAMP: clampOverride(attrs.clamp) };
  return [perPixel('bias_act', y, overrides, { x: bind(x), bias: bind(bias), y: bind(y) })];
}

export function lowerInstanceNorm({ inputs: [x], outputs: [y], attrs }: Op<'instance_norm'>): Dispatch[] {
  const overrides = { EPSILON: attrs.epsilon, GRADIENT: 0 };
  return [perChannel('instance_norm', y, overrides, { x: bind(x), g: bind(undefined), y: bind(y) })];
}

export function lowerInstanceNormGradient(op: Op<'instance_norm_gradient'>): Dispatch[] {
  const [g, x] = op.inputs;
  const [y] = op.outputs;
  const overrides = { EPSILON: op.attrs.epsilon, GRADIENT: 1 };
  return [perChannel('instance_norm', y, overrides, { x: bind(x), g: bind(g), y: bind(y) })];
}

export function lowerModulate({
  op,
  inputs: [x, style],
  outputs: [y],
}: Op<'modulate' | 'modulate_gradient'>): Dispatch[] {
  const overrides = { GRADIENT: Number(op === 'modulate_gradient') };
  return [perPixel('modulate', y, overrides, { x: bind(x), style: bind(style), y: bind(y) })];
}

export function lowerModulateSums({ inputs: [g, x], outputs: [sums] }: Op<'modulate_sums'>): Dispatch[] {
  return [perChannel('modulate_sums', g as Tensor, {}, { g: bind(g), x: bind(x), sums: bind(sums) })];
}

export function lowerScale({ inputs: [x, factor], outputs: [y] }: Op<'scale'>): Dispatch[] {
  return [perPixel('scale', y, {}, { x: bind(x), factor: bind(factor), y: bind(y) })];
}

export function lowerScaleSums({ inputs: [g, x], outputs: [sums] }: Op<'scale_sums'>): Dispatch[] {
  return lowerScaledGradient(bind(g), { x: x as Tensor, sums });
}

/** Both kernels take a pixel of the smaller map an invocation. */
export function lowerUpsample({ inputs: [x], outputs: [y], attrs: { adjoint } }: Op<'upsample'>): Dispatch[] {
  const small = adjoint ? y : (x as Tensor);
  const [, c, h, w] = small.shape;
  return [
    {
      kernel: adjoint ? 'upsample_adjoint' : 'upsample',
      overrides: { C: c, H: h, W: w, WORKGROUP },
      bindings: { x: bind(x), y: bind(y) },
      groups: [Math.ceil((h * w) / WORKGROUP), c],
      flop: 0,
    },
  ];
}

export function lowerNoiseGradient({ inputs: [g, noiseWeight], outputs: [y] }: Op<'noise_gradient'>): Dispatch[] {
  const bindings = { g: bind(g), noise_weight: bind(noiseWeight), result: bind(y) };
  const dispatch = perPixel('noise_gradient', g as Tensor, {}, bindings);
  return [{ ...dispatch, groups: [dispatch.groups[0], 1] }];
}
