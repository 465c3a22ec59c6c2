// What a kernel has made, held against what it should be.

import type { Shape } from '../../graph/graph.js';
import { UNWRITTEN } from './guarded.js';

/** A value that is not what it should be, by its place in [n, c, h, w]. */
export interface Mismatch {
  readonly place: readonly [number, number, number, number];
  readonly value: number;
  readonly wanted: number;
  /** Nothing was written there. */
  readonly unwritten: boolean;
}

/** How far a tensor is from what it should be. */
export interface Difference {
  /** ‖value − wanted‖ / ‖wanted‖; infinite where a value is no number. */
  readonly error: number;
  /** Of how many values; empty where the error is within its bound. */
  readonly values: number;
  readonly different: number;
  /** How many of these nobody has written. */
  readonly unwritten: number;
  /** The first of them, in the order of memory. */
  readonly first: readonly Mismatch[];
}

const SHOWN = 5;

/**
 * Compares a tensor with what it should be.
 *
 * Where the error is beyond its bound, values are different that are off by more than ten times their part of it (rounding
 * scatters), or else all that are off by more than their part.
 *
 * @param bits of the tensor's values, `UNWRITTEN` where there are none
 * @param bound the largest relative norm of the difference that is allowed
 */
export function difference(
  bits: Uint32Array<ArrayBuffer>,
  wanted: Float32Array,
  shape: Shape,
  bound: number,
): Difference {
  const value = new Float32Array(bits.buffer, bits.byteOffset, bits.length);
  let [off, norm] = [0, 0];
  value.forEach((one, index) => {
    off += (one - wanted[index]) ** 2;
    norm += wanted[index] ** 2;
  });
  const error = off === 0 ? 0 : Number.isFinite(off) ? Math.sqrt(off / norm) : Number.POSITIVE_INFINITY;
  if (error <= bound) return { error, values: value.length, different: 0, unwritten: 0, first: [] };
  const part = bound * Math.sqrt(norm / value.length);
  const beyond = (allowed: number) =>
    [...value.keys()].filter((index) => !(Math.abs(value[index] - wanted[index]) <= allowed));
  const far = beyond(10 * part);
  const different = far.length > 0 ? far : beyond(part);
  return {
    error,
    values: value.length,
    different: different.length,
    unwritten: different.filter((index) => bits[index] === UNWRITTEN).length,
    first: different.slice(0, SHOWN).map((index) => ({
      place: placeOf(index, shape),
      value: value[index],
      wanted: wanted[index],
      unwritten: bits[index] === UNWRITTEN,
    })),
  };
}

function placeOf(index: number, [, c, h, w]: Shape): [number, number, number, number] {
  return [Math.floor(index / (c * h * w)), Math.floor(index / (h * w)) % c, Math.floor(index / w) % h, index % w];
}
