import { powerOfTwo } from './dispatch.js';

/** Which family of convolution kernels runs. */
export type ConvolutionKernels = 'tiled' | 'broadcast';

/**
 * The convolution kernels for an adapter: `broadcast` where subgroups are always of 8 (lavapipe: a processor, which
 * gains nothing from workgroup memory), `tiled` on everything else.
 */
export function convolutionKernels(adapter: {
  readonly features: ReadonlySet<string>;
  readonly info: { readonly subgroupMinSize?: number; readonly subgroupMaxSize?: number };
}): ConvolutionKernels {
  const { subgroupMinSize, subgroupMaxSize } = adapter.info;
  const eight = subgroupMinSize === 8 && subgroupMaxSize === 8;
  return eight && adapter.features.has('subgroups') ? 'broadcast' : 'tiled';
}

/**
 * The tile of a tiled convolution: 4·quads × rows pixels for 8·groups channels, quads·rows·groups invocations; `slice`
 * input channels at a time stand in workgroup memory.
 */
export interface Tile {
  readonly quads: number;
  readonly rows: number;
  readonly groups: number;
  readonly slice: number;
}

/** The most channel blocks × input channels in workgroup memory: with 16 taps of 8 weights each that is 8 KiB of the 16 that every WebGPU has. */
const MAX_WEIGHT_BLOCKS = 16;

/**
 * The tile for a map of h × w pixels and `out` channels (of the smaller side, for strided kernels). Follows from the
 * shape of one picture alone, so that a batch never changes a result. 128 invocations, the least that NVIDIA wants:
 * first pixels (up to 16 × 8), what is left in channels.
 */
export function tileFor(h: number, w: number, out: number): Tile {
  const quads = powerOfTwo(Math.ceil(w / 4), 1, 4);
  const rows = powerOfTwo(h, 1, 8);
  const groups = powerOfTwo(Math.ceil(out / 8), 1, Math.min(MAX_WEIGHT_BLOCKS, Math.max(1, 128 / (quads * rows))));
  return { quads, rows, groups, slice: Math.max(1, Math.min(4, MAX_WEIGHT_BLOCKS / groups)) };
}

/**
 * Input channels that a broadcast convolution sums apart, of `into` in all. The rounding error of a running sum grows with
 * the root of its length: parts of 4 or 8 channels of 9 taps keep both the parts and the sum of the parts short.
 */
export function partOf(into: number): number {
  return into < 256 ? 4 : 8;
}

/** Values per invocation in kernels that reduce over tiles (styled.wgsl, styled_sums.wgsl, pixel_loss.wgsl). */
const TILE_VALUES = 16;

/** How a reduction over `size` values per row is cut: tiles of 16·workgroup values. */
export function reductionTiles(size: number): { workgroup: number; tile: number; tiles: number } {
  const workgroup = powerOfTwo(Math.ceil(size / TILE_VALUES), 8, 128);
  const tile = TILE_VALUES * workgroup;
  return { workgroup, tile, tiles: Math.ceil(size / tile) };
}
