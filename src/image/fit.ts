import { FacewrightError } from '../errors.js';
import { resampleAxis } from './bicubic.js';
import { parseColour } from './colour.js';
import type { RgbImage } from './rgb.js';

/** What to do with a picture that is not square; the default is `pad`. */
export const fits = ['pad', 'crop', 'stretch', 'error'] as const;
export type Fit = (typeof fits)[number];

/** Largest side of a square that is made from an oblong picture: its pixels take 12 bytes each. */
const MAX_SIDE = 16384;

/**
 * Makes a picture square. A square one is returned as it is.
 *
 * - `pad` centres it on a square of its longer side, filled with `background`
 * - `crop` cuts the centred square of its shorter side
 * - `stretch` enlarges its shorter side to the longer one, so that no detail is lost before it is scaled down
 * - `error` refuses it
 *
 * An odd pixel goes to the right or to the bottom.
 *
 * @param background a CSS colour; used by `pad` only
 * @param name how errors call the picture: its path as given
 * @throws FacewrightError when the fit is `error`, or the square would be unreasonably large
 */
export function fitSquare(image: RgbImage, fit: Fit, background: string, name = 'picture'): RgbImage {
  const { width, height, data } = image;
  if (width === height) return image;
  if (fit === 'error') {
    throw new FacewrightError(
      `${name}: ${width} × ${height} pixels, not square; crop it, or choose how to fit it: pad, crop or stretch`,
    );
  }
  if (fit === 'crop') return crop(image, Math.min(width, height));
  const side = Math.max(width, height);
  if (side > MAX_SIDE) {
    throw new FacewrightError(
      `${name}: ${width} × ${height} pixels, too long to ${fit} to a square; crop it or scale it down first`,
    );
  }
  if (fit === 'pad') return pad(image, side, background);
  const square = new Float32Array(side * side * 3);
  if (height < side) resampleAxis(data, square, 1, height, width * 3, side);
  else resampleAxis(data, square, height, width, 3, side);
  // The cubic overshoots at edges; a picture does not.
  for (let i = 0; i < square.length; i++) square[i] = Math.min(Math.max(square[i], 0), 1);
  return { width: side, height: side, data: square };
}

/** The centred square of `side` px. */
function crop({ width, height, data }: RgbImage, side: number): RgbImage {
  const left = Math.floor((width - side) / 2);
  const top = Math.floor((height - side) / 2);
  const square = new Float32Array(side * side * 3);
  for (let y = 0; y < side; y++) {
    const from = ((top + y) * width + left) * 3;
    square.set(data.subarray(from, from + side * 3), y * side * 3);
  }
  return { width: side, height: side, data: square };
}

/** The picture in the middle of a square of `side` px. */
function pad({ width, height, data }: RgbImage, side: number, background: string): RgbImage {
  const colour = parseColour(background);
  const left = Math.floor((side - width) / 2);
  const top = Math.floor((side - height) / 2);
  const square = new Float32Array(side * side * 3);
  for (let i = 0; i < square.length; i++) square[i] = colour[i % 3];
  for (let y = 0; y < height; y++) {
    square.set(data.subarray(y * width * 3, (y + 1) * width * 3), ((top + y) * side + left) * 3);
  }
  return { width: side, height: side, data: square };
}
