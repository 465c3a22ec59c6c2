/** A picture inside the program: sRGB in [0, 1], opaque. */
export interface RgbImage {
  /** In pixels, at least 1. */
  readonly width: number;
  /** In pixels, at least 1. */
  readonly height: number;
  /** Interleaved red, green, blue: [height, width, 3]. */
  readonly data: Float32Array;
}

/** A picture of 8 bits a channel, as files hold it. */
export interface Rgb8Image {
  /** In pixels, at least 1. */
  readonly width: number;
  /** In pixels, at least 1. */
  readonly height: number;
  /** Interleaved red, green, blue: [height, width, 3]. */
  readonly data: Uint8Array;
}

/** A value of [0, 1] as 8 bits: clamped, rounded to the nearest. */
export function to8Bits(value: number): number {
  return Math.round(Math.min(Math.max(value, 0), 1) * 255);
}

/**
 * A planar picture [3, h, w] as interleaved 8 bits [h, w, 3]; values are clamped to [0, 1] and rounded.
 *
 * @param planar 3·w·h numbers, nominally in [0, 1]
 */
export function toRgb8(planar: Float32Array | Float64Array, w: number, h: number): Uint8Array {
  const plane = w * h;
  if (planar.length !== 3 * plane) throw new RangeError(`toRgb8 needs [3, ${h}, ${w}], got ${planar.length} numbers`);
  const rgb = new Uint8Array(3 * plane);
  for (let i = 0; i < plane; i++) {
    for (let c = 0; c < 3; c++) rgb[i * 3 + c] = to8Bits(planar[c * plane + i]);
  }
  return rgb;
}
