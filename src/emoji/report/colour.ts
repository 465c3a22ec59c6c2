// The colours of two small pictures, compared where the face is.

import {
  type Color,
  converter,
  differenceCiede2000,
  type Lab65,
  modeLab65,
  modeLrgb,
  modeRgb,
  useMode,
} from 'culori/fn';
import { faceWeights } from './region.js';

// Only what is used, instead of all of culori's colour spaces; `useMode` is what makes them known to it.
useMode(modeRgb);
useMode(modeLrgb);
useMode(modeLab65);
const toLab = converter('lab65');
const toLinear = converter('lrgb');
/** The difference of two colours; both in CIELAB (D65) or sRGB. */
export const ciede2000: (one: Color, other: Color) => number = differenceCiede2000();

/** [size, size, 3] in sRGB, 8 bits. */
export type Pixels = Uint8Array;

const rgbAt = (pixels: Pixels, index: number) => ({
  mode: 'rgb' as const,
  r: pixels[index * 3] / 255,
  g: pixels[index * 3 + 1] / 255,
  b: pixels[index * 3 + 2] / 255,
});

/**
 * The mean over the face's region of the CIEDE2000 difference of each pixel (CIE 142, 2001; formula as in Sharma, Wu &
 * Dalal 2005; D65, weights 1): about 1 is what an eye can just tell, black and white are 100 apart.
 *
 * @param size side of both pictures
 */
export function faceDifference(target: Pixels, result: Pixels, size: number): number {
  const weights = faceWeights(size);
  let sum = 0;
  for (const [index, weight] of weights.entries()) {
    if (weight > 0) sum += weight * ciede2000(rgbAt(target, index), rgbAt(result, index));
  }
  return sum;
}

/**
 * The mean colour of the face's region, in CIELAB (D65). The mean is one of light, of linear RGB: as the instruments
 * measure for which the angle below was made, and as one sees from afar. A mean of L* would make black and white in equal
 * parts a grey of 50, where they look like one of 76.
 */
export function faceColour(pixels: Pixels, size: number): Lab65 {
  const [r, g, b] = [0, 0, 0].map((_, channel) =>
    faceWeights(size).reduce((sum, weight, index) => sum + weight * linear[pixels[index * 3 + channel]], 0),
  );
  return toLab({ mode: 'lrgb', r, g, b });
}

/** The light of each value of 8 bits. */
const linear = Float64Array.from(
  { length: 256 },
  (_, value) => toLinear({ mode: 'rgb', r: value / 255, g: 0, b: 0 }).r,
);

/**
 * The individual typology angle, in degrees: arctan((L* − 50) / b*) (Chardon, Cretois & Hourseau, "Skin colour typology
 * and suntanning pathways", International Journal of Cosmetic Science 13, 1991). Above 55° skin is called very light,
 * below −30° dark. It was made for skin, whose b* is well above 0: what is blue has angles beyond ±90° here, and what is
 * yellow, as emoji without a skin tone are, has one that says how light and how yellow it is and nothing else.
 */
export function typologyAngle({ l, b }: Lab65): number {
  return (Math.atan2(l - 50, b) * 180) / Math.PI;
}

/** From one angle to another, the shorter way round: −180° to 180°. */
export function angleShift({ target, result }: { readonly target: number; readonly result: number }): number {
  const shift = result - target;
  return shift - 360 * Math.round(shift / 360);
}
