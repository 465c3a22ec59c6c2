import type { Margin } from '../../graph/ops.js';
import { powerOfTwo, WORKGROUP } from './dispatch.js';
import { matrixConvolutions } from './matrix-tiles.js';
import { matrixVariant } from './matrix-variants.js';
import {
  conv1x1Blocks,
  conv3x3Blocks,
  conv3x3Matrices,
  convDownBlocks,
  convDownMatrices,
  convUpBlocks,
  convUpMatrices,
  convUpQuads,
} from './pack.js';
import { conv3x3WinogradLines } from './pack-winograd.js';
import { blocksOf, partOf, type Tile, type TiledPatch, tiledPatches, tilesFor } from './tiles.js';
import {
  type Choice,
  type Chosen,
  choose,
  type KernelDevice,
  possibleChoices,
  type Tiling,
  type Variant,
} from './variants.js';
import { WINOGRAD_PART, type WinogradMap, winogradGroups, winogradPays, winogradTiles } from './winograd.js';

/** The convolutions that have kernels: 1×1 and 3×3, adjoint or not; the upsampling one, and its adjoint. */
export type ConvolutionName = 'conv1x1' | 'conv3x3' | 'conv_up' | 'conv_down';

/** A convolution as its kernels see it. */
export interface ConvolutionShape {
  /** Channels read and written. */
  readonly into: number;
  readonly out: number;
  /** The map; of the two that an upsampling convolution or its adjoint connects, the smaller. */
  readonly h: number;
  readonly w: number;
  /** Of those two the larger one's (`conv_up` in graph/ops.ts). */
  readonly margin: Margin;
  /** How it reads its map: as it is, as the styled or scaled map, or as a gradient (`Read` in graph/fuse/fused-op.ts). */
  readonly read: 'plain' | 'styled' | 'scaled' | 'gradient';
  /** Of how many channels a gradient is made again where it is read; absent where it is stored. */
  readonly pointwise?: number;
  /** What it takes along of each tile that it writes: the moments, or the sums of a gradient of a styled map. */
  readonly takes?: 'moments' | 'sums';
  readonly bias: boolean;
  /** Where maps and weights are half; a picture, which to-RGB makes of a map, is float32 all the same. */
  readonly stored?: 'f16';
}

export interface ConvolutionVariant extends Variant<ConvolutionShape> {
  /**
   * Whether it, or one that goes with it, reads gradients and takes along moments and sums, where `isPass` says so. With others that
   * is done by kernels before and behind.
   */
  readonly passes?: boolean;
  /** Whether it is of those for the way back, and may take along sums. */
  readonly writesBack?: boolean;
}

/** What runs a variant in Winograd's form on a shape. */
interface Winograd extends Pick<ConvolutionVariant, 'kernel' | 'pack'> {
  readonly map: (shape: ConvolutionShape) => WinogradMap;
  readonly overrides: (shape: ConvolutionShape) => Readonly<Record<string, number>>;
}

const conv3x3Winograd: Winograd = {
  kernel: 'conv3x3_winograd',
  pack: conv3x3WinogradLines,
  map: ({ into, out, h, w }) => ({ side: 2, h, w, phases: 1, channels: into, out }),
  overrides: (shape) => ({ H: shape.h, W: shape.w, ...reading(shape) }),
};

const convUpWinograd: Winograd = {
  kernel: 'conv_up_winograd',
  pack: convUpBlocks,
  map: ({ into, out, h, w, margin }) => ({ side: 3, h: h + margin, w: w + margin, phases: 4, channels: into, out }),
  overrides: (shape) => ({ H: blocks(shape).h, W: blocks(shape).w, ...reading(shape), ...margined(shape) }),
};

const convDownWinograd: Winograd = {
  kernel: 'conv_down_winograd',
  pack: convDownBlocks,
  // Odd and even rows and columns are channels of their own.
  map: ({ into, out, h, w }) => ({ side: 3, h, w, phases: 1, channels: 4 * into, out }),
  overrides: (shape) => ({ H: shape.h, W: shape.w, ...margined(shape) }),
};

/** The variants of each convolution, the preferred ones first. */
export const convolutionVariants: Readonly<Record<ConvolutionName, readonly ConvolutionVariant[]>> = {
  conv1x1: [
    {
      kernel: 'conv1x1',
      supports: () => true,
      tilings: ({ h, w }) => {
        const others = [32, 128, 256].filter((workgroup) => workgroup <= powerOfTwo(h * w, 32, 256));
        return [WORKGROUP, ...others].map((workgroup) => ({ workgroup }));
      },
      pack: conv1x1Blocks,
      dispatch: ({ into, out, h, w, read, bias }, { workgroup }) => ({
        overrides: {
          IN: into,
          OUT: out,
          PIXELS: h * w,
          READ: readNumber(read),
          BIAS: Number(bias),
          WORKGROUP: workgroup,
        },
        groups: [Math.ceil((h * w) / workgroup), Math.ceil(out / 4)],
      }),
    },
  ],
  conv3x3: [
    {
      kernel: 'conv3x3_broadcast',
      supports: (device, shape) => alwaysEight(device) && !isPass(shape),
      tilings: broadcastTilings,
      pack: conv3x3Blocks,
      dispatch: (shape, tile) => broadcast(shape, tile, { rows: 2, phases: 1, overrides: reading(shape) }),
    },
    {
      kernel: 'conv3x3_tiled',
      passes: true,
      supports: (_, { read, takes }) => read !== 'gradient' && takes !== 'sums',
      tilings: (shape, device) => tiles(tiledPatches.conv3x3, shape, device),
      pack: conv3x3Blocks,
      dispatch: (shape, tile) =>
        tiled(tiledPatches.conv3x3, shape, tile, { ...reading(shape), STATISTICS: Number(shape.takes === 'moments') }),
    },
    {
      kernel: 'conv3x3_back_tiled',
      passes: true,
      writesBack: true,
      supports: (_, { read, takes, pointwise = 0 }) => read === 'gradient' && takes !== 'moments' && pointwise <= 4,
      tilings: (shape, device) => tiles(tiledPatches.conv3x3, shape, device),
      pack: conv3x3Blocks,
      dispatch: (shape, tile) =>
        tiled(tiledPatches.conv3x3, shape, tile, { POINTWISE: shape.pointwise ?? 0, ...summing(shape) }),
    },
    matrixVariant({
      kernel: 'conv3x3_matrix',
      pack: conv3x3Matrices,
      convolution: () => matrixConvolutions.conv3x3,
      pixels: (shape) => shape,
      overrides: reading,
    }),
    winograd(conv3x3Winograd),
  ],
  // Both upsampling kernels work on the grid of 2×2 blocks of the output, once for each of the two rows of a block.
  conv_up: [
    {
      kernel: 'conv_up_broadcast',
      supports: (device, shape) => alwaysEight(device) && !isPass(shape),
      tilings: broadcastTilings,
      pack: convUpBlocks,
      dispatch: (shape, tile) =>
        broadcast(blocks(shape), tile, { rows: 2, phases: 2, overrides: { ...reading(shape), ...margined(shape) } }),
    },
    {
      kernel: 'conv_up_tiled',
      supports: (_, shape) => !isPass(shape),
      tilings: (shape, device) => tiles(tiledPatches.conv_up, blocks(shape), device),
      pack: convUpQuads,
      dispatch: (shape, tile) =>
        tiled(tiledPatches.conv_up, blocks(shape), tile, { ...reading(shape), ...margined(shape) }),
    },
    matrixVariant({
      kernel: 'conv_up_matrix',
      pack: convUpMatrices,
      convolution: ({ margin }) => matrixConvolutions[margin === 1 ? 'conv_up with margin' : 'conv_up'],
      pixels: blocks,
      overrides: (shape) => ({ ...reading(shape), ...margined(shape) }),
    }),
    winograd(convUpWinograd),
  ],
  conv_down: [
    {
      kernel: 'conv_down_broadcast',
      supports: (device, shape) => alwaysEight(device) && !isPass(shape),
      tilings: broadcastTilings,
      pack: convDownBlocks,
      dispatch: (shape, tile) => broadcast(shape, tile, { rows: 1, phases: 1, overrides: margined(shape) }),
    },
    {
      kernel: 'conv_down_tiled',
      passes: true,
      writesBack: true,
      supports: (_, { read, takes }) => read !== 'gradient' && takes !== 'moments',
      tilings: (shape, device) => tiles(tiledPatches.conv_down, shape, device),
      pack: convDownBlocks,
      dispatch: (shape, tile) => tiled(tiledPatches.conv_down, shape, tile, { ...margined(shape), ...summing(shape) }),
    },
    matrixVariant({
      kernel: 'conv_down_matrix',
      pack: convDownMatrices,
      convolution: () => matrixConvolutions.conv_down,
      pixels: (shape) => shape,
      overrides: margined,
    }),
    winograd(convDownWinograd),
  ],
};

/** The variant of a convolution that runs on a device, and how it cuts its work. */
export function chooseVariant(
  op: ConvolutionName,
  shape: ConvolutionShape,
  device: KernelDevice,
): Chosen<ConvolutionShape, ConvolutionVariant> {
  return choose(convolutionVariants[op], op, shape, device);
}

/** Every way in which a convolution can run on a device; the first where nothing was measured. */
export function convolutionChoices(op: ConvolutionName, shape: ConvolutionShape, device: KernelDevice): Choice[] {
  return possibleChoices(convolutionVariants[op], shape, device).map(({ kernel, tiling }) => ({ kernel, tiling }));
}

/** Whether a convolution does the work of a pass over its map, of those that only some kernels do. */
export function isPass({ read, takes }: ConvolutionShape): boolean {
  return read === 'gradient' || takes !== undefined;
}

/** As shaders/lib/map-read.wgsl numbers them. */
const READ: readonly ConvolutionShape['read'][] = ['plain', 'styled', 'scaled'];

function readNumber(read: ConvolutionShape['read']): number {
  return READ.indexOf(read);
}

function reading({ read }: ConvolutionShape): { READ: number } {
  return { READ: readNumber(read) };
}

function summing({ takes }: ConvolutionShape): { SUMS: number } {
  return { SUMS: Number(takes === 'sums') };
}

function margined({ margin }: ConvolutionShape): { MARGIN: number } {
  return { MARGIN: margin };
}

/** The 2×2 blocks that an upsampling convolution makes: one for each pixel, and the margin's. */
export function blocks(shape: ConvolutionShape): ConvolutionShape {
  return { ...shape, h: shape.h + shape.margin, w: shape.w + shape.margin };
}

/**
 * Whether subgroups are always of 8, as the broadcast kernels take for granted: lavapipe, a processor, which gains nothing from
 * workgroup memory.
 */
function alwaysEight({ subgroups }: KernelDevice): boolean {
  return subgroups?.[0] === 8 && subgroups[1] === 8;
}

/** One subgroup of 8 in a workgroup (more are slower on lavapipe), and the channels that are summed apart. */
function broadcastTilings({ into }: ConvolutionShape): Tiling[] {
  return [{ workgroup: 8, part: partOf(into) }];
}

/** A broadcast kernel whose invocations make four columns of `rows` rows, `phases` times for every block of channels. */
function broadcast(
  { into, out, h, w }: ConvolutionShape,
  { workgroup, part }: Tiling,
  { rows, phases, overrides }: { rows: number; phases: number; overrides: Readonly<Record<string, number>> },
): ReturnType<ConvolutionVariant['dispatch']> {
  const sizes = [into, out, h, w, part];
  return {
    overrides: { ...overrides, WORKGROUP: workgroup },
    groups: [Math.ceil((Math.ceil(w / 4) * Math.ceil(h / rows)) / workgroup), Math.ceil(out / 8) * phases],
    tables: { shape: { kind: 'table', key: `sizes ${sizes}`, data: Uint32Array.from(sizes) } },
  };
}

function tiles(patch: TiledPatch, shape: ConvolutionShape, { workgroupMemory }: KernelDevice): Tiling[] {
  // Of parts neither moments nor sums can be taken along.
  const wanted = ({ split }: Tile) => split === 1 || shape.takes === undefined;
  return tilesFor(patch, shape, workgroupMemory)
    .filter(wanted)
    .map((tile) => ({ ...tile }));
}

/** A tiled kernel. */
function tiled(
  patch: TiledPatch,
  { into, out, h, w }: ConvolutionShape,
  { quads, rows, groups, slice, split }: Tiling,
  overrides: Readonly<Record<string, number>>,
): ReturnType<ConvolutionVariant['dispatch']> {
  const tile = { QUADS: quads, ROWS: rows, GROUPS: groups, SLICE: slice, SPLIT: split };
  return {
    overrides: { IN: into, OUT: out, H: h, W: w, ...overrides, ...tile },
    groups: [Math.ceil(w / (4 * quads)) * Math.ceil(h / rows), Math.ceil(blocksOf(patch, out) / groups) * split],
    parts: split,
  };
}

/** A variant in Winograd's form; preferred where that pays, but not on a processor. */
function winograd({ kernel, pack, map, overrides }: Winograd): ConvolutionVariant {
  return {
    kernel,
    pack,
    // Half would lose digits in transformed weights.
    supports: (_, shape) => !isPass(shape) && shape.stored !== 'f16',
    isPreferred: (device, shape) => !alwaysEight(device) && winogradPays(map(shape), device.workgroupMemory),
    tilings: (shape, { workgroupMemory }) => winogradTiles(map(shape), workgroupMemory).map((tile) => ({ ...tile })),
    dispatch: (shape, { quads, rows, groups }) => ({
      overrides: {
        IN: shape.into,
        OUT: shape.out,
        ...overrides(shape),
        QUADS: quads,
        ROWS: rows,
        GROUPS: groups,
        PART: WINOGRAD_PART,
      },
      groups: winogradGroups(map(shape), { quads, rows, groups }),
    }),
  };
}
