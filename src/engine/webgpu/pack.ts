import type { Tensor } from '../../graph/graph.js';
import type { PackedWeight } from './dispatch.js';
import { SIDE } from './matrix-tiles.js';

/**
 * Weight layouts of the kernels. All are arithmetic on host memory, done once per network and layout.
 *
 * Convolutions want the weights of 8 output channels side by side, channels beyond the last being zero.
 */

/** A layout of weights: its name, and how it is made. */
export interface WeightLayout {
  readonly name: string;
  /** @param data [o, i, k, k]; with `adjoint` as the transposed map reads it */
  readonly pack: (data: Float32Array, o: number, i: number, adjoint: boolean) => Float32Array;
  /** How many numbers `pack` makes, where that can be said without it. */
  readonly numbers?: (o: number, i: number, adjoint: boolean) => number;
}

/** A weight as a kernel wants it. */
export function packedWeight(tensor: Tensor, layout: WeightLayout, adjoint: boolean): PackedWeight {
  const [o, i] = tensor.shape;
  const { name, pack } = layout;
  return {
    tensor,
    key: adjoint ? `${name}, adjoint` : name,
    pack: (data) => pack(data, o, i, adjoint),
    numbers: layout.numbers?.(o, i, adjoint),
  };
}

/** A weight as it is. */
export function plainWeight(tensor: Tensor): PackedWeight {
  return { tensor, key: 'plain', pack: (data) => data };
}

/** Reads weight (output channel o, input channel i, row ky, column kx) of the map that a kernel computes. */
export type WeightAt = (o: number, i: number, ky: number, kx: number) => number;

/** [OUT/block][IN][taps][block]: the tap order is given by `taps`, as (ky, kx) pairs. */
export function packBlocks(
  out: number,
  into: number,
  block: number,
  taps: readonly (readonly [number, number])[],
  at: WeightAt,
): Float32Array {
  const blocks = Math.ceil(out / block);
  const packed = new Float32Array(blocks * into * taps.length * block);
  let to = 0;
  for (let b = 0; b < blocks; b++) {
    for (let i = 0; i < into; i++) {
      for (const [ky, kx] of taps) {
        for (let k = 0; k < block; k++, to++) {
          const o = b * block + k;
          if (o < out) packed[to] = at(o, i, ky, kx);
        }
      }
    }
  }
  return packed;
}

function square(side: number): [number, number][] {
  return Array.from({ length: side * side }, (_, t) => [Math.floor(t / side), t % side]);
}

/**
 * For conv3x3: weight [o, i, 3, 3] → [out/8][in][3][3][8]. The adjoint exchanges o and i and turns the kernel by 180°.
 */
export function packConv3x3(data: Float32Array, o: number, i: number, adjoint: boolean): Float32Array {
  return adjoint
    ? packBlocks(i, o, 8, square(3), (to, from, ky, kx) => data[(from * i + to) * 9 + (2 - ky) * 3 + (2 - kx)])
    : packBlocks(o, i, 8, square(3), (to, from, ky, kx) => data[(to * i + from) * 9 + ky * 3 + kx]);
}

/** For conv1x1: weight [o, i, 1, 1] → [out/4][in][4]; the adjoint exchanges o and i. */
export function packConv1x1(data: Float32Array, o: number, i: number, adjoint: boolean): Float32Array {
  return adjoint
    ? packBlocks(i, o, 4, square(1), (to, from) => data[from * i + to])
    : packBlocks(o, i, 4, square(1), (to, from) => data[to * i + from]);
}

/**
 * For conv_up: weight [o, i, 4, 4] → [o/block][py][i][dy][px][dx][block]. Output row 2r + py takes from input row r + py − 1 + dy
 * the weight row 2r + py + 1 − 2(r + py − 1 + dy) = 3 − py − 2·dy; columns likewise.
 */
export function packConvUp(data: Float32Array, o: number, i: number, block = 8): Float32Array {
  const phase = (py: number) => {
    const taps: [number, number][] = [];
    for (const dy of [0, 1]) {
      for (const px of [0, 1]) for (const dx of [0, 1]) taps.push([3 - py - 2 * dy, 3 - px - 2 * dx]);
    }
    return packBlocks(o, i, block, taps, (to, from, ky, kx) => data[(to * i + from) * 16 + ky * 4 + kx]);
  };
  const phases = [phase(0), phase(1)];
  const panel = i * 8 * block;
  const packed = new Float32Array(phases[0].length * 2);
  for (let b = 0; b * panel < phases[0].length; b++) {
    phases.forEach((values, py) => {
      packed.set(values.subarray(b * panel, (b + 1) * panel), (2 * b + py) * panel);
    });
  }
  return packed;
}

/** For conv_down, the adjoint of conv_up: weight [o, i, 4, 4] → [i/8][o][4][4][8]. */
export function packConvDown(data: Float32Array, o: number, i: number): Float32Array {
  return packBlocks(i, o, 8, square(4), (to, from, ky, kx) => data[(from * i + to) * 16 + ky * 4 + kx]);
}

/** Values of a subgroup matrix. */
const CELLS = SIDE * SIDE;

/**
 * [OUT/16][panel][IN/16][tap][16 out][16 in], zero beyond the last channels: each subgroup matrix of weights is one run of values.
 *
 * @param panels for each its taps, as (ky, kx) pairs
 */
function packMatrices(
  out: number,
  into: number,
  panels: readonly (readonly (readonly [number, number])[])[],
  at: WeightAt,
): Float32Array {
  const [blocks, slices] = [Math.ceil(out / SIDE), Math.ceil(into / SIDE)];
  const taps = panels.flatMap((panel, p) =>
    panel.map(([ky, kx], t) => ({ ky, kx, at: p * slices * panel.length + t, of: panel.length })),
  );
  const packed = new Float32Array(blocks * slices * taps.length * CELLS);
  for (let o = 0; o < out; o++) {
    for (let i = 0; i < into; i++) {
      const block = Math.floor(o / SIDE) * slices * taps.length;
      const slice = Math.floor(i / SIDE);
      const cell = (o % SIDE) * SIDE + (i % SIDE);
      for (const tap of taps) {
        packed[(block + tap.at + slice * tap.of) * CELLS + cell] = at(o, i, tap.ky, tap.kx);
      }
    }
  }
  return packed;
}

/** For conv3x3_matrix: weight [o, i, 3, 3] → [out/16][in/16][3][3][16 out][16 in]; the adjoint as in `packConv3x3`. */
export function packConv3x3Matrix(data: Float32Array, o: number, i: number, adjoint: boolean): Float32Array {
  return adjoint
    ? packMatrices(i, o, [square(3)], (to, from, ky, kx) => data[(from * i + to) * 9 + (2 - ky) * 3 + (2 - kx)])
    : packMatrices(o, i, [square(3)], (to, from, ky, kx) => data[(to * i + from) * 9 + ky * 3 + kx]);
}

/** For conv_up_matrix: weight [o, i, 4, 4] → [o/16][py][px][i/16][dy][dx][16 o][16 i]; rows and columns as in `packConvUp`. */
export function packConvUpMatrix(data: Float32Array, o: number, i: number): Float32Array {
  const panels = square(2).map(([py, px]) =>
    square(2).map(([dy, dx]): [number, number] => [3 - py - 2 * dy, 3 - px - 2 * dx]),
  );
  return packMatrices(o, i, panels, (to, from, ky, kx) => data[(to * i + from) * 16 + ky * 4 + kx]);
}

/** For conv_down_matrix: weight [o, i, 4, 4] → [i/16][a][o/16][b][dr][ds][16 i][16 o], of row 2·dr + a and column 2·ds + b. */
export function packConvDownMatrix(data: Float32Array, o: number, i: number): Float32Array {
  const panels = [0, 1].map((a) =>
    [0, 1].flatMap((b) => square(2).map(([dr, ds]): [number, number] => [2 * dr + a, 2 * ds + b])),
  );
  return packMatrices(i, o, panels, (to, from, ky, kx) => data[(from * i + to) * 16 + ky * 4 + kx]);
}

/** For linear: weight [m, k] → [k][m/4][4]; the adjoint reads it the other way round. */
export function packLinear(data: Float32Array, m: number, k: number, adjoint: boolean): Float32Array {
  const [out, into] = adjoint ? [k, m] : [m, k];
  const columns = Math.ceil(out / 4) * 4;
  const packed = new Float32Array(into * columns);
  for (let from = 0; from < into; from++) {
    for (let to = 0; to < out; to++) packed[from * columns + to] = adjoint ? data[from * k + to] : data[to * k + from];
  }
  return packed;
}

/** Numbers in blocks of `block` output channels with so many taps for each pair of channels. */
function blocked(block: number, taps: number): WeightLayout['numbers'] {
  return (o, i, adjoint) => {
    const [out, into] = adjoint ? [i, o] : [o, i];
    return Math.ceil(out / block) * block * into * taps;
  };
}

export const conv1x1Blocks: WeightLayout = { name: 'conv1x1', pack: packConv1x1, numbers: blocked(4, 1) };
export const conv3x3Blocks: WeightLayout = { name: 'conv3x3', pack: packConv3x3, numbers: blocked(8, 9) };
export const convUpBlocks: WeightLayout = {
  name: 'conv_up',
  pack: (data, o, i) => packConvUp(data, o, i),
  numbers: blocked(8, 16),
};
/** The same in blocks of 4 channels. */
export const convUpQuads: WeightLayout = {
  name: 'conv_up, 4',
  pack: (data, o, i) => packConvUp(data, o, i, 4),
  numbers: blocked(4, 16),
};
export const convDownBlocks: WeightLayout = { name: 'conv_down', pack: packConvDown, numbers: blocked(8, 16) };
export const conv3x3Matrices: WeightLayout = { name: 'conv3x3, matrices', pack: packConv3x3Matrix };
export const convUpMatrices: WeightLayout = { name: 'conv_up, matrices', pack: packConvUpMatrix };
export const convDownMatrices: WeightLayout = { name: 'conv_down, matrices', pack: packConvDownMatrix };
export const linearColumns: WeightLayout = { name: 'linear', pack: packLinear, numbers: blocked(4, 1) };
