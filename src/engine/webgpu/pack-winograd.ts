import { packBlocks, type WeightAt, type WeightLayout } from './pack.js';

/**
 * For conv3x3_winograd: weight [o, i, 3, 3] → [out/8][in][4][3][8], each column of 3 taps transformed to 4 (Lavin & Gray, CVPR 2016,
 * section 4.1); the kernel does the same to the rows. A third more than the taps, where both axes would be 16 for 9. The adjoint exchanges
 * o and i and turns the kernel by 180°.
 */
export function packConv3x3Winograd(data: Float32Array, o: number, i: number, adjoint: boolean): Float32Array {
  const tap: WeightAt = adjoint
    ? (to, from, ky, kx) => data[(from * i + to) * 9 + (2 - ky) * 3 + (2 - kx)]
    : (to, from, ky, kx) => data[(to * i + from) * 9 + ky * 3 + kx];
  const transformed: WeightAt = (to, from, line, kx) => {
    if (line === 0 || line === 3) return tap(to, from, line === 0 ? 0 : 2, kx);
    const ends = tap(to, from, 0, kx) + tap(to, from, 2, kx);
    const middle = tap(to, from, 1, kx);
    return (line === 1 ? ends + middle : ends - middle) / 2;
  };
  const places = [0, 1, 2, 3].flatMap((line) => [0, 1, 2].map((kx): [number, number] => [line, kx]));
  return adjoint ? packBlocks(i, o, 8, places, transformed) : packBlocks(o, i, 8, places, transformed);
}

export const conv3x3WinogradLines: WeightLayout = { name: 'conv3x3 winograd', pack: packConv3x3Winograd };
