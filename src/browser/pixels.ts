import { FacewrightError } from '../errors.js';
import { parseColour } from '../image/colour.js';
import { composite } from '../image/composite.js';
import { to8Bits } from '../image/rgb.js';
import { type Target, type ToTargetOptions, toTarget } from '../image/to-target.js';

/** Pixels of a canvas, as `getImageData` gives them. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** Interleaved red, green, blue, alpha, not premultiplied: [height, width, 4]. */
  readonly data: Uint8ClampedArray | Uint8Array;
}

/**
 * The target of a search from a canvas' pixels, as the command makes it of a picture: composited over the background, square,
 * scaled by the D of the search, rounded to 8 bits. Draw the picture in its own size: a canvas that scales takes another kernel. (Of
 * transparent pixels a canvas keeps the colours only about: there the target may differ from the command's in a last bit, and then the
 * search has another start.)
 *
 * @param name what warnings and errors call the picture
 * @throws FacewrightError when it is not square and `fit` is `error`, or a size or colour is none
 *
 * @example
 * const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
 * const { rgb } = targetFromPixels(pixels, { size: 16, fit: 'pad', background: 'white' });
 */
export function targetFromPixels(pixels: Pixels, options: ToTargetOptions, name = 'picture'): Target {
  const { width, height, data } = pixels;
  if (data.length !== 4 * width * height || data.length === 0) {
    throw new FacewrightError(`${name}: ${data.length} numbers for ${width} × ${height} pixels; expected four each`);
  }
  const rgb = composite(data, 4, 255, parseColour(options.background));
  return toTarget({ width, height, data: rgb }, options, name);
}

/**
 * A face as a canvas takes it, opaque: `context.putImageData(new ImageData(facePixels(image, r), r), 0, 0)`.
 *
 * @param planar [3, side, side], nominally in [0, 1]; clamped and rounded
 * @returns [side, side, 4]
 */
export function facePixels(planar: Float32Array, side: number): Uint8ClampedArray<ArrayBuffer> {
  const plane = side * side;
  if (planar.length !== 3 * plane) {
    throw new FacewrightError(`a face of ${side} px has ${3 * plane} numbers, not ${planar.length}`);
  }
  const data = new Uint8ClampedArray(4 * plane).fill(255);
  for (let i = 0; i < plane; i++) {
    for (let c = 0; c < 3; c++) data[4 * i + c] = to8Bits(planar[c * plane + i]);
  }
  return data;
}
