// The search for faces in a picture: which looks are taken, when they suffice, and what is believed of what they see.

import type { Rgb8Image } from '../image/rgb.js';
import { type Detection, type FaceBox, surest } from './blazeface.js';
import { DEFAULT_MIN_SCORE, type Detected, type DetectOptions, type Face } from './detector.js';
import { faceScore, oddsFeatures } from './face-odds.js';
import { candidateLandmarks, LEAST_PRESENCE } from './face-points.js';
import { confirmMeshes, lookAtMeshes } from './mesh-look.js';
import type { Networks } from './networks.js';
import { flatShare, rimOf } from './rim.js';
import { lookAtTile, sameFace, tileLevels } from './tiles.js';
import { turnBack, turnPicture } from './turn.js';
import { lookAtWhole } from './whole-look.js';

/** Least width of a face in pixels, where nothing is said: this, or that part of the longer side if it is more. */
export const LEAST_FACE = 30;
const LEAST_FACE_PART = 1 / 150;

/** A rim as even as this is a background, on which something stands alone: an emoji, a cut-out. */
const EVEN_RIM = 0.6;
/** A picture whose neighbouring pixels are alike in this part is flat art: an emoji that fills its picture. */
const FLAT_ART = 0.6;
/** Such pictures are looked through in pieces all the same when their longer side, in pixels, is more. */
const ALONE_MOST = 1100;

/** Candidates of the look at the whole that FaceMesh is asked about. */
export const MOST_ASKED = 4;
/** What FaceMesh does not take for a face, and what lies in another candidate that is so many times as wide, */
const WIDER = 2.5;
/** and believed at least so much, is an eye of that face, which is dark on the colour of skin, as a small face is. */
const LEAST_AROUND = 0.3;
/** From this score on the look at the whole is believed of a photo, whose pieces were looked at as well. */
const LEAST_IN_PHOTO = 0.8;
/** What scores less is not even told of where nothing was found. */
const LEAST_TOLD = 0.3;

/** Finds the faces of a picture. */
export function findFaces(networks: Networks, picture: Rgb8Image, options: DetectOptions = {}): Detected {
  const { minFace } = options;
  const most = options.maxFaces ?? Number.POSITIVE_INFINITY;
  const leastScore = options.minScore ?? DEFAULT_MIN_SCORE;
  const turns = options.anyRotation ? [0, 1, 2, 3] : [0];
  const found = turns.flatMap((quarters) => {
    const turned = turnPicture(picture, quarters);
    return findUpright(networks, turned, { most, leastScore, minFace }).map((face) =>
      turnBack(face, picture, quarters),
    );
  });
  // A face that is seen in several turns is the one that is surest.
  const all = surest(found, sameFace);
  const faces = bySize(all.filter(({ score }) => score >= leastScore)).slice(0, most);
  return faces.length > 0 || all.length === 0 ? { faces } : { faces, nearest: all[0] };
}

interface Wanted {
  readonly most: number;
  readonly leastScore: number;
  readonly minFace: number | undefined;
}

function findUpright(networks: Networks, picture: Rgb8Image, { most, leastScore, minFace }: Wanted): Face[] {
  const { colour, even } = rimOf(picture);
  const longer = Math.max(picture.width, picture.height);
  const least = minFace ?? Math.max(LEAST_FACE, longer * LEAST_FACE_PART);
  const whole = inWhole(networks, picture, colour).filter(
    ({ box, score }) => score >= Math.min(leastScore, LEAST_TOLD) && box.width >= least / 2,
  );
  const alone = longer <= ALONE_MOST && (even >= EVEN_RIM || flatShare(picture) >= FLAT_ART);
  if (alone) return whole;
  const pieces = inPieces(networks, picture, colour, { most, leastScore, minFace: least });
  // What was learned from emoji on white paper is believed less of a photo.
  const sure = whole.filter(({ score }) => score >= Math.max(leastScore, LEAST_IN_PHOTO));
  return surest([...pieces, ...sure], sameFace);
}

/** The faces that the look at the whole finds, surest first, and what is none. */
function inWhole(networks: Networks, picture: Rgb8Image, fill: readonly number[]): Face[] {
  const asked = lookAtWhole(networks, picture, fill).slice(0, MOST_ASKED);
  const meshes = lookAtMeshes(networks, picture, asked, fill);
  const faces = asked.map((candidate, i): Face => {
    const features = oddsFeatures(picture, candidate, meshes[i].seen);
    return {
      score: faceScore(features),
      box: candidate.box,
      landmarks: candidateLandmarks(picture, candidate, meshes[i]),
      by: candidate.scores.every((score) => score === undefined) ? 'drawn' : 'network',
    };
  });
  const isPart = ({ box }: Face) =>
    faces.some(
      (other) => other.score >= LEAST_AROUND && other.box.width >= WIDER * box.width && inside(box, other.box),
    );
  const whole = faces.filter((face, i) => meshes[i].presence >= LEAST_PRESENCE || !isPart(face));
  return surest(whole, sameFace);
}

/** Whether the middle of a box lies in another. */
function inside({ left, top, width, height }: FaceBox, other: FaceBox): boolean {
  const [x, y] = [left + width / 2 - other.left, top + height / 2 - other.top];
  return x >= 0 && x <= other.width && y >= 0 && y <= other.height;
}

/** The faces that the looks at pieces find, none smaller than need be once there are enough. */
function inPieces(
  networks: Networks,
  picture: Rgb8Image,
  fill: readonly number[],
  { most, leastScore, minFace }: Wanted & { readonly minFace: number },
): Face[] {
  const told = Math.min(leastScore, LEAST_TOLD);
  let faces: Face[] = [];
  for (const level of tileLevels(picture.width, picture.height, minFace)) {
    const seen = level.flatMap((tile) => lookAtTile(networks, picture, tile, fill, told));
    const fresh = surest(seen, sameFace).filter(({ box }) => box.width >= minFace / 2);
    const believed = askMeshes(networks, picture, fill, fresh).filter(({ score }) => score >= told);
    faces = surest([...faces, ...believed], sameFace);
    if (faces.filter(({ score }) => score >= leastScore).length >= most) break;
  }
  return faces;
}

/** Candidates that FaceMesh is asked about together. */
const ASKED_TOGETHER = 8;

/** Detections as faces: as sure as the less sure of both networks, FaceMesh having looked twice. */
function askMeshes(
  networks: Networks,
  picture: Rgb8Image,
  fill: readonly number[],
  seen: readonly Detection[],
): Face[] {
  const faces: Face[] = [];
  for (let i = 0; i < seen.length; i += ASKED_TOGETHER) {
    const asked = seen.slice(i, i + ASKED_TOGETHER);
    for (const [k, mesh] of confirmMeshes(networks, picture, asked, fill).entries()) {
      const { score, box } = asked[k];
      faces.push({
        score: Math.min(score, mesh.confirmed),
        box,
        landmarks: candidateLandmarks(picture, { ...asked[k], drawn: undefined }, mesh),
        by: 'network',
      });
    }
  }
  return faces;
}

function bySize(faces: readonly Face[]): Face[] {
  const area = ({ width, height }: FaceBox) => width * height;
  return [...faces].sort((a, b) => area(b.box) - area(a.box));
}
