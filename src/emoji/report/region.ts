// Where the face is in a crop that was made as FFHQ's were: a fixed ellipse, seen in whole pixels as parts of them.

/**
 * The ellipse, in parts of the crop's side. It follows from the crop's own rule (align/quad.ts): a side is at least four
 * times the distance between the eyes and 3.6 times the way m from them to the mouth, and the middle lies a tenth of m
 * below the eyes. So the eyes are at x = 0.5 ± 0.125 or nearer, y = 0.5 − 0.1·m, and the mouth is at y = 0.5 + 0.9·m,
 * m ≤ 1/3.6: from 0.47 to 0.75 for most. The ellipse reaches from the brows to below the lower lip, and a little beyond
 * the eyes: it holds skin, eyes, nose and mouth, but no hair, hat, chin or neck. In drawings more would: their hats come
 * down to the brows, and their faces are narrow. Drawn over 80 crops of four sets and looked at, nearly all ellipses
 * hold face alone; what else is in some is in front of it: glasses, masks, a beard, a magnifying glass.
 */
export const faceEllipse = { x: 0.5, y: 0.6, across: 0.17, down: 0.2 } as const;

/** Samples along a side of the crop, at least: 16 for each pixel of 16. */
const SAMPLES = 256;

const known = new Map<number, Float64Array>();

/**
 * How much of each pixel of a crop of `size` × `size` lies in the ellipse, as parts of all of it: they sum to 1. At 16
 * pixels a side the ellipse is five or six pixels wide, so that whole pixels would be too coarse.
 */
export function faceWeights(size: number): Float64Array {
  const made = known.get(size) ?? makeWeights(size);
  known.set(size, made);
  return made;
}

function makeWeights(size: number): Float64Array {
  const weights = new Float64Array(size * size);
  const { x, y, across, down } = faceEllipse;
  const fine = Math.ceil(SAMPLES / size);
  let sum = 0;
  for (let row = 0; row < size * fine; row++) {
    const v = ((row + 0.5) / (size * fine) - y) / down;
    if (Math.abs(v) > 1) continue;
    for (let column = 0; column < size * fine; column++) {
      const u = ((column + 0.5) / (size * fine) - x) / across;
      if (u * u + v * v > 1) continue;
      weights[Math.floor(row / fine) * size + Math.floor(column / fine)]++;
      sum++;
    }
  }
  return weights.map((weight) => weight / sum);
}
