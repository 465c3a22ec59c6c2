// What a face is painted with: three shares of its surface that tell faces in drawings from other round things.

import type { Rgb8Image } from '../image/rgb.js';
import type { FaceBox } from './blazeface.js';

/** Parts, 0 to 1, of the ellipse that fills a face's box. */
export interface Paint {
  /** Skin's and emoji's colours: red over green over blue, from brown to yellow. */
  readonly skin: number;
  /** Hair, outlines, eyes. */
  readonly dark: number;
  /** Paper. */
  readonly light: number;
}

/** Samples along each side of the box. */
const SAMPLES = 24;
/** The ellipse, in squared half axes. */
const ELLIPSE = 0.8;
/** Where skin's hue begins and ends, from red (0) to yellow (1), its least saturation and brightness. */
const SKIN = { from: 0.12, to: 0.95, saturation: 0.08, brightness: 55 };
/** Brighter than dark, in no channel; darker than light, in some. */
const DARK_MOST = 70;
const LIGHT_LEAST = 240;

export function paintOf({ width, height, data }: Rgb8Image, box: FaceBox): Paint {
  let [count, skin, dark, light] = [0, 0, 0, 0];
  const place = (from: number, length: number, part: number, size: number) =>
    Math.min(Math.max(Math.floor(from + part * length), 0), size - 1);
  for (let i = 0; i < SAMPLES; i++) {
    for (let j = 0; j < SAMPLES; j++) {
      const [u, v] = [(j + 0.5) / SAMPLES, (i + 0.5) / SAMPLES];
      if ((2 * u - 1) ** 2 + (2 * v - 1) ** 2 > ELLIPSE) continue;
      const at = (place(box.top, box.height, v, height) * width + place(box.left, box.width, u, width)) * 3;
      const [red, green, blue] = [data[at], data[at + 1], data[at + 2]];
      count++;
      const most = Math.max(red, green, blue);
      if (isSkin(red, green, blue)) skin++;
      if (most < DARK_MOST) dark++;
      if (Math.min(red, green, blue) > LIGHT_LEAST) light++;
    }
  }
  return { skin: skin / count, dark: dark / count, light: light / count };
}

function isSkin(red: number, green: number, blue: number): boolean {
  if (red < green || green < blue || red <= SKIN.brightness || red === blue) return false;
  const hue = (green - blue) / (red - blue);
  return hue >= SKIN.from && hue <= SKIN.to && (red - blue) / red > SKIN.saturation;
}
