import { MAX_GROUPS, powerOfTwo } from './dispatch.js';

/**
 * The tile of a tiled convolution: 4·quads × rows pixels (or blocks of pixels) for `groups` blocks of channels,
 * quads·rows·groups invocations; `slice` input channels at a time stand in workgroup memory. `split` workgroups share the input channels
 * of a tile, and what they make is added up by a kernel behind (lower-convolution.ts).
 */
export interface Tile {
  readonly quads: number;
  readonly rows: number;
  readonly groups: number;
  readonly slice: number;
  readonly split: number;
}

/** Workgroup memory that every WebGPU has (maxComputeWorkgroupStorageSize), in bytes. */
export const WORKGROUP_MEMORY = 16_384;

/** The fewest invocations of a workgroup that are worth a try, where there is work for so many; the most that every WebGPU has. */
const INVOCATIONS = [32, 256] as const;

/**
 * What an invocation of a tiled kernel brings of a slice at most, where tiles are chosen: pixels, as many as it can ask for ahead
 * (MOST_PIXELS in shaders/lib/tiled.wgsl), and vec4 of weights.
 */
const MOST_LOADS = { pixels: 16, weights: 9 };

/** What a tiled kernel holds in workgroup memory. */
export interface TiledPatch {
  /** Output channels that an invocation makes: a block. */
  readonly channels: number;
  /** Blocks that there are for as many channels: of both rows that an upsampling convolution makes of one. */
  readonly phases: 1 | 2;
  /** vec4 of weights that a block of channels has for each input channel. */
  readonly weights: number;
  /** The most input channels at a time that are usual. */
  readonly slice: number;
  /** Numbers that half of the invocations pass on, where moments or sums are taken along (shaders/lib/tile-parts.wgsl). */
  readonly passed: number;
  /** Values of one input channel that a tile of 4·quads × rows pixels reads. */
  readonly patch: (quads: number, rows: number) => number;
}

/** The patches of the tiled kernels, as their files declare PATCH, WEIGHTS and CHANNELS. */
export const tiledPatches = {
  conv3x3: {
    channels: 8,
    phases: 1,
    weights: 18,
    slice: 4,
    passed: 9,
    patch: (quads, rows) => (rows + 2) * (4 * quads + 2),
  },
  conv_up: {
    channels: 4,
    phases: 2,
    weights: 8,
    slice: 8,
    passed: 0,
    patch: (quads, rows) => (rows + 2) * (4 * quads + 2),
  },
  conv_down: {
    channels: 8,
    phases: 1,
    weights: 32,
    slice: 2,
    passed: 9,
    patch: (quads, rows) => (2 * rows + 2) * (8 * quads + 6),
  },
} as const satisfies Readonly<Record<string, TiledPatch>>;

/** The workgroup memory of a tile, in bytes, as shaders/lib/tiled.wgsl declares it; each of its two arrays takes a multiple of 16. */
export function tileBytes(
  { weights, patch, passed }: TiledPatch,
  { quads, rows, groups, slice }: Omit<Tile, 'split'>,
): number {
  const [pixels, lanes] = [patch(quads, rows), quads * rows];
  const patches = Math.max(
    (slice - 1) * patchPitch(pixels) + roundUp(pixels, lanes * groups),
    (passed / 2) * lanes * groups,
  );
  return 16 * (Math.ceil(patches / 4) + (groups - 1) * (slice * weights + 1) + roundUp(slice * weights, lanes));
}

/** Words from one input channel's patch to the next (PATCH_PITCH in shaders/lib/tiled.wgsl). */
function patchPitch(pixels: number): number {
  const round = roundUp(pixels, 64);
  return 16 * (round - pixels) <= pixels ? round : pixels;
}

/** Blocks of channels that a map of `out` channels has; an upsampling kernel makes each of them twice, for the rows of a pixel. */
export function blocksOf({ channels, phases }: TiledPatch, out: number): number {
  return Math.ceil(out / channels) * phases;
}

function roundUp(value: number, step: number): number {
  return step * Math.ceil(value / step);
}

/** A map that is convolved: its pixels (of the smaller side, for strided kernels), the channels read and written. */
interface TiledShape {
  readonly h: number;
  readonly w: number;
  readonly into: number;
  readonly out: number;
}

/**
 * The tile for a map. Follows from the shape of one picture alone, so that a batch never changes a result. First pixels, up to
 * 32 × 4; what is left of 256 invocations in channels, where the map is that large and has tiles enough, and else of 128, the least that NVIDIA wants;
 * where there are few channels more pixels. Then as many input channels at a time, up to `slice`, as fit into workgroup memory. No fewer
 * than 4 invocations for the pixels and 32 in all, even where some of them have nothing to make: all of them bring pixels and weights.
 */
export function tileFor(patch: TiledPatch, shape: TiledShape): Tile {
  const { h, w, out } = shape;
  const quads = powerOfTwo(Math.ceil(w / 4), 1, 8);
  let rows = powerOfTwo(h, Math.max(1, 4 / quads), 32 / Math.max(4, quads));
  const most = quads * rows === 32 ? 256 : 128;
  let groups = powerOfTwo(blocksOf(patch, out), 1, Math.min(16, most / (quads * rows)));
  if (quads * rows * groups < 128) rows = powerOfTwo(h, rows, 16);
  groups = Math.max(groups, 32 / (quads * rows));
  // Half as many channels where that makes enough workgroups of too few: parts would have to be written, and read to be added up.
  const half = { quads, rows, groups: groups / 2 };
  const isEnough = (one: typeof half) => tilesOf(patch, shape, one) >= ENOUGH_GROUPS;
  if (quads * rows * groups === 256 && !isEnough({ quads, rows, groups }) && isEnough(half)) groups = half.groups;
  const slices = powersTo(patch.slice).reverse();
  const pixels = Math.ceil(patch.patch(quads, rows) / (quads * rows * groups));
  const fits = (slice: number) =>
    slice * pixels <= MOST_LOADS.pixels &&
    slice * patch.weights <= MOST_LOADS.weights * quads * rows &&
    tileBytes(patch, { quads, rows, groups, slice }) <= WORKGROUP_MEMORY;
  const slice = slices.find(fits) ?? 1;
  // Where there are too few channels to share them out among enough workgroups, each makes fewer.
  const tooFew = () => tilesOf(patch, shape, { quads, rows, groups }) * Math.ceil(shape.into / slice) < ENOUGH_GROUPS;
  while (flopOf(patch, shape) >= WORTH_SPLITTING && groups * quads * rows > 32 && tooFew()) groups /= 2;
  return { quads, rows, groups, slice, split: splitFor(patch, shape, { quads, rows, groups, slice }) };
}

/** Workgroups that a large GPU wants at least: one for each of its processors, of which an H100 or H200 has so many. */
export const ENOUGH_GROUPS = 132;

/** The least work that is worth sharing out, in floating point operations: adding up costs a launch of its own. */
export const WORTH_SPLITTING = 5e7;

/**
 * Among how many workgroups the input channels of a tile are shared out: the smallest power of two that makes enough workgroups of all,
 * where there is that much work, and a slice for each.
 */
export function splitFor(patch: TiledPatch, shape: TiledShape, tile: Omit<Tile, 'split'>): number {
  if (flopOf(patch, shape) < WORTH_SPLITTING) return 1;
  const wanted = ENOUGH_GROUPS / tilesOf(patch, shape, tile);
  const slices = Math.ceil(shape.into / tile.slice);
  return powerOfTwo(Math.min(wanted, slices), 1, 2 ** Math.floor(Math.log2(slices)));
}

/** Floating point operations of a convolution: two for each weight, input channel and pixel. */
function flopOf({ channels, phases, weights }: TiledPatch, { h, w, into, out }: TiledShape): number {
  return 2 * ((4 * weights) / channels) * phases * into * out * h * w;
}

/** Tiles of pixels and channels. */
function tilesOf(
  patch: TiledPatch,
  { h, w, out }: TiledShape,
  { quads, rows, groups }: Pick<Tile, 'quads' | 'rows' | 'groups'>,
): number {
  return Math.ceil(w / (4 * quads)) * Math.ceil(h / rows) * Math.ceil(blocksOf(patch, out) / groups);
}

/**
 * The tiles that are worth a try for such a map, within `memory` bytes of workgroup memory: that of `tileFor` first, also with other
 * splits; then all that are made of powers of two, for as many invocations as a GPU wants and no more than the map has work for. A
 * slice is summed apart, and of more than 8 channels it would cost half a digit.
 */
export function tilesFor(patch: TiledPatch, shape: TiledShape, memory: number): Tile[] {
  const { h, w, into, out } = shape;
  const usual = tileFor(patch, shape);
  const splits = [1, usual.split / 2, 2 * usual.split].filter(
    (split) => split >= 1 && split !== usual.split && split * usual.slice <= into,
  );
  const all = powersTo(powerOfTwo(Math.ceil(w / 4), 1, 16)).flatMap((quads) =>
    powersTo(powerOfTwo(h, 1, 16)).flatMap((rows) =>
      powersTo(powerOfTwo(blocksOf(patch, out), 1, 32)).flatMap((groups) =>
        powersTo(powerOfTwo(into, 1, 8)).map((slice) => {
          const tile = { quads, rows, groups, slice };
          return { ...tile, split: splitFor(patch, shape, tile) };
        }),
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
  const resplit = [...new Set(splits)].map((split) => ({ ...usual, split }));
  return [usual, ...resplit, ...others].filter((tile) => tileBytes(patch, tile) <= memory);
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

/** Values per invocation in kernels that reduce over tiles (styled_sums.wgsl, pixel_loss.wgsl: their tile). */
const TILE_VALUES = 16;

/** How a reduction over `size` values per row is cut: tiles of 16·workgroup values. */
export function reductionTiles(size: number): { workgroup: number; tile: number; tiles: number } {
  const workgroup = powerOfTwo(Math.ceil(size / TILE_VALUES), 8, 128);
  const tile = TILE_VALUES * workgroup;
  return { workgroup, tile, tiles: Math.ceil(size / tile) };
}

/** Rows of a strip, of which an invocation makes four columns (shaders/lib/strips.wgsl), where there are enough strips to go round. */
const STRIP_ROWS = 4;
/** Invocations, and so strips, of a tile. */
const STRIPS = 128;
/** Pixels of a channel that a workgroup holds in its memory: those of 32² with a margin. */
const STAGED_PIXELS = 34 * 34;

/** How a pass over a map of h × w is cut into tiles of strips, one for each invocation. */
export function stripTiles(h: number, w: number): { rows: number; workgroup: number; strips: number; tiles: number } {
  const all = Math.ceil(w / 4) * Math.ceil(h / STRIP_ROWS);
  return { rows: STRIP_ROWS, workgroup: STRIPS, strips: STRIPS, tiles: Math.ceil(all / STRIPS) };
}

/** Rows of a strip of a map that is not cut into tiles: few where the map is small. */
export function stripRows(h: number, w: number): number {
  return h * w <= STAGED_PIXELS ? 1 : STRIP_ROWS;
}

/**
 * How a workgroup takes a whole channel of h × w: what it holds in its memory, or 1, and the rows of a strip. There are two sizes of
 * workgroups, for few strips and for many, as each is a pipeline.
 *
 * @param before by how much a blur's samples begin before a pixel (shaders/blur.wgsl): how large the map is that is read
 */
export function channelCut(h: number, w: number, before: number): { rows: number; staged: number; workgroup: number } {
  const margin = 2 - 2 * before;
  const isStaged = (h + margin) * (w + margin) <= STAGED_PIXELS;
  const rows = isStaged ? 1 : STRIP_ROWS;
  const strips = Math.ceil(w / 4) * Math.ceil(h / rows);
  return { rows, staged: isStaged ? STAGED_PIXELS : 1, workgroup: strips <= 32 ? 32 : 256 };
}
