// What StyleGAN1's layers have before and behind their convolutions, forward and backward.

import type { Read, Write } from '../../graph/fuse/fused-op.js';
import type { Tensor } from '../../graph/graph.js';
import { type Binding, type Dispatch, type PackedWeight, WORKGROUP } from './dispatch.js';
import { WHOLE_CHANNEL } from './forms.js';
import { bind, sizes } from './lowering.js';
import { channelCut, reductionTiles, stripTiles } from './tiles.js';
import type { KernelDevice } from './variants.js';

type Styled = Extract<Write, { readonly form: 'styled' }>;
type Summed = Extract<Write, { readonly form: 'summed' }>;
type Gradient = Extract<Read, { readonly form: 'gradient' }>;

/** A map that a kernel finishes. */
export interface Unfinished {
  readonly map: Binding;
  /** How many maps one behind the other it is the sum of. */
  readonly parts: number;
  /** Whether it is a constant, the same for all pictures. */
  readonly shared?: boolean;
  /** Where it is to be blurred first: by how much the samples of a pixel begin before it (shaders/blur.wgsl). */
  readonly blur?: 0 | 1;
}

/** Workgroups of this many invocations add up tiles. */
const ADDING = 128;

/** Noise, bias and activation, with mean, a and b of the channel. */
export function lowerEpilogue({ map, parts, shared, blur }: Unfinished, write: Styled): Dispatch[] {
  const { noise, bias, style, slope, epsilon, x, coefficients, moments } = write;
  const [, c, h, w] = x.shape;
  const bindings = { y: map, noise: bind(noise?.map), noise_weight: bind(noise?.weight), bias: bind(bias), x: bind(x) };
  const overrides = { BLUR: Number(blur !== undefined), SLOPE: slope };
  const flags = [Number(shared ?? false), Number(noise !== undefined)];
  const results = { style: bind(style), coefficients: bind(coefficients), moments: bind(moments) };
  const before = blur ?? 1;
  if (h * w <= WHOLE_CHANNEL) {
    const { rows, staged, workgroup } = channelCut(h, w, before);
    return [
      {
        kernel: 'styled_channel',
        overrides: { ...overrides, EPSILON: epsilon, STAGED: staged, WORKGROUP: workgroup },
        bindings: { ...bindings, ...results, shape: sizes(c, h, w, before, parts, rows, ...flags) },
        groups: [c, 1],
        flop: 0,
      },
    ];
  }
  const { rows, workgroup, strips, tiles } = stripTiles(h, w);
  const partial: Binding = { kind: 'scratch', size: 3 * c * tiles };
  return [
    {
      kernel: 'styled',
      overrides: { ...overrides, WORKGROUP: workgroup },
      bindings: { ...bindings, tiles: partial, shape: sizes(c, h, w, before, parts, rows, strips, tiles, ...flags) },
      groups: [tiles, c],
      flop: 0,
    },
    coefficientsOf(partial, tiles, write),
  ];
}

/** The affine map of each channel, from the moments of its tiles. */
export function coefficientsOf(partial: Binding, tiles: number, write: Styled): Dispatch {
  const { style, epsilon, x, coefficients, moments } = write;
  const [, c] = x.shape;
  return {
    kernel: 'styled_coefficients',
    overrides: { EPSILON: epsilon, WORKGROUP: ADDING },
    bindings: {
      tiles: partial,
      style: bind(style),
      coefficients: bind(coefficients),
      moments: bind(moments),
      shape: sizes(c, tiles),
    },
    groups: [c, 1],
    flop: 0,
  };
}

/** The sums of a gradient g of the styled map of x. */
export function lowerSums(g: Binding, write: Summed): Dispatch[] {
  const { x, moments } = write;
  const [, c, h, w] = x.shape;
  const { workgroup, tile, tiles } = reductionTiles(h * w);
  const partial: Binding = { kind: 'scratch', size: 2 * c * tiles };
  return [
    {
      kernel: 'styled_sums',
      overrides: { WORKGROUP: workgroup },
      bindings: { g, x: bind(x), moments: bind(moments), tiles: partial, shape: sizes(c, h * w, tile, tiles) },
      groups: [tiles, c],
      flop: 0,
    },
    ratesOf(partial, tiles, write),
  ];
}

/** The same of a gradient that the adjoint of a 1×1 convolution makes of few channels, and that is not stored. */
export function lowerPointwiseSums(from: Tensor, weight: PackedWeight, write: Summed): Dispatch[] {
  const { x, moments } = write;
  const [, c, h, w] = x.shape;
  const [, into] = from.shape;
  const { workgroup, tile, tiles } = reductionTiles(h * w);
  const partial: Binding = { kind: 'scratch', size: 2 * c * tiles };
  return [
    {
      kernel: 'conv1x1_sums',
      overrides: { WORKGROUP: workgroup },
      bindings: {
        x: bind(from),
        weights: { kind: 'weight', weight },
        map: bind(x),
        moments: bind(moments),
        tiles: partial,
        shape: sizes(into, c, h * w, tile, tiles),
      },
      groups: [tiles, Math.ceil(c / 4)],
      flop: 2 * into * c * h * w,
    },
    ratesOf(partial, tiles, write),
  ];
}

/** The sums of each channel, from those of its tiles, and the rates that follow from them. */
export function ratesOf(partial: Binding, tiles: number, { x, moments, sums, rates }: Summed): Dispatch {
  const [, c, h, w] = x.shape;
  return {
    kernel: 'styled_rates',
    overrides: { WORKGROUP: ADDING },
    bindings: {
      tiles: partial,
      coefficients: bind(rates?.coefficients),
      moments: bind(moments),
      sums: bind(sums),
      rates: bind(rates?.made),
      shape: sizes(c, h * w, tiles, Number(rates !== undefined)),
    },
    groups: [c, 1],
    flop: 0,
  };
}

/** The sums of a whole channel, and the gradient brought back through its layer. @throws Error where it is to go nowhere */
export function lowerGoneBack(
  { map, parts }: Unfinished,
  { x, moments, sums, back }: Summed,
  { shortKernels }: KernelDevice,
): Dispatch[] {
  if (!back) throw new Error('no kernel takes the sums of a whole channel alone');
  const [, c, h, w] = x.shape;
  const { rows, staged, workgroup } = channelCut(h, w, 1);
  const flags = { BLUR: Number(back.blurred !== undefined), LOOPED: Number(shortKernels ?? false) };
  return [
    {
      kernel: 'gradient_channel',
      overrides: { ...flags, STAGED: staged, SLOPE: back.slope, WORKGROUP: workgroup },
      bindings: {
        g: map,
        x: bind(x),
        coefficients: bind(back.coefficients),
        moments: bind(moments),
        sums: bind(sums),
        y: bind(back.y),
        blurred: bind(back.blurred),
        shape: sizes(c, h, w, 1, parts, rows, Number(back.y !== undefined)),
      },
      groups: [c, 1],
      flop: 0,
    },
  ];
}

/** A stored gradient of a styled map, brought back through its layer. @throws Error where it comes without rates */
export function lowerGradient(g: Binding, { x, rates, slope }: Gradient, result: Binding): Dispatch[] {
  const [, c, h, w] = x.shape;
  return [
    {
      kernel: 'styled_gradient',
      overrides: { SLOPE: slope, WORKGROUP },
      bindings: { g, x: bind(x), rates: bind(ratesIn(rates)), result, shape: sizes(c, h * w) },
      groups: [Math.ceil((h * w) / (4 * WORKGROUP)), c],
      flop: 0,
    },
  ];
}

export function ratesIn(rates: Tensor | undefined): Tensor {
  if (!rates) throw new Error('no kernel reads a gradient without rates');
  return rates;
}
