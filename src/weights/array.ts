/** Arrays as NumPy lays them out, whether in a pickle or in a file of their own. */

import { permuted, type StoredTensor } from '../graph/stored-tensor.js';
import { decodeElements, dtypeOf, type ElementType } from './elements.js';

/** How the numbers of an array lie. */
export interface ArrayLayout {
  readonly element: ElementType;
  readonly shape: readonly number[];
  readonly bigEndian: boolean;
  /** Whether the first axis runs fastest, as in Fortran, and not the last. */
  readonly fortran: boolean;
}

/** @param copy the bytes of the array, in memory of their own */
export function storedArray({ element, shape, bigEndian, fortran }: ArrayLayout, copy: () => Uint8Array): StoredTensor {
  const inOrder = (ordered: readonly number[]): StoredTensor => ({
    shape: ordered,
    dtype: dtypeOf(element),
    read() {
      const bytes = copy();
      if (bigEndian) swapBytes(bytes, element.bytes);
      return decodeElements(element, bytes, ordered);
    },
  });
  if (!fortran || shape.length < 2) return inOrder(shape);
  // Fortran's order is the row-major order of the axes taken from the last to the first.
  return permuted(
    inOrder(shape.toReversed()),
    shape.map((_, axis) => shape.length - 1 - axis),
  );
}

/** Turns the bytes of each element round, in place: from big-endian to little-endian. */
function swapBytes(bytes: Uint8Array, width: number): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (width === 2) buffer.swap16();
  else if (width === 4) buffer.swap32();
  else if (width === 8) buffer.swap64();
}
