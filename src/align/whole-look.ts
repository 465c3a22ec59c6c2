// The look at a picture as a whole, for drawings and for photos that one face fills.
//
// Networks that learned from photos are unsure of drawings: one look finds a face at 0.6 where another finds nothing, and
// a house at 0.6 as well. What tells faces from houses is that looks at many scales agree. So that this costs little,
// four scales share one patch; BlazeFace sees only so far and takes them for four pictures.

import type { Rgb8Image } from '../image/rgb.js';
import { type Detection, detections, type FaceBox, overlap, placeBox, placeDetection } from './blazeface.js';
import { DRAWN_SIDE, type DrawnFace, drawnFaces } from './drawn-faces.js';
import type { Point } from './landmarks.js';
import { BLAZEFACE_SIDE, type Networks } from './networks.js';
import { logOdds } from './odds.js';
import { type Patch, type Placing, placing, type Square, samplePatch } from './sample.js';

/** Sides at which the four corners of the shared patch show the picture, in pixels. */
const SHARED = [116, 98, 82, 64];
const QUARTER = BLAZEFACE_SIDE / 2;
/** Borders of the other look, as a part of the picture's side: one that leaves a face its usual place. */
const BORDER = 0.25;

/** Detections below this are not counted at all; a look that found nothing counts as having found this. */
const LEAST_SCORE = 0.15;
const NOTHING = 0.1;
/** Detections of one look that are followed. */
const MOST_EACH = 3;
/** Boxes of different looks that overlap so much mean the same face. */
const AGREE = 0.4;
/** A drawn face and a detection, whose boxes follow from different things. */
const AGREE_DRAWN = 0.3;
/** How far down in its box a mouth is. */
const MOUTH_DOWN = 0.76;

/** Something that may be a face, and what speaks for it; places are in pixels of the picture. */
export interface Candidate {
  readonly box: FaceBox;
  readonly leftEye: Point;
  readonly rightEye: Point;
  /** The middle of the mouth. */
  readonly mouth: Point;
  /** The best score of each look, those of the shared patch first; undefined where it saw nothing there. */
  readonly scores: readonly (number | undefined)[];
  /** The likeliest drawn face there. */
  readonly drawn: DrawnFace | undefined;
}

/** The logit of each look, for the odds of facehood. */
export function lookLogits({ scores }: Candidate): number[] {
  return scores.map((score) => logOdds(score ?? NOTHING));
}

/** The square around a picture that the looks are at. */
function squareAround({ width, height }: Rgb8Image): Square {
  const side = Math.max(width, height);
  return { left: (width - side) / 2, top: (height - side) / 2, side };
}

/**
 * Looks at a picture as a whole.
 *
 * @param fill the colour around the picture
 * @returns what may be a face, the most promising first
 */
export function lookAtWhole(networks: Networks, picture: Rgb8Image, fill: readonly number[]): Candidate[] {
  const square = squareAround(picture);
  const looks = [...sharedLook(networks, picture, square, fill), borderedLook(networks, picture, square, fill)];
  const drawn = drawnFaces(samplePatch(picture, square, DRAWN_SIDE, fill)).map((face) =>
    placeDrawn(face, placing(square, DRAWN_SIDE)),
  );
  return gather(looks, drawn).sort((a, b) => promise(b) - promise(a));
}

/** What a candidate promises, before FaceMesh is asked. */
function promise(candidate: Candidate): number {
  const logits = lookLogits(candidate);
  return (
    logits.reduce((sum, logit) => sum + logit, 0) / logits.length + 0.5 * Math.max(candidate.drawn?.odds ?? -3, -3)
  );
}

/** Four looks at once; their detections in pixels of the picture. */
function sharedLook(networks: Networks, picture: Rgb8Image, square: Square, fill: readonly number[]): Detection[][] {
  const patch: Patch = {
    side: BLAZEFACE_SIDE,
    data: Float32Array.from({ length: BLAZEFACE_SIDE ** 2 * 3 }, (_, i) => fill[i % 3]),
  };
  const corners = SHARED.map((side, i) => {
    const left = (i % 2) * QUARTER + Math.floor((QUARTER - side) / 2);
    const top = Math.floor(i / 2) * QUARTER + Math.floor((QUARTER - side) / 2);
    const small = samplePatch(picture, square, side, fill).data;
    for (let y = 0; y < side; y++) {
      patch.data.set(small.subarray(y * side * 3, (y + 1) * side * 3), ((top + y) * BLAZEFACE_SIDE + left) * 3);
    }
    return placing(square, side, left, top);
  });
  const looks: Detection[][] = SHARED.map(() => []);
  for (const detection of detections(networks.blazeFace(patch), LEAST_SCORE)) {
    const { left, top, width, height } = detection.box;
    const corner = Number(left + width / 2 >= QUARTER) + 2 * Number(top + height / 2 >= QUARTER);
    if (looks[corner].length < MOST_EACH) looks[corner].push(placeDetection(detection, corners[corner]));
  }
  return looks;
}

function borderedLook(networks: Networks, picture: Rgb8Image, square: Square, fill: readonly number[]): Detection[] {
  const border = BORDER * square.side;
  const wide = { left: square.left - border, top: square.top - border, side: square.side + 2 * border };
  const placed = placing(wide, BLAZEFACE_SIDE);
  const patch = samplePatch(picture, wide, BLAZEFACE_SIDE, fill);
  return detections(networks.blazeFace(patch), LEAST_SCORE)
    .slice(0, MOST_EACH)
    .map((detection) => placeDetection(detection, placed));
}

function placeDrawn(face: DrawnFace, placed: Placing): DrawnFace {
  const { place } = placed;
  return {
    ...face,
    box: placeBox(face.box, placed),
    leftEye: place(face.leftEye),
    rightEye: place(face.rightEye),
    mouth: face.mouth && [place(face.mouth[0]), place(face.mouth[1])],
  };
}

/** What the looks agree on, the surest first, and the drawn faces that none of them saw. */
function gather(looks: readonly Detection[][], drawn: readonly DrawnFace[]): Candidate[] {
  const all = looks.flatMap((found, look) => found.map((detection) => ({ detection, look })));
  all.sort((a, b) => b.detection.score - a.detection.score);
  const groups: { best: Detection; byLook: Map<number, Detection> }[] = [];
  for (const { detection, look } of all) {
    const group = groups.find(({ best }) => overlap(best.box, detection.box) > AGREE);
    if (group === undefined) groups.push({ best: detection, byLook: new Map([[look, detection]]) });
    else if (!group.byLook.has(look)) group.byLook.set(look, detection);
  }
  const candidates: Candidate[] = groups.map(({ best, byLook }) => ({
    ...average([...byLook.values()]),
    scores: Array.from({ length: looks.length }, (_, look) => byLook.get(look)?.score),
    // They come likeliest first.
    drawn: drawn.find(({ box }) => overlap(box, best.box) > AGREE_DRAWN),
  }));
  for (const face of drawn) {
    if (candidates.some(({ box, drawn: own }) => own === face || overlap(box, face.box) > AGREE_DRAWN)) continue;
    const { box, leftEye, rightEye } = face;
    const mouth: Point = [box.left + box.width / 2, box.top + box.height * MOUTH_DOWN];
    candidates.push({ box, leftEye, rightEye, mouth, scores: looks.map(() => undefined), drawn: face });
  }
  return candidates;
}

/** Detections of one face as one, each weighing as much as its score. */
function average(same: readonly Detection[]): Pick<Candidate, 'box' | 'leftEye' | 'rightEye' | 'mouth'> {
  const total = same.reduce((sum, { score }) => sum + score, 0);
  const mean = (value: (detection: Detection) => number) =>
    same.reduce((sum, detection) => sum + detection.score * value(detection), 0) / total;
  const point = (value: (detection: Detection) => Point): Point => [
    mean((detection) => value(detection)[0]),
    mean((detection) => value(detection)[1]),
  ];
  return {
    box: {
      left: mean(({ box }) => box.left),
      top: mean(({ box }) => box.top),
      width: mean(({ box }) => box.width),
      height: mean(({ box }) => box.height),
    },
    leftEye: point(({ leftEye }) => leftEye),
    rightEye: point(({ rightEye }) => rightEye),
    mouth: point(({ mouth }) => mouth),
  };
}
