// What BlazeFace's numbers mean (Bazarevsky et al. 2019, arXiv 1907.05047; the "full range" model for 256 px).

import type { Point } from './landmarks.js';
import { BLAZEFACE_SIDE, type BlazeFaceOutput } from './networks.js';
import { probability } from './odds.js';
import type { Placing } from './sample.js';

/** An upright box, in pixels. */
export interface FaceBox {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** What one look at a picture finds. */
export interface Detection {
  /** 0 to 1 */
  readonly score: number;
  /** From the brows to the chin, from ear to ear. */
  readonly box: FaceBox;
  readonly leftEye: Point;
  readonly rightEye: Point;
  /** Its middle. */
  readonly mouth: Point;
}

/** A box of a patch in the picture that it is of. */
export function placeBox(box: FaceBox, { scale, place }: Placing): FaceBox {
  // Boxes have edges, points the middles of pixels.
  const [left, top] = place([box.left - 0.5, box.top - 0.5]);
  return { left: left + 0.5, top: top + 0.5, width: box.width * scale, height: box.height * scale };
}

/** A detection in a patch as one in the picture that it is of. */
export function placeDetection({ score, box, leftEye, rightEye, mouth }: Detection, placing: Placing): Detection {
  const { place } = placing;
  return {
    score,
    box: placeBox(box, placing),
    leftEye: place(leftEye),
    rightEye: place(rightEye),
    mouth: place(mouth),
  };
}

/** Cells of the grids and anchors in each. */
const GRIDS = [
  [16, 2],
  [8, 6],
] as const;

/** The middles of the anchors, in pixels of the patch. */
const anchors: readonly Point[] = GRIDS.flatMap(([cells, each]) => {
  const cell = BLAZEFACE_SIDE / cells;
  return Array.from({ length: cells * cells * each }, (_, i): Point => {
    const place = Math.floor(i / each);
    return [((place % cells) + 0.5) * cell, (Math.floor(place / cells) + 0.5) * cell];
  });
});

const NUMBERS = 16;

/** Boxes that overlap more than this, as a part of their union, are the same face's. */
const SAME_FACE = 0.3;

/** The faces in one patch of 256 px, in its pixels, the surest first; each once. */
export function detections({ logits, boxes }: BlazeFaceOutput, least: number): Detection[] {
  const found: Detection[] = [];
  for (const [i, [x, y]] of anchors.entries()) {
    const score = probability(logits[i]);
    if (score < least) continue;
    const own = boxes.subarray(i * NUMBERS, (i + 1) * NUMBERS);
    const [width, height] = [own[2], own[3]];
    // Nothing keeps the network from sizes below zero.
    if (!(width > 0 && height > 0)) continue;
    const point = (k: number): Point => [x + own[4 + 2 * k] - 0.5, y + own[5 + 2 * k] - 0.5];
    found.push({
      score,
      box: { left: x + own[0] - width / 2, top: y + own[1] - height / 2, width, height },
      // The person's right eye, their left eye, nose, mouth, ears.
      leftEye: point(0),
      rightEye: point(1),
      mouth: point(3),
    });
  }
  return suppress(found, SAME_FACE);
}

/** Non-maximum suppression: of boxes that overlap by more than `most` only the surest stays. The surest come first. */
export function suppress<T extends Seen>(found: readonly T[], most: number): T[] {
  return surest(found, (a, b) => overlap(a, b) > most);
}

/** Something with a box that may be seen more than once. */
interface Seen {
  readonly score: number;
  readonly box: FaceBox;
}

/** Of what is the same by its boxes only the surest; the surest come first. */
export function surest<T extends Seen>(found: readonly T[], isSame: (a: FaceBox, b: FaceBox) => boolean): T[] {
  const kept: T[] = [];
  for (const one of [...found].sort((a, b) => b.score - a.score)) {
    if (!kept.some(({ box }) => isSame(box, one.box))) kept.push(one);
  }
  return kept;
}

/** Intersection over union. */
export function overlap(a: FaceBox, b: FaceBox): number {
  const both = intersection(a, b);
  return both / (a.width * a.height + b.width * b.height - both);
}

/** The area that two boxes share. */
export function intersection(a: FaceBox, b: FaceBox): number {
  const width = Math.min(a.left + a.width, b.left + b.width) - Math.max(a.left, b.left);
  const height = Math.min(a.top + a.height, b.top + b.height) - Math.max(a.top, b.top);
  return Math.max(width, 0) * Math.max(height, 0);
}
