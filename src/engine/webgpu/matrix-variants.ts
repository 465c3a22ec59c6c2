import type { ConvolutionShape } from './convolution-variants.js';
import type { Overrides } from './dispatch.js';
import { MATRIX_MEMORY, type MatrixConvolution, matrixGroups, matrixTiles } from './matrix-tiles.js';
import type { WeightLayout } from './pack.js';
import type { KernelDevice, Variant } from './variants.js';

/** The kernels on subgroup matrices. */
export const MATRIX_KERNELS = ['conv3x3_matrix', 'conv_up_matrix', 'conv_down_matrix'];

/** Invocations of a subgroup with which workgroups are of 128 or 256. */
const LANES: readonly number[] = [32, 64];

/**
 * Workgroups from which on a kernel goes first. With fewer, of which each goes through all input channels one slice after the other,
 * a GPU waits more than it multiplies.
 */
const ENOUGH = 96;

/** A convolution on subgroup matrices. */
interface MatrixKernel {
  readonly kernel: string;
  readonly pack: WeightLayout;
  readonly convolution: (shape: ConvolutionShape) => MatrixConvolution;
  /** The pixels that it makes. */
  readonly pixels: (shape: ConvolutionShape) => ConvolutionShape;
  readonly overrides: (shape: ConvolutionShape) => Overrides;
}

/** The variant of a convolution that runs where the engine may multiply subgroup matrices. */
export function matrixVariant({
  kernel,
  pack,
  convolution,
  pixels,
  overrides,
}: MatrixKernel): Variant<ConvolutionShape> {
  const tilesOf = (shape: ConvolutionShape) => matrixTiles(convolution(shape), pixels(shape));
  return {
    kernel,
    pack,
    // What passes take along beside a convolution, the tiled kernels do.
    supports: (device, { read, takes }) => runsOn(device) && read !== 'gradient' && takes === undefined,
    isPreferred: (_, shape) => {
      const [x, y] = matrixGroups(tilesOf(shape)[0], pixels(shape));
      return x * y >= ENOUGH;
    },
    tilings: (shape, { matrices }) => tilesOf(shape).map((tile) => ({ lanes: matrices?.lanes ?? 0, ...tile })),
    dispatch: (shape, { lanes, rows, columns, m, n, height, width, step, positions }) => {
      const { into, out, h, w } = pixels(shape);
      const shared = convolution(shape).units.length > 1;
      return {
        overrides: {
          IN: into,
          OUT: out,
          H: h,
          W: w,
          ...overrides(shape),
          LANES: lanes,
          ...(shared && { ROWS: rows, COLUMNS: columns }),
          MATRICES_M: m,
          MATRICES_N: n,
          TILE_H: height,
          TILE_W: width,
          STEP: step,
          POSITIONS: positions,
        },
        groups: matrixGroups({ rows, m, height, width }, { h, w, out }),
      };
    },
  };
}

/** What is emulated fits lavapipe's workgroup memory; in f32 it takes more. */
function runsOn({ matrices, workgroupMemory }: KernelDevice): boolean {
  if (matrices === undefined || !LANES.includes(matrices.lanes)) return false;
  return matrices.emulated || workgroupMemory >= MATRIX_MEMORY;
}
