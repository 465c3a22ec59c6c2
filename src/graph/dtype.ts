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

/**
 * The 16 bits of the IEEE 754 half that is nearest to a value, ties to even. What is larger than the largest half, 65504, by half
 * a step or more becomes infinite.
 */
export function numberToHalf(value: number): number {
  scratch.setFloat32(0, value);
  const sign = scratch.getUint8(0) & 0x80 ? 0x8000 : 0;
  if (Number.isNaN(value)) return 0x7e00;
  const size = Math.abs(value);
  if (size === Number.POSITIVE_INFINITY) return sign | 0x7c00;
  // The step between halves of this size; below 2⁻¹⁴ they are subnormal and all 2⁻²⁴ apart.
  const exponent = Math.max(-14, size === 0 ? -14 : Math.floor(Math.log2(size)));
  const steps = roundedToEven(size / 2 ** (exponent - 10));
  const bits = (exponent + 14) * 1024 + steps; // a carry out of the fraction lands in the exponent, as it must
  return sign | Math.min(bits, 0x7c00);
}

function roundedToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return floor + (rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? 1 : 0);
}

/** The 16 bits of the nearest half of every value, as `numberToHalf` has it. */
export function numbersToHalves(values: Float32Array): Uint16Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const halves = new Uint16Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const size = bits[i] & 0x7fffffff;
    // From 2⁻¹⁴ to below 65520 the exponent is moved and the fraction shortened, a carry out of which lands in the exponent.
    halves[i] =
      size >= 0x38800000 && size < 0x477ff000
        ? ((bits[i] >>> 16) & 0x8000) | ((size - 0x38000000 + 0xfff + ((size >>> 13) & 1)) >>> 13)
        : numberToHalf(values[i]);
  }
  return halves;
}
