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

/** Widths of the face's box that FaceMesh is shown: what it is made for, and more, for a face that has to be confirmed. */
const MARGIN = 1.5;
const WIDER = [1.75, 2] as const;

/** What FaceMesh is shown of a candidate follows from these. */
interface Place {
  readonly box: FaceBox;
  readonly leftEye: Point;
  readonly rightEye: Point;
}

/** A mesh, and how sure FaceMesh was of it. */
export interface MeshLook {
  /** 0 to 1 */
  readonly presence: number;
  /** In pixels of the picture. */
  readonly points: readonly Point[];
}

/** Looks at candidates, sharp and blurred, all at once. @returns for each what both looks say, and the mesh of the surer */
export function lookAtMeshes(
  networks: Networks,
  picture: Rgb8Image,
  places: readonly Place[],
  fill: readonly number[],
): (MeshLook & { readonly seen: Presence })[] {
  const squares = places.map(({ box, leftEye, rightEye }) => meshSquare(box, leftEye, rightEye, MARGIN));
  const sharp = squares.map((square) => sampleTurned(picture, square, FACEMESH_SIDE, fill));
  const outputs = networks.faceMesh([...sharp, ...sharp.map((patch) => blurPatch(patch, SOFT))]);
  return squares.map((square, i) => {
    const [own, soft] = [outputs[i], outputs[squares.length + i]];
    const surer = own.presence >= soft.presence ? own : soft;
    return {
      seen: { sharp: own.presence, soft: soft.presence },
      presence: surer.presence,
      points: meshPoints(surer, square),
    };
  });
}

/**
 * Looks at detections of a photo twice, with more around them: FaceMesh takes a helmet or a pattern for a face in one of
 * these looks, and faces down to 30 px in both. (Blurred, as drawings want it, small faces are gone.)
 *
 * @returns for each the geometric mean of both presences, and the mesh of the first look
 */
export function confirmMeshes(
  networks: Networks,
  picture: Rgb8Image,
  places: readonly Place[],
  fill: readonly number[],
): (MeshLook & { readonly confirmed: number })[] {
  const looks = WIDER.map((margin) => {
    const squares = places.map(({ box, leftEye, rightEye }) => meshSquare(box, leftEye, rightEye, margin));
    const outputs = networks.faceMesh(squares.map((square) => sampleTurned(picture, square, FACEMESH_SIDE, fill)));
    return { squares, outputs };
  });
  return places.map((_, i) => {
    const [first, second] = looks.map(({ outputs }) => outputs[i].presence);
    return {
      presence: first,
      points: meshPoints(looks[0].outputs[i], looks[0].squares[i]),
      confirmed: Math.sqrt(first * second),
    };
  });
}
