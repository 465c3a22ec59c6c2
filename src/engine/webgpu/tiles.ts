import { MAX_GROUPS, powerOfTwo } from './dispatch.js';

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

/** The fewest invocations of a workgroup that are worth a try, where there is work for so many; the most that every WebGPU has. */
const INVOCATIONS = [32, 256] as const;

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

/** The workgroup memory of a tile, in bytes; each of its two arrays takes a multiple of 16. */
export function tileBytes({ weights, patch }: TiledPatch, { quads, rows, groups, slice }: Tile): number {
  return 16 * (Math.ceil((slice * patch(quads, rows)) / 4) + slice * groups * weights);
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
 * The tiles that are worth a try for such a map, within `memory` bytes of workgroup memory: that of `tileFor` first, then all
 * that are made of powers of two, for as many invocations as a GPU wants and no more than the map has work for. A slice is summed
 * apart, and of more than 8 channels it would cost half a digit.
 */
export function tilesFor(
  patch: TiledPatch,
  shape: { readonly h: number; readonly w: number; readonly into: number; readonly out: number },
  memory: number,
): Tile[] {
  const { h, w, into, out } = shape;
  const usual = tileFor(patch, shape);
  const all = powersTo(powerOfTwo(Math.ceil(w / 4), 1, 16)).flatMap((quads) =>
    powersTo(powerOfTwo(h, 1, 16)).flatMap((rows) =>
      powersTo(powerOfTwo(Math.ceil(out / 8), 1, 32)).flatMap((groups) =>
        powersTo(powerOfTwo(into, 1, 8)).map((slice) => ({ quads, rows, groups, slice })),
      ),
    ),
  );
  const [fewest, most] = INVOCATIONS;
  const least = Math.min(fewest, Math.max(...all.map(invocationsOf)));
  const others = all.filter(
    (tile) =>
      !sameTile(tile, usual) &&
      invocationsOf(tile) >= least &&
      invocationsOf(tile) <= most &&
      Math.ceil(w / (4 * tile.quads)) * Math.ceil(h / tile.rows) <= MAX_GROUPS,
  );
  return [usual, ...others].filter((tile) => tileBytes(patch, tile) <= memory);
}

function invocationsOf({ quads, rows, groups }: Tile): number {
  return quads * rows * groups;
}

function sameTile(a: Tile, b: Tile): boolean {
  return a.quads === b.quads && a.rows === b.rows && a.groups === b.groups && a.slice === b.slice;
}

/** 1, 2, 4, … up to `last`, a power of two. */
function powersTo(last: number): number[] {
  return Array.from({ length: Math.log2(last) + 1 }, (_, exponent) => 2 ** exponent);
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
