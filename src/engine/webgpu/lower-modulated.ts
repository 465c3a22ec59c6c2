// What StyleGAN2's layers have before and behind their convolutions, forward and backward.

import type { Demodulation, Read, Write } from '../../graph/fuse/fused-op.js';
import { elements, type Shape, type Tensor } from '../../graph/graph.js';
import type { Binding, Dispatch, Overrides } from './dispatch.js';
import { bind, clampOverride, sumTiles, valuewise } from './lowering.js';
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
  g: Tensor,
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
  return valuewise('lrelu_gradient', c * h * w, overrides, { g: bind(g), y: bind(x), factor: bind(factor), result });
}

/** What comes back to a map that was scaled before it was read; then what comes back to the factors that demodulated it. */
export function lowerScaledGradient(g: Binding, write: Scaled): Dispatch[] {
  const { x, factor, plus, y, sums, demodulation, back } = write;
  if (back) throw new Error('no kernel stores a gradient brought back through an activation');
  if (demodulation && !y && (factor || plus)) throw new Error('no kernel demodulates by a gradient that is not stored');
  return [
    ...(y || sums ? scaleGradient(g, { x, factor, plus, y, sums }) : []),
    ...(demodulation ? demodulationSums(y ? bind(y) : g, x, demodulation) : []),
  ];
}

/** y = factor·g + plus and Σ g·x, each where it is wanted. */
export function scaleGradient(g: Binding, { x, factor, plus, y, sums }: Omit<Scaled, 'form'>): Dispatch[] {
  const given = { FACTOR: factor, PLUS: plus, STORE: y, SUMS: sums };
  const overrides = Object.fromEntries(
    Object.entries(given).map(([name, tensor]) => [name, Number(tensor !== undefined)]),
  );
  const bindings = { g, factor: bind(factor), plus: bind(plus), x: bind(x), y: bind(y) };
  return summedPerChannel('scale_gradient', x.shape, overrides, bindings, sums);
}

function demodulationSums(
  g: Binding,
  x: Tensor,
  { factor, noise, bias, slope, clamp, sums }: Demodulation,
): Dispatch[] {
  const overrides = { NOISE: Number(noise !== undefined), SLOPE: slope, CLAMP: clampOverride(clamp) };
  const bindings = {
    g,
    x: bind(x),
    factor: bind(factor),
    noise: bind(noise?.map),
    noise_weight: bind(noise?.weight),
    bias: bind(bias),
  };
  return summedPerChannel('demodulation_sums', x.shape, overrides, bindings, sums);
}

/** A kernel over the tiles of every channel, whose sums are added up where there are several tiles. */
function summedPerChannel(
  kernel: string,
  shape: Shape,
  overrides: Overrides,
  bindings: Readonly<Record<string, Binding>>,
  sums: Tensor | undefined,
): Dispatch[] {
  const [, c, h, w] = shape;
  const pixels = elements([h, w]);
  const { workgroup, tile, tiles } = reductionTiles(pixels);
  const partial: Binding = sums && tiles > 1 ? { kind: 'scratch', size: c * tiles } : bind(sums);
  const perTile: Dispatch = {
    kernel,
    overrides: { C: c, PIXELS: pixels, TILES: tiles, TILE: tile, ...overrides, WORKGROUP: workgroup },
    bindings: { ...bindings, sums: partial },
    groups: [tiles, c],
    flop: 0,
  };
  return sums && tiles > 1 ? [perTile, sumTiles(c, tiles, 1, partial, sums)] : [perTile];
}
