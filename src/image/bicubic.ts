/**
 * The scaling that a search is about: D, which turns a generated picture into one of the target's size. Targets are made
 * with the same D, so that a face which is found is held against a target of its own kind. Plain arithmetic in float64.
 *
 * The kernel is Keys' cubic with a = −0.5, stretched by the factor r = S/s, applied to rows and columns in turn.
 */
import { bicubicTaps, cubic, reflectBefore } from '../graph/bicubic.js';
import { type Rgb8Image, type RgbImage, to8Bits } from './rgb.js';

/**
 * The index that reflection puts at `i`: the picture mirrored about the centres of its first and last pixel, as often as
 * it takes (one pixel of padding beyond the mirror image starts the next mirror image).
 */
export function reflect(i: number, size: number): number {
  if (size === 1) return 0;
  const period = 2 * (size - 1);
  const r = ((i % period) + period) % period;
  return r < size ? r : period - r;
}

/** How to make `s` samples of `S`: sample j is the sum over k < count of weight[j·count + k] · source[index[j·count + k]]. */
export interface Taps {
  readonly count: number;
  readonly index: Int32Array;
  /** Sums to 1 over each sample. */
  readonly weight: Float64Array;
}

/**
 * The taps that scale `S` samples to `s`; both are at least 1.
 *
 * - r = S/s a whole number ≥ 2: the original's taps (graph/bicubic.ts), the same for every sample. For an odd r, where 4r
 *   taps have no middle pixel, they lie half a source pixel to the right of the exact centre.
 * - any other r > 1: the same kernel with scale r, centred at (j + ½)r − ½.
 * - r < 1: the kernel with scale 1 at the same centres, which interpolates.
 */
export function resamplingTaps(S: number, s: number): Taps {
  const r = S / s;
  return Number.isInteger(r) && r >= 2 ? wholeTaps(S, s, r) : brokenTaps(S, s, r);
}

function wholeTaps(S: number, s: number, r: number): Taps {
  const taps = bicubicTaps(r);
  const count = taps.length;
  const index = new Int32Array(s * count);
  const weight = new Float64Array(s * count);
  for (let j = 0; j < s; j++) {
    weight.set(taps, j * count);
    for (let k = 0; k < count; k++) index[j * count + k] = reflect(j * r - reflectBefore(r) + k, S);
  }
  return { count, index, weight };
}

function brokenTaps(S: number, s: number, r: number): Taps {
  const scale = Math.max(r, 1);
  const count = Math.ceil(4 * scale) + 1;
  const index = new Int32Array(s * count);
  const weight = new Float64Array(s * count);
  for (let j = 0; j < s; j++) {
    const centre = (j + 0.5) * r - 0.5;
    const first = Math.ceil(centre - 2 * scale);
    let sum = 0;
    for (let k = 0; k < count; k++) {
      index[j * count + k] = reflect(first + k, S);
      weight[j * count + k] = cubic((first + k - centre) / scale);
      sum += weight[j * count + k];
    }
    for (let k = 0; k < count; k++) weight[j * count + k] /= sum;
  }
  return { count, index, weight };
}

/** Row-major numbers of any precision. */
type Numbers = Float32Array | Float64Array;

/**
 * Resamples the middle axis of `from` [outer, S, inner] into `to` [outer, s, inner], which must be zero.
 * Sums are as precise as `to`.
 */
export function resampleAxis(from: Numbers, to: Numbers, outer: number, S: number, inner: number, s: number): void {
  const { count, index, weight } = resamplingTaps(S, s);
  for (let o = 0; o < outer; o++) {
    for (let j = 0; j < s; j++) {
      const target = (o * s + j) * inner;
      for (let k = j * count; k < (j + 1) * count; k++) {
        const w = weight[k];
        if (w === 0) continue;
        const source = (o * S + index[k]) * inner;
        for (let i = 0; i < inner; i++) to[target + i] += w * from[source + i];
      }
    }
  }
}

/** A picture scaled to the size of a target. */
export interface Resampled {
  /** [s, s] and *not* clamped: the cubic overshoots at edges. */
  readonly image: RgbImage;
  /** Said when the picture had to be enlarged, without the picture's name. */
  readonly warning?: string;
}

/**
 * Scales a square picture of side S to side `s` by D; a picture of that size is returned as it is.
 *
 * @param image square
 * @param s the side asked for, at least 1 px
 */
export function resampleTo(image: RgbImage, s: number): Resampled {
  const S = image.width;
  if (S !== image.height) throw new RangeError(`resampleTo needs a square, got ${S} × ${image.height}`);
  if (S === s) return { image };
  const rows = new Float64Array(s * S * 3);
  resampleAxis(image.data, rows, 1, S, S * 3, s);
  const both = new Float64Array(s * s * 3);
  resampleAxis(rows, both, s, S, 3, s);
  const scaled = { width: s, height: s, data: Float32Array.from(both) };
  if (S > s) return { image: scaled };
  return { image: scaled, warning: `${S} px wide, smaller than the target of ${s} px, so it was enlarged` };
}

/**
 * D of a picture of 8 bits, rounded to 8 bits again: how targets are made from crops, and what a face that was written looks
 * like at a target's size. A picture of that size is returned as it is.
 *
 * @param picture square
 * @param s the side asked for, at least 1 px
 */
export function resample8(picture: Rgb8Image, s: number): Rgb8Image {
  const { width, height, data } = picture;
  if (s === width) return picture;
  // Loops: TypedArray.from with a function takes ten times as long as the scaling itself.
  const floats = new Float32Array(data.length);
  for (let i = 0; i < data.length; i++) floats[i] = data[i] / 255;
  const { image } = resampleTo({ width, height, data: floats }, s);
  const pixels = new Uint8Array(image.data.length);
  for (let i = 0; i < pixels.length; i++) pixels[i] = to8Bits(image.data[i]);
  return { width: s, height: s, data: pixels };
}

/**
 * D of a planar picture [3, S, S] → [3, s, s] in float64, not clamped: what a report compares with the target.
 *
 * @param planar 3·S·S numbers
 * @param S side of the picture, at least `s`
 */
export function downscale(planar: Numbers, S: number, s: number): Float64Array {
  if (planar.length !== 3 * S * S)
    throw new RangeError(`downscale needs [3, ${S}, ${S}], got ${planar.length} numbers`);
  if (S === s) return Float64Array.from(planar);
  const rows = new Float64Array(3 * s * S);
  resampleAxis(planar, rows, 3, S, S, s);
  const both = new Float64Array(3 * s * s);
  resampleAxis(rows, both, 3 * s, S, 1, s);
  return both;
}
