import { FacewrightError } from '../errors.js';
import { resampleTo } from './bicubic.js';
import { type Fit, fitSquare } from './fit.js';
import { type RgbImage, to8Bits } from './rgb.js';

/** How a picture becomes a target. */
export interface ToTargetOptions {
  /** Side of the target in pixels. */
  readonly size: number;
  /** What to do with a picture that is not square. */
  readonly fit: Fit;
  /** An opaque CSS colour: put beside a picture that is padded. */
  readonly background: string;
}

/** The small picture that is searched for. */
export interface Target {
  /** [size, size, 3] interleaved. 8 bits, because NAME.target.png has to be exactly what was searched for. */
  readonly rgb: Uint8Array;
  /** Side in pixels. */
  readonly size: number;
  /** What a person should know about how it was made; each starts with the picture's name. */
  readonly warnings: string[];
}

/** @throws FacewrightError for what is no number of pixels */
export function checkSize(size: number): void {
  if (Number.isSafeInteger(size) && size >= 1) return;
  throw new FacewrightError(`size ${size}: not a size in pixels; give a whole number such as 16 or 32`);
}

/**
 * Makes a picture the target of a search: square, scaled by the D of the search, rounded to 8 bits.
 *
 * @param name what warnings and errors call it
 * @throws FacewrightError when it is not square and `fit` is `error`, or the size is none
 */
export function toTarget(image: RgbImage, { size, fit, background }: ToTargetOptions, name: string): Target {
  checkSize(size);
  const { image: scaled, warning } = resampleTo(fitSquare(image, fit, background, name), size);
  return {
    rgb: Uint8Array.from(scaled.data, to8Bits),
    size,
    warnings: warning === undefined ? [] : [`${name}: ${warning}`],
  };
}
