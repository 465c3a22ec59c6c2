import type { ConvolutionShape } from '../../dist/engine/webgpu/convolution-variants.js';
import type { MeasuredChoices } from '../../dist/engine/webgpu/variants.js';
import { type Case, conformanceCases } from './conformance.js';

/** The convolutions for GPUs, which no adapter here takes by itself. */
export const TILED = ['conv3x3_tiled', 'conv3x3_back_tiled', 'conv_up_tiled', 'conv_down_tiled'];

/**
 * Takes the kernels for GPUs, with their usual tiles; where there are many input channels for a small map, as these cases have them, shared
 * out among workgroups, which they would be for more work.
 */
export const tiledChoices: MeasuredChoices = (_op, shape, possible) => {
  const tiled = possible.filter(({ kernel }) => TILED.includes(kernel));
  const { into } = shape as ConvolutionShape;
  return (into > 32 && tiled.find(({ tiling }) => tiling.split > 1)) || tiled[0];
};

/** Convolutions by themselves, graphs with all that they read and write of StyleGAN1 and 2, and whole searches. */
export function tiledCases(): Case[] {
  return conformanceCases().filter(({ name }) =>
    /^conv|^modulated upsampling.* 13×9×7|^styled block|search steps/.test(name),
  );
}

/** Some for `npm test`, by kernels that lavapipe compiles in seconds: of the 3×3 one it takes longer. tiled.long.test.ts has more. */
export function fewTiledCases(): Case[] {
  const few = /^conv_up 16 → 16, 8×8, margin|^conv_up adjoint 16 → 16, 18×18, margin/;
  return tiledCases().filter(({ name }) => few.test(name));
}

/**
 * A selection that is not an afternoon's: a few channels and many, a map smaller than a tile and one larger, with a margin and without,
 * an odd number of slices.
 */
export function someTiledCases(): Case[] {
  const some =
    /5 → 3, 5×7|17 → 3, 7×9|3 → 17, 14×18|16 → 16, (8×8|18×18), margin|37 → 21, 19×23|512 → 64, 4×4|21 → 37, (38×46|19×23)/;
  return tiledCases().filter(({ name }) => some.test(name));
}
