import { FacewrightError } from '../errors.js';
import { resample8 } from '../image/bicubic.js';
import type { Rgb8Image } from '../image/rgb.js';
import { loadAddon } from '../node/native.js';
import type { CropQuad } from './quad.js';

/** Side of FFHQ's pictures, in pixels: what crops are made at, and the largest size of one. */
export const CROP_SIDE = 1024;

/**
 * Crops a quad of a picture, as FFHQ's pictures were: at 1024 px, whatever the size of the quad; what lies beyond the
 * picture is its mirror image, blurred and faded to the median colour. The work is the addon's (native/ffhq-crop.cc), on
 * another thread.
 *
 * @param name how errors call the picture: its path as given
 * @throws FacewrightError when the quad lies wholly beside the picture, or the addon cannot be loaded
 */
export async function cropFace(picture: Rgb8Image, quad: CropQuad, name = 'picture'): Promise<Rgb8Image> {
  const { topLeft, bottomLeft, bottomRight, topRight } = quad;
  const corners = Float64Array.of(...topLeft, ...bottomLeft, ...bottomRight, ...topRight);
  const { data, width, height } = picture;
  const addon = loadAddon();
  try {
    const crop = await addon.crop(data, width, height, corners, CROP_SIDE);
    return { width: CROP_SIDE, height: CROP_SIDE, data: crop };
  } catch (error) {
    throw new FacewrightError(`${name}: ${(error as Error).message}; check its landmarks`, { cause: error });
  }
}

/** A crop of 1024 px scaled to `size` px by the D of the search, as the original makes its targets. */
export function scaleCrop(crop: Rgb8Image, size: number): Rgb8Image {
  return resample8(crop, size);
}
