import * as assert from 'uvu/assert';
import { asFloat32, type HostTensors } from '../dist/graph/host-tensor.js';
import { readSafetensors } from '../dist/weights/safetensors-file.js';
import { goldenPath } from './goldens.js';

/** The path of a golden file that the project carries a copy of. */
export function golden(relative: string): string {
  const path = goldenPath(relative);
  if (!path) throw new Error(`the golden file ${relative} is missing`);
  return path;
}

/** The tensors of a golden safetensors file. */
export async function goldenTensors(relative: string): Promise<HostTensors<'f32'>> {
  return asFloat32((await readSafetensors(golden(relative))).tensors);
}

/** ‖x − ref‖ / ‖ref‖ */
export function relativeError(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  let difference = 0;
  let norm = 0;
  for (let i = 0; i < expected.length; i++) {
    difference += (found[i] - expected[i]) ** 2;
    norm += expected[i] ** 2;
  }
  if (found.length !== expected.length || Number.isNaN(difference)) return Number.POSITIVE_INFINITY;
  return difference === 0 ? 0 : Math.sqrt(difference / norm);
}

/** Asserts ‖x − ref‖ / ‖ref‖ ≤ tolerance, naming the tensor. */
export function assertClose(
  name: string,
  found: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
): void {
  const error = relativeError(found, expected);
  assert.ok(error <= tolerance, `${name}: relative error ${error.toExponential(2)}, allowed ${tolerance}`);
}
