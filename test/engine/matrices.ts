/** The convolutions on subgroup matrices, which no adapter here has: their kernels run with plain loops in the place of products. */

import type { Engine } from '../../dist/engine/engine.js';
import { MATRIX_KERNELS } from '../../dist/engine/webgpu/matrix-variants.js';
import type { MeasuredChoices } from '../../dist/engine/webgpu/variants.js';
import { openWebGpu } from '../../dist/node/dawn.js';
import type { Case } from './conformance.js';
import { tiledCases } from './tiled.js';

/** One of all tilings of these kernels, another for every shape and `salt`. */
function anyMatrixTiling(salt: number): MeasuredChoices {
  return (op, shape, possible) => {
    const matrices = possible.filter(({ kernel }) => MATRIX_KERNELS.includes(kernel));
    const key = [...`${op} ${JSON.stringify(shape)}`].reduce(
      (sum, letter) => (31 * sum + letter.charCodeAt(0)) % 1e6,
      salt,
    );
    return matrices[key % matrices.length];
  };
}

/** An engine that takes no other kernels for its convolutions, in f32. */
export function openEmulated(adapter: string | undefined, salt: number): Promise<Engine> {
  return openWebGpu({ adapter, emulatedMatrices: true, measured: anyMatrixTiling(salt) });
}

/** Those that such an engine computes with these kernels. */
export function matrixCases(): Case[] {
  return tiledCases().filter(({ name }) => !/1×1 \d+ → \d+/.test(name));
}

/** One of each kernel: matrices.sweep.test.ts has them all. */
export function fewMatrixCases(): Case[] {
  const few = /^conv 3×3 13 → 17, 4×6|^conv_up 13 → 17, 5×3|^conv_up adjoint 17 → 13, 10×6/;
  return matrixCases().filter(({ name }) => few.test(name));
}
