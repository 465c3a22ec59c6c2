// StyleGAN1's epilogue, forward and backward, and blur.

import type { Op, Tensor } from '../../graph/graph.js';
import { type Binding, type Dispatch, powerOfTwo, WORKGROUP } from './dispatch.js';
import { bind, perPixel, sumTiles } from './lowering.js';
import { reductionTiles } from './tiles.js';

export function lowerBlur({ inputs: [x], outputs: [y] }: Op<'blur'>): Dispatch[] {
  const [, c, h, w] = y.shape;
  return [
    {
      kernel: 'blur',
      overrides: { C: c, H: h, W: w, WORKGROUP },
      bindings: { x: bind(x), y: bind(y) },
      groups: [Math.ceil((Math.ceil(w / 4) * h) / WORKGROUP), c],
      flop: 0,
    },
  ];
}

export function lowerStyled({ inputs, outputs, attrs }: Op<'styled'>): Dispatch[] {
  const [y, noise, noiseWeight, bias, style] = inputs;
  const [x, coefficients, moments] = outputs;
  const [, c, h, w] = x.shape;
  const { workgroup, tile, tiles } = reductionTiles(h * w);
  const cut = { C: c, PIXELS: h * w, TILES: tiles, TILE: tile };
  const partial: Binding = { kind: 'scratch', size: 2 * c * tiles };
  return [
    {
      kernel: 'styled',
      overrides: {
        ...cut,
        SHARED: Number(y!.kind === 'constant'),
        NOISE: Number(noise !== undefined),
        SLOPE: attrs.slope,
        WORKGROUP: workgroup,
      },
      bindings: {
        y: bind(y),
        noise: bind(noise),
        noise_weight: bind(noiseWeight),
        bias: bind(bias),
        x: bind(x),
        tiles: partial,
      },
      groups: [tiles, c],
      flop: 0,
    },
    {
      kernel: 'styled_coefficients',
      overrides: { ...cut, EPSILON: attrs.epsilon, WORKGROUP: powerOfTwo(tiles, 8, 64) },
      bindings: { tiles: partial, style: bind(style), coefficients: bind(coefficients), moments: bind(moments) },
      groups: [c, 1],
      flop: 0,
    },
  ];
}

export function lowerModulate({ inputs: [x, coefficients], outputs: [y] }: Op<'modulate'>): Dispatch[] {
  return [perPixel('modulate', y, {}, { x: bind(x), coefficients: bind(coefficients), y: bind(y) })];
}

export function lowerStyledSums({ inputs: [g, x, moments], outputs: [sums] }: Op<'styled_sums'>): Dispatch[] {
  const [, c, h, w] = (x as Tensor).shape;
  const { workgroup, tile, tiles } = reductionTiles(h * w);
  const partial: Binding = { kind: 'scratch', size: 2 * c * tiles };
  return [
    {
      kernel: 'styled_sums',
      overrides: { C: c, PIXELS: h * w, TILES: tiles, TILE: tile, WORKGROUP: workgroup },
      bindings: { g: bind(g), x: bind(x), moments: bind(moments), tiles: partial },
      groups: [tiles, c],
      flop: 0,
    },
    sumTiles(2 * c, tiles, 1, partial, sums),
  ];
}

export function lowerStyledGradient({ inputs, outputs: [y], attrs }: Op<'styled_gradient'>): Dispatch[] {
  const [g, x, coefficients, moments, sums] = inputs.map(bind);
  const bindings = { g, x, coefficients, moments, sums, result: bind(y) };
  return [perPixel('styled_gradient', y, { SLOPE: attrs.slope }, bindings)];
}

export function lowerNoiseGradient({ inputs: [g, noiseWeight], outputs: [y] }: Op<'noise_gradient'>): Dispatch[] {
  const bindings = { g: bind(g), noise_weight: bind(noiseWeight), result: bind(y) };
  const dispatch = perPixel('noise_gradient', g as Tensor, {}, bindings);
  return [{ ...dispatch, groups: [dispatch.groups[0], 1] }];
}
