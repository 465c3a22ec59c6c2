// The look at a photo piece by piece: BlazeFace sees 256 px, in which a face of a group photo is a dot.

import type { Rgb8Image } from '../image/rgb.js';
import { type Detection, detections, type FaceBox, intersection, placeDetection } from './blazeface.js';
import { BLAZEFACE_SIDE, type Networks } from './networks.js';
import { placing, type Square, samplePatch } from './sample.js';

/** The narrowest face in a tile, as a part of its side; half of that is still found more often than not. */
const LEAST_PART = 0.12;
/** How much neighbouring tiles share: a face twice as wide as the narrowest lies wholly in one of them. */
const OVERLAP = 0.3;
/** From level to level tiles are so many times as narrow. */
const STEP = 2;

/** Squares that cover a picture, level by level: first one around all of it, last those that show the least faces. */
export function tileLevels(width: number, height: number, leastFace: number): Square[][] {
  const longer = Math.max(width, height);
  const levels: Square[][] = [[{ left: (width - longer) / 2, top: (height - longer) / 2, side: longer }]];
  const smallest = leastFace / LEAST_PART;
  for (let side = longer / STEP; levels.at(-1)![0].side > smallest; side /= STEP) {
    const own = Math.max(side, smallest);
    const lefts = offsets(width, own);
    levels.push(offsets(height, own).flatMap((top) => lefts.map((left) => ({ left, top, side: own }))));
  }
  return levels;
}

/** Where tiles of `side` begin along `length`: evenly, from end to end, overlapping by at least {@link OVERLAP}. */
function offsets(length: number, side: number): number[] {
  if (length <= side) return [(length - side) / 2];
  const count = Math.ceil((length - side) / (side * (1 - OVERLAP))) + 1;
  return Array.from({ length: count }, (_, i) => (i * (length - side)) / (count - 1));
}

/** Spread of the values in a patch, of 255, below which it is sky or wall: nothing to be seen. */
const LEAST_SPREAD = 4;

/** The faces that BlazeFace sees in a square of a picture, in pixels of the picture. */
export function lookAtTile(
  networks: Networks,
  picture: Rgb8Image,
  tile: Square,
  fill: readonly number[],
  least: number,
): Detection[] {
  const patch = samplePatch(picture, tile, BLAZEFACE_SIDE, fill);
  if (spread(patch.data) < LEAST_SPREAD) return [];
  const placed = placing(tile, BLAZEFACE_SIDE);
  return detections(networks.blazeFace(patch), least)
    .map((detection) => placeDetection(detection, placed))
    .filter(({ box }) => !isCut(box, tile, picture));
}

/** Whether a box sticks out of its tile where the picture goes on: a neighbouring tile has more of that face. */
function isCut(box: FaceBox, tile: Square, { width, height }: Rgb8Image): boolean {
  const most = 0.1 * box.width;
  const [right, bottom] = [tile.left + tile.side, tile.top + tile.side];
  return (
    (tile.left > 0 && tile.left - box.left > most) ||
    (tile.top > 0 && tile.top - box.top > most) ||
    (right < width && box.left + box.width - right > most) ||
    (bottom < height && box.top + box.height - bottom > most)
  );
}

/** Standard deviation, over a fraction of the values. */
function spread(values: Float32Array): number {
  let sum = 0;
  let squares = 0;
  let count = 0;
  // Seven is prime to three: all channels have their turn.
  for (let i = 0; i < values.length; i += 7, count++) {
    sum += values[i];
    squares += values[i] ** 2;
  }
  return Math.sqrt(Math.max(squares / count - (sum / count) ** 2, 0));
}

/** Whether two boxes are of one face: they overlap by much of the smaller one. */
export function sameFace(a: FaceBox, b: FaceBox): boolean {
  return intersection(a, b) > 0.5 * Math.min(a.width * a.height, b.width * b.height);
}
