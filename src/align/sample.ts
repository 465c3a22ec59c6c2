// How the networks see a picture: parts of it, scaled to their size, turned, blurred. Values are 0 to 255, in floats.

import type { Rgb8Image } from '../image/rgb.js';
import type { Point } from './landmarks.js';

/** A square of numbers: [side, side, 3] interleaved, 0 to 255. */
export interface Patch {
  readonly side: number;
  readonly data: Float32Array;
}

/** A square of a picture, upright: its corner and its side in pixels. It may stick out. */
export interface Square {
  readonly left: number;
  readonly top: number;
  readonly side: number;
}

/** From the pixels of a patch to those of the picture that it is of. */
export interface Placing {
  /** Pixels of the picture for one of the patch. */
  readonly scale: number;
  readonly place: (point: Point) => Point;
}

/**
 * The placing of a patch that shows a square of a picture.
 *
 * @param side of the patch, or of the part of it that shows the square, in pixels
 * @param left of that part in the patch
 * @param top of that part in the patch
 */
export function placing(square: Square, side: number, left = 0, top = 0): Placing {
  const scale = square.side / side;
  return {
    scale,
    place: ([x, y]) => [(x + 0.5 - left) * scale + square.left - 0.5, (y + 0.5 - top) * scale + square.top - 0.5],
  };
}

/** A square of a picture that is turned clockwise by `angle` radians about its centre. */
export interface TurnedSquare {
  readonly centre: Point;
  readonly side: number;
  readonly angle: number;
}

/** For each of `side` samples its taps: `per` of them, an index of −1 standing for what is outside. */
interface Taps {
  readonly per: number;
  readonly index: Int32Array;
  readonly weight: Float32Array;
}

/** Triangles as wide as a sample, at least as wide as a pixel: averages where it shrinks, linear where it enlarges. */
function triangleTaps(from: number, length: number, side: number, size: number): Taps {
  const scale = length / side;
  const radius = Math.max(scale, 1);
  const per = Math.ceil(2 * radius) + 1;
  const index = new Int32Array(side * per);
  const weight = new Float32Array(side * per);
  for (let i = 0; i < side; i++) {
    const centre = from + (i + 0.5) * scale - 0.5;
    const first = Math.ceil(centre - radius);
    let sum = 0;
    for (let k = i * per; k < (i + 1) * per; k++) {
      const at = first + k - i * per;
      index[k] = at < 0 || at >= size ? -1 : at;
      weight[k] = Math.max(0, 1 - Math.abs(at - centre) / radius);
      sum += weight[k];
    }
    for (let k = i * per; k < (i + 1) * per; k++) weight[k] /= sum;
  }
  return { per, index, weight };
}

/**
 * A square of a picture at `side` px.
 *
 * @param fill the colour of what lies outside of the picture
 */
export function samplePatch(picture: Rgb8Image, square: Square, side: number, fill: readonly number[]): Patch {
  const { width, height, data } = picture;
  const across = triangleTaps(square.left, square.side, side, width);
  const down = triangleTaps(square.top, square.side, side, height);
  const row = side * 3;
  // Rows are scaled across when they are first needed; those that no sample reads never are.
  const first = Math.max(0, Math.floor(square.top - Math.max(square.side / side, 1) - 1));
  const rows = new Map<number, Float32Array>();
  const outside = Float32Array.from({ length: row }, (_, i) => fill[i % 3]);
  const acrossRow = (y: number): Float32Array => {
    if (y < 0) return outside;
    const known = rows.get(y);
    if (known !== undefined) return known;
    const made = new Float32Array(row);
    const start = y * width;
    const { per, index, weight } = across;
    for (let i = 0; i < side; i++) {
      let r = 0;
      let g = 0;
      let b = 0;
      for (let k = i * per; k < (i + 1) * per; k++) {
        const w = weight[k];
        if (w === 0) continue;
        if (index[k] < 0) {
          r += w * fill[0];
          g += w * fill[1];
          b += w * fill[2];
        } else {
          const p = (start + index[k]) * 3;
          r += w * data[p];
          g += w * data[p + 1];
          b += w * data[p + 2];
        }
      }
      made[i * 3] = r;
      made[i * 3 + 1] = g;
      made[i * 3 + 2] = b;
    }
    rows.set(y, made);
    return made;
  };
  const patch = new Float32Array(side * row);
  let oldest = first;
  for (let i = 0; i < side; i++) {
    for (let k = i * down.per; k < (i + 1) * down.per; k++) {
      const w = down.weight[k];
      if (w === 0) continue;
      const from = acrossRow(down.index[k]);
      for (let t = 0, o = i * row; t < row; t++, o++) patch[o] += w * from[t];
    }
    // What the next sample no longer reads may go.
    const next = i + 1 < side ? down.index[(i + 1) * down.per] : 0;
    for (; oldest < next; oldest++) rows.delete(oldest);
  }
  return { side, data: patch };
}

/** How often a sample is split in each direction, at most, where a turned square is scaled down. */
const MOST_SPLITS = 4;

/** A turned square of a picture at `side` px, upright in the patch. */
export function sampleTurned(
  picture: Rgb8Image,
  { centre, side: length, angle }: TurnedSquare,
  side: number,
  fill: readonly number[],
): Patch {
  const { width, height, data } = picture;
  const scale = length / side;
  const splits = Math.min(Math.max(Math.round(scale), 1), MOST_SPLITS);
  const stepX = (Math.cos(angle) * scale) / splits;
  const stepY = (Math.sin(angle) * scale) / splits;
  const patch = new Float32Array(side * side * 3);
  const share = 1 / (splits * splits);
  const middle = (side * splits) / 2 - 0.5;
  for (let y = 0; y < side * splits; y++) {
    for (let x = 0; x < side * splits; x++) {
      const u = x - middle;
      const v = y - middle;
      const px = centre[0] + u * stepX - v * stepY;
      const py = centre[1] + u * stepY + v * stepX;
      const left = Math.floor(px);
      const top = Math.floor(py);
      const o = (Math.floor(y / splits) * side + Math.floor(x / splits)) * 3;
      if (left < 0 || top < 0 || left >= width - 1 || top >= height - 1) {
        for (let c = 0; c < 3; c++) patch[o + c] += share * fill[c];
        continue;
      }
      const fx = px - left;
      const fy = py - top;
      const a = (top * width + left) * 3;
      const b = a + width * 3;
      const w00 = (1 - fx) * (1 - fy) * share;
      const w10 = fx * (1 - fy) * share;
      const w01 = (1 - fx) * fy * share;
      const w11 = fx * fy * share;
      for (let c = 0; c < 3; c++) {
        patch[o + c] += w00 * data[a + c] + w10 * data[a + 3 + c] + w01 * data[b + c] + w11 * data[b + 3 + c];
      }
    }
  }
  return { side, data: patch };
}

/** A patch blurred by a Gaussian of `sigma` px; its edge goes on outwards. */
export function blurPatch({ side, data }: Patch, sigma: number): Patch {
  const radius = Math.max(1, Math.ceil(2.5 * sigma));
  const kernel = Float32Array.from({ length: 2 * radius + 1 }, (_, i) =>
    Math.exp(-((i - radius) ** 2) / 2 / sigma ** 2),
  );
  const sum = kernel.reduce((a, b) => a + b, 0);
  const row = side * 3;
  const across = new Float32Array(data.length);
  const line = new Float32Array(row + 6 * radius);
  for (let start = 0; start < data.length; start += row) {
    line.set(data.subarray(start, start + row), 3 * radius);
    for (let i = 0; i < 3 * radius; i++) {
      line[i] = data[start + (i % 3)];
      line[3 * radius + row + i] = data[start + row - 3 + (i % 3)];
    }
    for (let k = 0; k < kernel.length; k++) {
      const w = kernel[k] / sum;
      for (let i = 0; i < row; i++) across[start + i] += w * line[3 * k + i];
    }
  }
  const both = new Float32Array(data.length);
  for (let y = 0; y < side; y++) {
    for (let k = 0; k < kernel.length; k++) {
      const w = kernel[k] / sum;
      const from = Math.min(Math.max(y + k - radius, 0), side - 1) * row;
      for (let i = 0, o = y * row; i < row; i++, o++) both[o] += w * across[from + i];
    }
  }
  return { side, data: both };
}
