// FaceMesh's look at candidates: whether it takes them for faces, and where it puts their points.

import type { Rgb8Image } from '../image/rgb.js';
import type { FaceBox } from './blazeface.js';
import type { Presence } from './face-odds.js';
import { meshPoints, meshSquare } from './facemesh.js';
import type { Point } from './landmarks.js';
import { FACEMESH_SIDE, type Networks } from './networks.js';
import { blurPatch, sampleTurned } from './sample.js';

/** σ of the blur that makes drawings look like photos, in pixels of FaceMesh's patch. */
const SOFT = 3;

/** What FaceMesh is shown of a candidate follows from these. */
interface Place {
  readonly box: FaceBox;
  readonly leftEye: Point;
  readonly rightEye: Point;
}

export interface MeshLook {
  readonly presence: Presence;
  /** The mesh's points in the picture, of the look that was surer. */
  readonly points: readonly Point[];
}

/** Looks at candidates, sharp and blurred, all at once. */
export function lookAtMeshes(
  networks: Networks,
  picture: Rgb8Image,
  places: readonly Place[],
  fill: readonly number[],
): MeshLook[] {
  const squares = places.map(({ box, leftEye, rightEye }) => meshSquare(box, leftEye, rightEye));
  const sharp = squares.map((square) => sampleTurned(picture, square, FACEMESH_SIDE, fill));
  const outputs = networks.faceMesh([...sharp, ...sharp.map((patch) => blurPatch(patch, SOFT))]);
  return squares.map((square, i) => {
    const [own, soft] = [outputs[i], outputs[squares.length + i]];
    return {
      presence: { sharp: own.presence, soft: soft.presence },
      points: meshPoints(own.presence >= soft.presence ? own : soft, square),
    };
  });
}
