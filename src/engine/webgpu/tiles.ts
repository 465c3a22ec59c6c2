import { powerOfTwo } from './dispatch.js';

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

/** Workgroup memory that every WebGPU has (maxComputeWorkgroupStorageSize), in bytes. */
export const WORKGROUP_MEMORY = 16_384;

/** What a tiled kernel holds in workgroup memory. */
export interface TiledPatch {
  /** vec4 of weights that a block of 8 channels has for each input channel. */
  readonly weights: number;
  /** Values of one input channel that a tile of 4·quads × rows pixels reads. */
  readonly patch: (quads: number, rows: number) => number;
}

/** The patches of the tiled kernels, as their files declare PATCH and WEIGHTS. */
export const tiledPatches = {
  conv3x3: { weights: 18, patch: (quads, rows) => (rows + 2) * (4 * quads + 2) },
  conv_up: { weights: 16, patch: (quads, rows) => (rows + 1) * (4 * quads + 2) },
  conv_down: { weights: 32, patch: (quads, rows) => (2 * rows + 2) * (8 * quads + 2) },
} as const satisfies Readonly<Record<string, TiledPatch>>;

/** The workgroup memory of a tile, in bytes. */
export function tileBytes({ weights, patch }: TiledPatch, { quads, rows, groups, slice }: Tile): number {
  return slice * (4 * patch(quads, rows) + 16 * groups * weights);
}

/**
 * The tile for a map of h × w pixels (of the smaller side, for strided kernels) and `out` channels. Follows from the shape
 * of one picture alone, so that a batch never changes a result. 128 invocations, the least that NVIDIA wants: first pixels
 * (up to 16 × 8), what is left in channels; then as many input channels at a time, up to 4, as fit into workgroup memory.
 */
export function tileFor(
  patch: TiledPatch,
  { h, w, out }: { readonly h: number; readonly w: number; readonly out: number },
): Tile {
  const quads = powerOfTwo(Math.ceil(w / 4), 1, 4);
  const rows = powerOfTwo(h, 1, 8);
  const groups = powerOfTwo(Math.ceil(out / 8), 1, Math.min(16, Math.max(1, 128 / (quads * rows))));
  const slices = [4, 2, 1];
  const slice = slices.find((one) => tileBytes(patch, { quads, rows, groups, slice: one }) <= WORKGROUP_MEMORY) ?? 1;
  return { quads, rows, groups, slice };
}

/**
 * Input channels that a broadcast convolution sums apart, of `into` in all. The rounding error of a running sum grows with
 * the root of its length: parts of 4 or 8 channels of 9 taps keep both the parts and the sum of the parts short.
 */
export function partOf(into: number): number {
  return into < 32 ? 4 : 8;
}

/** Values per invocation in kernels that reduce over tiles (styled.wgsl, styled_sums.wgsl, pixel_loss.wgsl: their TILE). */
const TILE_VALUES = 16;

/** How a reduction over `size` values per row is cut: tiles of 16·workgroup values. */
export function reductionTiles(size: number): { workgroup: number; tile: number; tiles: number } {
  const workgroup = powerOfTwo(Math.ceil(size / TILE_VALUES), 8, 128);
  const tile = TILE_VALUES * workgroup;
  return { workgroup, tile, tiles: Math.ceil(size / tile) };
}
