// A detector for drawn faces: flat colours, few shapes, on which networks that learned from photos stop short. Two blobs
// side by side on an even surface, a third below between them: eyes and a mouth on a plain face, by their layout.

import type { FaceBox } from './blazeface.js';
import { between, type Point } from './landmarks.js';
import { weigh } from './odds.js';
import { findHoles, findRegions, type Hole, type Region } from './regions.js';
import type { Patch } from './sample.js';

/** Two eyes, perhaps a mouth, in pixels of the patch. */
export interface DrawnFace {
  /** Logarithm of the odds that it is a face. */
  readonly odds: number;
  /** What the odds follow from. */
  readonly features: LayoutFeatures;
  /** As large as BlazeFace's box of such a face. */
  readonly box: FaceBox;
  readonly leftEye: Point;
  readonly rightEye: Point;
  /** The ends of the mouth, where there is one. */
  readonly mouth: readonly [left: Point, right: Point] | undefined;
}

/** Side of the patch that is looked at: fine enough for the eyes of a face that fills a tenth of it. */
export const DRAWN_SIDE = 256;

/** Neighbours that differ by more, of 255, belong to different shapes. */
const COLOUR_STEP = 10;
/** Least pixels of a face, and how many regions are looked at, the largest first. */
const LEAST_FACE = 120;
const MOST_REGIONS = 30;
/** Least pixels and contrast of an eye, and the most holes that a face has. */
const LEAST_EYE = 5;
const LEAST_CONTRAST = 25;
const MOST_HOLES = 60;

/** The drawn faces in a patch, the likeliest first; several may share an eye. */
export function drawnFaces(patch: Patch): DrawnFace[] {
  const all = findRegions(patch, COLOUR_STEP);
  const { side, labels, regions } = all;
  const corners = [0, side - 1, side * side - side, side * side - 1].map((i) => labels[i]);
  const large = [...regions.keys()]
    .filter((label) => regions[label].pixels >= LEAST_FACE)
    // The background lies in the corners.
    .filter((label) => corners.filter((corner) => corner === label).length < 2)
    .sort((a, b) => regions[b].pixels - regions[a].pixels)
    .slice(0, MOST_REGIONS);
  const found: DrawnFace[] = [];
  for (const label of large) {
    const holes = findHoles(all, label, patch).filter(
      ({ pixels, contrast }) => pixels >= LEAST_EYE && contrast >= LEAST_CONTRAST,
    );
    if (holes.length >= 2 && holes.length <= MOST_HOLES) found.push(...facesIn(regions[label], holes, side));
  }
  return found.sort((a, b) => b.odds - a.odds);
}

const widthOf = ({ left, right }: Region | Hole) => right - left + 1;
const heightOf = ({ top, bottom }: Region | Hole) => bottom - top + 1;

function facesIn(region: Region, holes: readonly Hole[], side: number): DrawnFace[] {
  const surface = region.pixels + holes.reduce((sum, { pixels }) => sum + pixels, 0);
  const found: DrawnFace[] = [];
  for (const left of holes) {
    for (const right of holes) {
      if (!areEyes(left, right, region, surface)) continue;
      const mouth = mouthOf(left, right, holes);
      const features = layoutFeatures(left, right, mouth, holes, region, surface, side);
      const distance = Math.hypot(right.x - left.x, right.y - left.y);
      const width = BOX_WIDTH * distance;
      found.push({
        odds: weigh(LAYOUT_WEIGHTS, features),
        features,
        box: {
          left: (left.x + right.x) / 2 + 0.5 - width / 2,
          top: (left.y + right.y) / 2 + 0.5 - width * EYES_DOWN,
          width,
          height: width,
        },
        leftEye: [left.x, left.y],
        rightEye: [right.x, right.y],
        mouth: mouth && [mouth.hole.leftEnd, mouth.hole.rightEnd],
      });
    }
  }
  return found.map((face) => withoutBrows(face, found));
}

/** How far below brows eyes are, and how far beside them they may be, in distances of the eyes. */
const BROWS_ABOVE = [0.08, 0.6] as const;
const BROWS_ASIDE = 0.3;

/**
 * Brows make as good a pair of eyes as eyes do. Where a pair lies right below another, the lower one is the eyes, and as
 * sure as the surer one.
 */
function withoutBrows(face: DrawnFace, others: readonly DrawnFace[]): DrawnFace {
  const distance = Math.hypot(...between(face.leftEye, face.rightEye));
  const isBelow = ([x, y]: Point, [ox, oy]: Point) => {
    const down = (oy - y) / distance;
    return Math.abs(ox - x) < BROWS_ASIDE * distance && down > BROWS_ABOVE[0] && down < BROWS_ABOVE[1];
  };
  const eyes = others.find((other) => isBelow(face.leftEye, other.leftEye) && isBelow(face.rightEye, other.rightEye));
  if (eyes === undefined) return face;
  const surer = eyes.odds > face.odds ? eyes : face;
  return { ...eyes, odds: surer.odds, features: surer.features };
}

/** BlazeFace's box in distances of the eyes, and how far down in it they lie. */
const BOX_WIDTH = 2.4;
const EYES_DOWN = 0.38;

/** Whether two holes can be the eyes of the face that a region is, by size and place alone. */
function areEyes(left: Hole, right: Hole, region: Region, surface: number): boolean {
  const dx = right.x - left.x;
  const dy = right.y - left.y;
  if (dx <= 0 || Math.abs(dy) > 0.5 * dx) return false;
  if (Math.min(left.pixels, right.pixels) < 0.3 * Math.max(left.pixels, right.pixels)) return false;
  const distance = Math.hypot(dx, dy);
  const [a, b] = [widthOf(left), widthOf(right)];
  if (distance < (1.15 * (a + b)) / 2 || distance > 9 * Math.max(a, b)) return false;
  const part = distance / widthOf(region);
  return part >= 0.12 && part <= 0.75 && Math.max(left.pixels, right.pixels) <= 0.2 * surface;
}

interface Mouth {
  readonly hole: Hole;
  /** In distances of the eyes, from the middle between them: how far it lies to the side, and down, and its width. */
  readonly aside: number;
  readonly below: number;
  readonly width: number;
}

/** What lies best for a mouth. */
function mouthOf(left: Hole, right: Hole, holes: readonly Hole[]): Mouth | undefined {
  const [dx, dy] = [right.x - left.x, right.y - left.y];
  const square = dx * dx + dy * dy;
  const [x, y] = [(left.x + right.x) / 2, (left.y + right.y) / 2];
  let best: Mouth | undefined;
  let bestFit = Number.NEGATIVE_INFINITY;
  for (const hole of holes) {
    if (hole === left || hole === right) continue;
    const aside = Math.abs(((hole.x - x) * dx + (hole.y - y) * dy) / square);
    const below = ((hole.y - y) * dx - (hole.x - x) * dy) / square;
    const width = widthOf(hole) / Math.sqrt(square);
    if (aside > 0.4 || below < 0.25 || below > 1.9 || width < 0.15 || width > 2.2) continue;
    const fit = 0.4 * Math.min(width, 1) - 1.5 * aside - 0.35 * Math.abs(below - 0.85);
    if (fit <= bestFit) continue;
    bestFit = fit;
    best = { hole, aside, below, width };
  }
  return best;
}

/**
 * What is seen of a layout, and what it weighs in the logarithm of the odds: the logistic regression of
 * tools/fit-face-odds.mjs over the pairs of holes in emoji with a face and in emoji without.
 */
const LAYOUT_WEIGHTS = {
  /** 1. */
  always: 6.07,
  /** Sixths of other holes at least nearly as large as an eye; windows come in numbers. */
  others: -4.09,
  /** How far the middle between the eyes is from the face's, in widths of the face. */
  offMiddle: -5.2,
  /** Skin and emoji yellow are warm: red over blue. */
  warmth: 1.14,
  /** How far the fuller eye is from the roundness of a circle in its box. */
  eyeRoundness: -3.29,
  /** Width of the mouth in distances of the eyes. */
  mouthWidth: 1.22,
  /** How far (ratio, logarithm) the eyes' distance is from its usual part of the face's width. */
  eyesApart: -0.54,
  /** Width and height of the eyes in their distances. */
  eyeWidth: 2.33,
  eyeHeight: -2.15,
  /** How much of its box the face fills, and how far that is from a circle's part. */
  fill: -4.38,
  roundness: -6.93,
  /** Slope of the line between the eyes. */
  tilt: -2.04,
  /** How far the mouth is from its usual height, and from the middle, in distances of the eyes. */
  mouthHeight: -2.48,
  mouthAside: -3.47,
  /** How far (ratio, logarithm) the face is from as wide as high. */
  oblong: -0.84,
  /** Whether there is a mouth. */
  mouth: 0.82,
  /** Logarithm of the part of the picture that the face fills. */
  area: -0.12,
} as const;

export type LayoutFeatures = Readonly<Record<keyof typeof LAYOUT_WEIGHTS, number>>;

/** A circle's part of its box. */
const CIRCLE = Math.PI / 4;

function layoutFeatures(
  left: Hole,
  right: Hole,
  mouth: Mouth | undefined,
  holes: readonly Hole[],
  region: Region,
  surface: number,
  side: number,
): LayoutFeatures {
  const [width, height] = [widthOf(region), heightOf(region)];
  const distance = Math.hypot(right.x - left.x, right.y - left.y);
  const smaller = Math.min(left.pixels, right.pixels);
  const others = holes.filter(
    (hole) => hole !== left && hole !== right && hole !== mouth?.hole && hole.pixels > 0.4 * smaller,
  ).length;
  const roundness = Math.max(...[left, right].map((eye) => eye.pixels / (widthOf(eye) * heightOf(eye))));
  const fill = surface / (width * height);
  const [red, , blue] = region.colour;
  return {
    always: 1,
    others: Math.min(others, 6) / 6,
    offMiddle: Math.abs((left.x + right.x) / 2 - (region.left + region.right) / 2) / width,
    warmth: Math.min(Math.max((red - blue) / 80, 0), 1),
    eyeRoundness: Math.abs(roundness - CIRCLE),
    mouthWidth: Math.min(mouth?.width ?? 0, 1),
    eyesApart: Math.abs(Math.log(distance / width / 0.38)),
    eyeWidth: (widthOf(left) + widthOf(right)) / 2 / distance,
    eyeHeight: (heightOf(left) + heightOf(right)) / 2 / distance,
    fill,
    roundness: Math.abs(fill - CIRCLE),
    tilt: Math.abs(right.y - left.y) / distance,
    mouthHeight: mouth === undefined ? 0 : Math.abs(mouth.below - 0.9),
    mouthAside: mouth?.aside ?? 0,
    oblong: Math.abs(Math.log(width / height)),
    mouth: mouth === undefined ? 0 : 1,
    area: Math.log(surface / side ** 2),
  };
}
