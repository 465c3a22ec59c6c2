/** The number formats found in weight files, and their way into host tensors. */

import { bfloat16ToNumber, type DType, halfToNumber } from '../graph/dtype.js';
import type { HostTensor } from '../graph/host-tensor.js';

/** One number format: how many bytes an element takes, and how to read one (little-endian). */
export interface ElementType {
  readonly bytes: number;
  /** The type as which a tensor keeps these numbers bit for bit; absent: they become f32, rounded to nearest. */
  readonly dtype?: DType;
  read(view: DataView, at: number): number;
}

/** By the names of the safetensors format. */
export const ELEMENT_TYPES = {
  F64: { bytes: 8, read: (view, at) => view.getFloat64(at, true) },
  F32: { bytes: 4, dtype: 'f32', read: (view, at) => view.getFloat32(at, true) },
  F16: { bytes: 2, dtype: 'f16', read: (view, at) => halfToNumber(view.getUint16(at, true)) },
  BF16: { bytes: 2, dtype: 'bf16', read: (view, at) => bfloat16ToNumber(view.getUint16(at, true)) },
  I64: { bytes: 8, read: (view, at) => view.getInt32(at + 4, true) * 2 ** 32 + view.getUint32(at, true) },
  U64: { bytes: 8, read: (view, at) => view.getUint32(at + 4, true) * 2 ** 32 + view.getUint32(at, true) },
  I32: { bytes: 4, read: (view, at) => view.getInt32(at, true) },
  U32: { bytes: 4, read: (view, at) => view.getUint32(at, true) },
  I16: { bytes: 2, read: (view, at) => view.getInt16(at, true) },
  U16: { bytes: 2, read: (view, at) => view.getUint16(at, true) },
  I8: { bytes: 1, read: (view, at) => view.getInt8(at) },
  U8: { bytes: 1, read: (view, at) => view.getUint8(at) },
  BOOL: { bytes: 1, read: (view, at) => (view.getUint8(at) === 0 ? 0 : 1) },
} as const satisfies Record<string, ElementType>;

/** The type that numbers of a format have in a host tensor. */
export function dtypeOf(type: ElementType): DType {
  return type.dtype ?? 'f32';
}

/**
 * A contiguous run of elements as a tensor of that shape. f32, f16 and bf16 stay what they are, bit for bit; everything else
 * becomes f32, rounded to nearest.
 *
 * @param bytes in memory of their own (`ByteSource.copy`): the tensor may keep it
 */
export function decodeElements(type: ElementType, bytes: Uint8Array, shape: readonly number[]): HostTensor {
  const count = bytes.length / type.bytes;
  const { buffer, byteOffset } = bytes;
  if (type.dtype !== undefined) {
    // Every host that WebGPU runs on is little-endian like the file.
    if (type.dtype === 'f32') return { shape, dtype: type.dtype, data: new Float32Array(buffer, byteOffset, count) };
    return { shape, dtype: type.dtype, data: new Uint16Array(buffer, byteOffset, count) };
  }
  const data = new Float32Array(count);
  const view = new DataView(buffer, byteOffset, bytes.byteLength);
  for (let i = 0; i < count; i++) data[i] = type.read(view, i * type.bytes);
  return { shape, dtype: 'f32', data };
}

/** Whether a value from a file is an exact non-negative integer. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** More axes than PyTorch's own tensors mostly have; a bound on the work per tensor. */
const MOST_AXES = 32;

/**
 * The number of elements of a shape from a file, or `undefined` unless it has at most 32 axes, every side is a non-negative
 * integer and the product can be held exactly.
 */
export function elementCount(shape: readonly unknown[]): number | undefined {
  if (shape.length > MOST_AXES || !shape.every(isCount)) return undefined;
  if (shape.includes(0)) return 0;
  let count = 1;
  for (const side of shape) {
    count *= side;
    if (!Number.isSafeInteger(count)) return undefined;
  }
  return count;
}
