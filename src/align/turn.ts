// Pictures turned by quarters, for faces that are sideways or upside-down.

import type { Rgb8Image } from '../image/rgb.js';
import type { FaceBox } from './blazeface.js';
import type { Face } from './detector.js';
import { mapLandmarks, type Point } from './landmarks.js';

/** Turns a picture clockwise. @param quarters 0 to 3 */
export function turnPicture(picture: Rgb8Image, quarters: number): Rgb8Image {
  if (quarters === 0) return picture;
  const { width, height, data } = picture;
  const [w, h] = quarters === 2 ? [width, height] : [height, width];
  const turned = new Uint8Array(data.length);
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      const [px, py] = untwist(x, y, width, height, quarters);
      const from = (py * width + px) * 3;
      const to = (y * w + x) * 3;
      turned[to] = data[from];
      turned[to + 1] = data[from + 1];
      turned[to + 2] = data[from + 2];
    }
  }
  return { width: w, height: h, data: turned };
}

/** The place in a picture of `width` × `height` that lies at (x, y) when it is turned. */
function untwist(x: number, y: number, width: number, height: number, quarters: number): [number, number] {
  if (quarters === 1) return [y, height - 1 - x];
  if (quarters === 2) return [width - 1 - x, height - 1 - y];
  return [width - 1 - y, x];
}

/** A face of a turned picture as one of the picture, whose size is given. */
export function turnBack(face: Face, { width, height }: Rgb8Image, quarters: number): Face {
  if (quarters === 0) return face;
  const map = ([x, y]: Point): Point => untwist(x, y, width, height, quarters);
  const { box } = face;
  // Boxes have edges, points the middles of pixels.
  const corners = [map([box.left - 0.5, box.top - 0.5]), map([box.left + box.width - 0.5, box.top + box.height - 0.5])];
  const [left, right] = [corners[0][0], corners[1][0]].toSorted((a, b) => a - b);
  const [top, bottom] = [corners[0][1], corners[1][1]].toSorted((a, b) => a - b);
  const turned: FaceBox = { left: left + 0.5, top: top + 0.5, width: right - left, height: bottom - top };
  return { ...face, box: turned, landmarks: mapLandmarks(face.landmarks, map) };
}
