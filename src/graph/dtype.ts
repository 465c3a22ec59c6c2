/** The number formats that tensors are kept in. Arithmetic is float32, whatever its operands are kept in. */
export type DType = 'f32' | 'f16' | 'bf16';

/** Bytes of one number. */
export const DTYPE_BYTES: Readonly<Record<DType, number>> = { f32: 4, f16: 2, bf16: 2 };

const scratch = new DataView(new ArrayBuffer(4));

/** The value of an IEEE 754 half, given its 16 bits. Exact: float32 holds every half. */
export function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24; // zero and the subnormals
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The value of a bfloat16, given its 16 bits: the upper half of a float32's. */
export function bfloat16ToNumber(bits: number): number {
  scratch.setUint32(0, bits << 16);
  return scratch.getFloat32(0);
}
