import { readImage } from './read.js';
import { checkSize, type Target, type ToTargetOptions, toTarget } from './to-target.js';

export type { Target } from './to-target.js';

export interface TargetOptions extends ToTargetOptions {
  /** Refuse pictures of more pixels than this; see {@link readImage}. */
  readonly maxPixels?: number;
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
  checkSize(size);
  const image = await readImage(path, { background, maxPixels });
  const { width, height } = image;
  const isOblong = fit === 'pad' && width !== height && Math.min(width, height) >= PHOTO_SIDE && image.format !== 'svg';
  const target = toTarget(image, options, path);
  if (!isOblong) return target;
  const padded = `${path}: ${width} × ${height} pixels, so it was padded to a square; if it is a photo, crop it to the face first`;
  return { ...target, warnings: [padded, ...target.warnings] };
}
