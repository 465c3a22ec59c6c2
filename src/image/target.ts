import { FacewrightError } from '../errors.js';
import { resampleTo } from './bicubic.js';
import { type Fit, fitSquare } from './fit.js';
import { readImage } from './read.js';
import { to8Bits } from './rgb.js';

export interface TargetOptions {
  /** Side of the target in pixels. */
  readonly size: number;
  /** What to do with a picture that is not square. */
  readonly fit: Fit;
  /** An opaque CSS colour: put behind transparent pixels and beside a picture that is padded. */
  readonly background: string;
  /** Refuse pictures of more pixels than this; see {@link readImage}. */
  readonly maxPixels?: number;
}

/** The small picture that is searched for. */
export interface Target {
  /** [size, size, 3] interleaved. 8 bits, because NAME.target.png has to be exactly what was searched for. */
  readonly rgb: Uint8Array;
  /** Side in pixels. */
  readonly size: number;
  /** What a person should know about how it was made; each starts with the path. */
  readonly warnings: string[];
}

/** From this length of the shorter side on, an oblong picture is taken for a photo rather than a thumbnail or an icon. */
const PHOTO_SIDE = 256;

/**
 * Reads a picture and makes it the target of a search: square, scaled by the D of the search, rounded to 8 bits.
 *
 * @throws FacewrightError when the picture cannot be read or is not square and `fit` is `error`
 * @example
 * const { rgb, warnings } = await makeTarget('grin.svg', { size: 16, fit: 'pad', background: 'white' });
 */
export async function makeTarget(path: string, options: TargetOptions): Promise<Target> {
  const { size, fit, background, maxPixels } = options;
  if (!Number.isSafeInteger(size) || size < 1) {
    throw new FacewrightError(`size ${size}: not a size in pixels; give a whole number such as 16 or 32`);
  }
  const image = await readImage(path, { background, maxPixels });
  const warnings: string[] = [];
  const { width, height } = image;
  if (fit === 'pad' && width !== height && Math.min(width, height) >= PHOTO_SIDE && image.format !== 'svg') {
    warnings.push(
      `${path}: ${width} × ${height} pixels, so it was padded to a square; if it is a photo, crop it to the face first`,
    );
  }
  const scaled = resampleTo(fitSquare(image, fit, background, path), size);
  if (scaled.warning !== undefined) warnings.push(`${path}: ${scaled.warning}`);
  return { rgb: Uint8Array.from(scaled.image.data, to8Bits), size, warnings };
}
