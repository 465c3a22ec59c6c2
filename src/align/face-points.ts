// Where the eyes and the mouth of a face are, by all that was seen of it.

import type { Rgb8Image } from '../image/rgb.js';
import type { FaceBox } from './blazeface.js';
import type { DrawnFace } from './drawn-faces.js';
import { innerEyeDistance, meshLandmarks } from './facemesh.js';
import { between, type Landmarks, mean, type Point } from './landmarks.js';
import type { MeshLook } from './mesh-look.js';
import { samplePatch } from './sample.js';
import type { Candidate } from './whole-look.js';

/** FaceMesh is believed from this presence on. */
export const LEAST_PRESENCE = 0.5;
/** Odds from which a drawn face's own eyes and mouth are believed where FaceMesh is not. */
const LEAST_ODDS = 1;

/** The middle of the mouth and its half width, in distances of the eyes, where only the eyes are seen. */
const MOUTH_BELOW = 0.92;
const MOUTH_HALF = 0.46;

type Seen = Pick<Candidate, 'box' | 'drawn' | 'leftEye' | 'rightEye' | 'mouth'>;

/** The landmarks of a candidate, calibrated. */
export function candidateLandmarks(picture: Rgb8Image, candidate: Seen, mesh: MeshLook): Landmarks {
  if (mesh.presence >= LEAST_PRESENCE) {
    return calibrate(meshLandmarks(mesh.points), innerEyeDistance(mesh.points), drawnness(picture, candidate.box));
  }
  const { drawn, leftEye, rightEye, mouth } = candidate;
  if (drawn !== undefined && drawn.odds >= LEAST_ODDS) return drawnLandmarks(drawn);
  return withMouth(leftEye, rightEye, mouth);
}

function drawnLandmarks({ leftEye, rightEye, mouth }: DrawnFace): Landmarks {
  if (mouth !== undefined) return { leftEye, rightEye, leftMouth: mouth[0], rightMouth: mouth[1] };
  const eyes = mean([leftEye, rightEye]);
  const [dx, dy] = between(leftEye, rightEye);
  return withMouth(leftEye, rightEye, [eyes[0] - MOUTH_BELOW * dy, eyes[1] + MOUTH_BELOW * dx]);
}

/** Corners for a mouth of which only the middle is known, level with the eyes. */
function withMouth(leftEye: Point, rightEye: Point, mouth: Point): Landmarks {
  const [dx, dy] = between(leftEye, rightEye);
  return {
    leftEye,
    rightEye,
    leftMouth: [mouth[0] - MOUTH_HALF * dx, mouth[1] - MOUTH_HALF * dy],
    rightMouth: [mouth[0] + MOUTH_HALF * dx, mouth[1] + MOUTH_HALF * dy],
  };
}

/**
 * In drawings FaceMesh, which expects a person's proportions, spreads the eyes; in photos it does not. dlib, whose points
 * the original crops by, has them apart 1.74 times the distance between the inner corners that FaceMesh sees, and lower by
 * 0.04 of their distance: so crops agree with dlib's in the median (npm run bench -- faces).
 */
const DRAWN_EYES = 1.74;
const DRAWN_LOWER = 0.04;

/** @param drawn how much of a drawing it is, 0 to 1 */
function calibrate(landmarks: Landmarks, innerEyes: number, drawn: number): Landmarks {
  const { leftEye, rightEye } = landmarks;
  const middle = mean([leftEye, rightEye]);
  const [dx, dy] = between(leftEye, rightEye);
  const factor = 1 + drawn * ((DRAWN_EYES * innerEyes) / Math.hypot(dx, dy) - 1);
  const lower = drawn * DRAWN_LOWER;
  const eye = (point: Point): Point => [
    middle[0] + factor * (point[0] - middle[0]) - lower * dy,
    middle[1] + factor * (point[1] - middle[1]) + lower * dx,
  ];
  return { ...landmarks, leftEye: eye(leftEye), rightEye: eye(rightEye) };
}

/** Side at which a face is looked at for that, in pixels. */
const DRAWN_SIDE = 48;
/** The part of neighbouring pixels that are alike, to 1 of 255: a photo's, or a soft rendering's, and a drawing's. */
const PHOTO_ALIKE = 0.12;
const DRAWING_ALIKE = 0.22;

/** How much of a drawing a face is, from its evenness: 0 photo, 1 drawing. */
function drawnness(picture: Rgb8Image, { left, top, width, height }: FaceBox): number {
  const side = Math.max(width, height);
  const { data } = samplePatch(picture, { left, top, side }, DRAWN_SIDE, [255, 255, 255]);
  let alike = 0;
  for (let y = 0; y < DRAWN_SIDE; y++) {
    for (let x = 0; x < DRAWN_SIDE - 1; x++) {
      const i = (y * DRAWN_SIDE + x) * 3;
      if ([0, 1, 2].every((c) => Math.abs(data[i + c] - data[i + 3 + c]) <= 1)) alike++;
    }
  }
  const part = alike / (DRAWN_SIDE * (DRAWN_SIDE - 1));
  return Math.min(Math.max((part - PHOTO_ALIKE) / (DRAWING_ALIKE - PHOTO_ALIKE), 0), 1);
}
