// What StyleGAN2's layers have before and behind their convolutions, forward and backward.

import type { Read, Write } from '../../graph/fuse/fused-op.js';
import { type Binding, type Dispatch, type Overrides, WORKGROUP } from './dispatch.js';
import { bind, clampOverride, sizes, valuewise } from './lowering.js';
import { reductionTiles } from './tiles.js';

type Activated = Extract<Write, { readonly form: 'activated' }>;
type Unactivated = Extract<Read, { readonly form: 'unactivated' }>;
type Scaled = Extract<Write, { readonly form: 'scaled' }>;

/** What a kernel with an epilogue (shaders/lib/activate.wgsl) is told of it. */
export interface Epilogue {
  readonly overrides: Overrides;
  readonly bindings: Readonly<Record<string, Binding>>;
}

/** An epilogue, or none. */
export function epilogueOf(write: Activated | undefined): Epilogue {
  const { factor, noise, bias, slope = 1, clamp = Infinity } = write ?? {};
  return {
    overrides: {
      ACTIVATE: Number(write !== undefined),
      FACTOR: Number(factor !== undefined),
      NOISE: Number(noise !== undefined),
      SLOPE: slope,
      CLAMP: clampOverride(clamp),
    },
    bindings: {
      factor: bind(factor),
      noise: bind(noise?.map),
      noise_weight: bind(noise?.weight),
      bias: bind(bias),
    },
  };
}

/** The way back through an activation: g·slope(x) where |x| < clamp, times a factor where there is one. */
export function lowerUnactivated(
  g: Binding,
  { x, factor, slope, clamp }: Pick<Unactivated, 'x' | 'factor' | 'slope' | 'clamp'>,
  result: Binding,
): Dispatch[] {
  const [, c, h, w] = x.shape;
  const overrides = {
    SIZE: c * h * w,
    PIXELS: h * w,
    FACTOR: Number(factor !== undefined),
    SLOPE: slope,
    CLAMP: clampOverride(clamp),
  };
  return valuewise('lrelu_gradient', c * h * w, overrides, { g, y: bind(x), factor: bind(factor), result });
}

/**
 * What comes back to a map that was scaled before it was read, and to the factors that demodulated it.
 *
 * @param parts how many maps one behind the other the gradient is the sum of
 */
export function lowerScaledGradient(g: Binding, write: Omit<Scaled, 'form'>, parts = 1): Dispatch[] {
  const { x, factor, plus, y, sums, demodulation, back } = write;
  const [, c, h, w] = x.shape;
  const { workgroup, tile, tiles } = reductionTiles(h * w);
  if (back?.factor && demodulation && back.factor !== demodulation.factor) {
    throw new Error('no kernel scales a gradient that goes back by another factor than what demodulated');
  }
  const partial: Binding = sums || demodulation ? { kind: 'scratch', size: 2 * c * tiles } : { kind: 'none' };
  const { slope = 1, clamp = Infinity } = demodulation ?? back ?? {};
  const perTile: Dispatch = {
    kernel: 'scaled_gradient',
    overrides: {
      C: c,
      PIXELS: h * w,
      PARTS: parts,
      TILES: tiles,
      TILE: tile,
      FACTOR: Number(factor !== undefined),
      PLUS: Number(plus !== undefined),
      STORE: Number(y !== undefined),
      SUMS: Number(sums !== undefined),
      DEMODULATE: Number(demodulation !== undefined),
      NOISE: Number(demodulation?.noise !== undefined),
      BACK: back ? (back.factor ? 2 : 1) : 0,
      SLOPE: slope,
      CLAMP: clampOverride(clamp),
      WORKGROUP: workgroup,
    },
    bindings: {
      g,
      factor: bind(factor),
      plus: bind(plus),
      x: bind(x),
      demodulation: bind(demodulation?.factor ?? back?.factor),
      noise: bind(demodulation?.noise?.map),
      noise_weight: bind(demodulation?.noise?.weight),
      bias: bind(demodulation?.bias),
      y: bind(y),
      tiles: partial,
    },
    groups: [tiles, c],
    flop: 0,
  };
  return sums || demodulation ? [perTile, scaledSums(partial, tiles, write)] : [perTile];
}

/** The sums of each channel, from those of its tiles. */
function scaledSums(
  partial: Binding,
  tiles: number,
  { x, sums, demodulation }: Pick<Scaled, 'x' | 'sums' | 'demodulation'>,
): Dispatch {
  const [, c] = x.shape;
  return {
    kernel: 'scaled_sums',
    overrides: { WORKGROUP },
    bindings: {
      tiles: partial,
      demodulation: bind(demodulation?.factor),
      sums: bind(sums),
      demodulated: bind(demodulation?.sums),
      shape: sizes(c, tiles, Number(sums !== undefined), Number(demodulation !== undefined)),
    },
    groups: [c, 1],
    flop: 0,
  };
}
