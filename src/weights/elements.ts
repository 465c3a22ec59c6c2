/** The number formats found in weight files, and their way to float32. */

/** One number format: how many bytes an element takes, and how to read one (little-endian). */
export interface ElementType {
  readonly bytes: number;
  read(view: DataView, at: number): number;
}

const scratch = new DataView(new ArrayBuffer(4));

/** The value of an IEEE 754 half. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24; // zero and the subnormals
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The value of a bfloat16: the upper half of a float32. */
function bfloat16ToNumber(bits: number): number {
  scratch.setUint32(0, bits << 16);
  return scratch.getFloat32(0);
}

/** By the names of the safetensors format. */
export const ELEMENT_TYPES = {
  F64: { bytes: 8, read: (view, at) => view.getFloat64(at, true) },
  F32: { bytes: 4, read: (view, at) => view.getFloat32(at, true) },
  F16: { bytes: 2, read: (view, at) => halfToNumber(view.getUint16(at, true)) },
  BF16: { bytes: 2, read: (view, at) => bfloat16ToNumber(view.getUint16(at, true)) },
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

/** A contiguous run of elements as float32 (rounded to nearest). The result is a copy and shares no memory with the file. */
export function decodeElements(type: ElementType, bytes: Uint8Array): Float32Array {
  const result = new Float32Array(bytes.length / type.bytes);
  if (type === ELEMENT_TYPES.F32) {
    // Bit for bit and fast; every host that WebGPU runs on is little-endian like the file.
    new Uint8Array(result.buffer).set(bytes);
    return result;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let i = 0; i < result.length; i++) result[i] = type.read(view, i * type.bytes);
  return result;
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
