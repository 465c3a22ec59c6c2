// How likely it is that a candidate is a face: what the looks at a picture, FaceMesh, the drawing and its paint say.

import type { Rgb8Image } from '../image/rgb.js';
import { between } from './landmarks.js';
import { probability, weigh } from './odds.js';
import { paintOf } from './paint.js';
import { type Candidate, lookLogits } from './whole-look.js';

/** What FaceMesh makes of a candidate, 0 to 1: as it is, and blurred, which drawings need. */
export interface Presence {
  readonly sharp: number;
  readonly soft: number;
}

/**
 * What speaks for a candidate, and what it weighs in the logarithm of the odds: the logistic regression of
 * tools/fit-face-odds.mjs over the candidates in emoji with a face and in emoji without. The products are those that it
 * gained most by.
 */
const WEIGHTS = {
  always: -1.91,
  /** Mean logit of the looks at four scales, and logit of the look at the usual scale. */
  shared: 0.72,
  bordered: 0.41,
  sharp: 1.97,
  soft: 0.63,
  /** Odds of the drawn face there. */
  drawn: 0.37,
  /** Shares of its surface: see paint.ts. */
  skin: 1.75,
  dark: 3.42,
  light: -1.55,
  /** Logarithm of the eyes' distance in widths of the box. */
  eyes: 0.05,
  /** Slope of the line between the eyes, in radians. */
  tilt: -1.12,
  drawnSquared: 0.29,
  borderedSquared: 0.28,
  skinByDark: 5.94,
  sharedByDrawn: -0.17,
  sharedByEyes: -0.61,
  borderedByDark: 0.92,
} as const;

export type OddsFeatures = Readonly<Record<keyof typeof WEIGHTS, number>>;

/** Beyond these the drawn face's odds count no more, and logits neither. */
const DRAWN_BOUNDS = [-3, 5] as const;
const BOUNDS = [-6, 6] as const;

function clamp(value: number, [least, most]: readonly [number, number]): number {
  return Math.min(Math.max(value, least), most);
}

/** What speaks for a candidate. */
export function oddsFeatures(picture: Rgb8Image, candidate: Candidate, { sharp, soft }: Presence): OddsFeatures {
  const logits = lookLogits(candidate);
  const four = logits.slice(0, -1);
  const shared = clamp(four.reduce((sum, logit) => sum + logit, 0) / four.length, BOUNDS);
  const bordered = clamp(logits[logits.length - 1], BOUNDS);
  const drawn = clamp(candidate.drawn?.odds ?? DRAWN_BOUNDS[0], DRAWN_BOUNDS);
  const { skin, dark, light } = paintOf(picture, candidate.box);
  const [dx, dy] = between(candidate.leftEye, candidate.rightEye);
  const eyes = Math.log(Math.hypot(dx, dy) / candidate.box.width + 0.01);
  return {
    always: 1,
    shared,
    bordered,
    sharp,
    soft,
    drawn,
    skin,
    dark,
    light,
    eyes,
    tilt: Math.abs(Math.atan2(dy, dx)),
    drawnSquared: drawn ** 2,
    borderedSquared: bordered ** 2,
    skinByDark: skin * dark,
    sharedByDrawn: shared * drawn,
    sharedByEyes: shared * eyes,
    borderedByDark: bordered * dark,
  };
}

/**
 * Odds from which a candidate is believed, by all that was seen and by its drawing alone: where of the emoji without a face
 * at most 2 in 100 are taken for one.
 */
const ENOUGH = 0.5;
const ENOUGH_DRAWN = 2.75;

/** How sure it is that a candidate is a face, 0 to 1: 0.5 where it is just believed. */
export function faceScore(features: OddsFeatures): number {
  return probability(Math.max(weigh(WEIGHTS, features) - ENOUGH, features.drawn - ENOUGH_DRAWN));
}
