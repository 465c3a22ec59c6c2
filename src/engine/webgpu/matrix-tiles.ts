// How the convolutions on subgroup matrices (shaders/lib/matrix-convolution.wgsl) cut their work.

import { MAX_GROUPS } from './dispatch.js';

/** Rows and columns of a matrix (SIDE of shaders/lib/matrix.wgsl). */
export const SIDE = 16;

/** Workgroup memory of a kernel, in bytes: shaders/lib/matrix-convolution.wgsl. */
export const MATRIX_MEMORY = 23_088;

/** Places of workgroup memory for a tile's pixels (MOST_POSITIONS), and matrices of sums that a subgroup holds at most (MOST_SUMS). */
const MOST_POSITIONS = 192;
const MOST_SUMS = 8;
const MOST_LEFT = 4;

/**
 * Workgroups that a GPU runs at once: as many as an H200 has multiprocessors. Fewer leave some of them idle.
 */
const MULTIPROCESSORS = 132;

/** A convolution as it is multiplied. */
export interface MatrixConvolution {
  /** Pixels that a patch has beside those of its tile, in each direction. */
  readonly halo: number;
  /** Matrix products for each slice of input channels and matrix of sums. */
  readonly taps: number;
  /** Copies of the patch that stand in workgroup memory side by side: one for even columns, one for odd ones. */
  readonly copies: 1 | 2;
  /** How the units of a workgroup lie, across channels and pixels; where they are the phases of one tile, 1 × 1. */
  readonly units: readonly (readonly [number, number])[];
}

const SHARED_OUT = [
  [2, 2],
  [1, 4],
  [4, 1],
] as const;

/** 3×3; of the upsampling one each phase, without a margin and with one; its adjoint, of even rows or odd. */
export const matrixConvolutions = {
  conv3x3: { halo: 2, taps: 9, copies: 1, units: SHARED_OUT },
  conv_up: { halo: 2, taps: 4, copies: 1, units: [[1, 1]] },
  'conv_up with margin': { halo: 1, taps: 4, copies: 1, units: [[1, 1]] },
  conv_down: { halo: 1, taps: 8, copies: 2, units: SHARED_OUT },
} as const satisfies Readonly<Record<string, MatrixConvolution>>;

/** The tile of a workgroup. */
export interface MatrixTile {
  /** Units across channels, and across pixels. */
  readonly rows: number;
  readonly columns: number;
  /** Matrices of sums of a unit, across channels and across pixels. */
  readonly m: number;
  readonly n: number;
  /** Pixels of the tile. */
  readonly height: number;
  readonly width: number;
  /** Places from one matrix of pixels to the next, and of the whole patch. */
  readonly step: number;
  readonly positions: number;
}

/** A map and its channels: of upsampling convolutions the 2×2 blocks of the larger map. */
export interface MatrixShape {
  readonly h: number;
  readonly w: number;
  readonly out: number;
}

/**
 * The tiles for a convolution, the one that should be fastest first; those that should take three times as long are left out.
 * Follows from the shape of one picture alone.
 */
export function matrixTiles(convolution: MatrixConvolution, shape: MatrixShape): MatrixTile[] {
  const all = convolution.units.flatMap(([rows, columns]) =>
    [1, 2, 4].flatMap((m) =>
      [1, 2, 4, 8]
        .filter((n) => m <= MOST_LEFT && m * n <= MOST_SUMS)
        .flatMap((n) => layouts(convolution, shape, columns * n).map((layout) => ({ rows, columns, m, n, ...layout }))),
    ),
  );
  const timed = all
    .filter((tile) => tilesAcross(tile, shape) <= MAX_GROUPS)
    .map((tile) => ({ tile, cost: costOf(convolution, tile, shape) }))
    .sort((a, b) => a.cost - b.cost);
  return timed.filter(({ cost }) => cost <= 3 * timed[0].cost).map(({ tile }) => tile);
}

/** Workgroups of a convolution, of pixels and of channels. */
export function matrixGroups(
  tile: Pick<MatrixTile, 'rows' | 'm' | 'height' | 'width'>,
  shape: MatrixShape,
): [number, number] {
  return [tilesAcross(tile, shape), Math.ceil(shape.out / (SIDE * tile.rows * tile.m))];
}

function tilesAcross({ height, width }: Pick<MatrixTile, 'height' | 'width'>, { h, w }: MatrixShape): number {
  return Math.ceil(w / width) * Math.ceil(h / height);
}

/**
 * How `matrices` of SIDE pixels can lie on a map: each a part of a row, one below the other; or, where the whole width of a narrow map
 * fits, one behind the other over rows and the halo between them.
 */
function layouts(
  { halo, copies }: MatrixConvolution,
  { h, w }: MatrixShape,
  matrices: number,
): Pick<MatrixTile, 'height' | 'width' | 'step' | 'positions'>[] {
  const below = { height: matrices, width: SIDE, step: SIDE + halo, positions: (matrices + halo) * (SIDE + halo) };
  const pitch = w + halo;
  const height = Math.min(h, Math.floor((SIDE * matrices - w) / pitch) + 1);
  const behind = { height, width: w, step: SIDE, positions: SIDE * matrices + halo * (pitch + 1) };
  return [below, behind]
    .map((layout) => ({ ...layout, positions: copies * layout.positions }))
    .filter(({ height, positions }) => height > 0 && positions <= MOST_POSITIONS);
}

/**
 * What a convolution should take with a tile, in matrix products of a multiprocessor. For each tap a unit multiplies m·n matrices and
 * loads m of weights and n of pixels; a load of 512 bytes and a product take about as long. Bringing the patch to workgroup
 * memory comes once for all taps. Then the rounds in which all workgroups have their turn. (Counted, not measured.)
 */
function costOf({ taps }: MatrixConvolution, tile: MatrixTile, shape: MatrixShape): number {
  const { m, n, positions } = tile;
  const workgroup = m * n + m + n + positions / (4 * taps);
  const [x, y] = matrixGroups(tile, shape);
  return workgroup * Math.max(1, (x * y) / MULTIPROCESSORS);
}
