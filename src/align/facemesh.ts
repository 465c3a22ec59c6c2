// FaceMesh (Kartynnik et al. 2019, arXiv 1907.06724): what it is shown, and which of its 468 points stand for what.

import type { FaceBox } from './blazeface.js';
import { between, type Landmarks, mean, type Point } from './landmarks.js';
import { FACEMESH_SIDE, type FaceMeshOutput } from './networks.js';
import type { TurnedSquare } from './sample.js';

/**
 * What of a picture FaceMesh is shown for a face: turned so that its eyes are level.
 *
 * @param margin the square's side in widths of the face's box; 1.5 is what FaceMesh is made for
 */
export function meshSquare(box: FaceBox, leftEye: Point, rightEye: Point, margin: number): TurnedSquare {
  return {
    centre: [box.left + box.width / 2 - 0.5, box.top + box.height / 2 - 0.5],
    side: margin * Math.max(box.width, box.height),
    angle: Math.atan2(rightEye[1] - leftEye[1], rightEye[0] - leftEye[0]),
  };
}

/** The points of a mesh as places of the picture that the patch is of. */
export function meshPoints({ mesh }: FaceMeshOutput, { centre, side, angle }: TurnedSquare): Point[] {
  const scale = side / FACEMESH_SIDE;
  const [cos, sin] = [Math.cos(angle) * scale, Math.sin(angle) * scale];
  return Array.from({ length: mesh.length / 3 }, (_, i): Point => {
    const u = mesh[i * 3] - FACEMESH_SIDE / 2;
    const v = mesh[i * 3 + 1] - FACEMESH_SIDE / 2;
    return [centre[0] + u * cos - v * sin, centre[1] + u * sin + v * cos];
  });
}

/** Points of the mesh around each eye's opening, and at the corners of the mouth; left as one looks at the face. */
const LEFT_EYE = [33, 160, 158, 133, 153, 144];
const RIGHT_EYE = [362, 385, 387, 263, 373, 380];
const LEFT_MOUTH = 61;
const RIGHT_MOUTH = 291;

/** The inner corners of the eyes. */
const LEFT_INNER = 133;
const RIGHT_INNER = 362;

/** How far the inner corners of the eyes are apart. */
export function innerEyeDistance(points: readonly Point[]): number {
  return Math.hypot(...between(points[LEFT_INNER], points[RIGHT_INNER]));
}

/** The landmarks of a mesh, as its points lie. */
export function meshLandmarks(points: readonly Point[]): Landmarks {
  return {
    leftEye: mean(LEFT_EYE.map((i) => points[i])),
    rightEye: mean(RIGHT_EYE.map((i) => points[i])),
    leftMouth: points[LEFT_MOUTH],
    rightMouth: points[RIGHT_MOUTH],
  };
}
