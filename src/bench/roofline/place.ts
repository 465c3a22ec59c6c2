// Where labels stand, so that none covers another.

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** A place for a label, and what there is to be said against it: the label's nearest places have the lowest cost. */
export interface Candidate {
  readonly box: Box;
  readonly cost: number;
}

/** What it costs to cover all of another thing that is drawn. */
const COVERED = 10;

/**
 * Gives each label one of its candidates, in their order: the cheapest that covers no label placed before, where covering
 * other things costs by how much of the label's own area lies on them. A label without such a candidate gets none.
 *
 * @param taken what no label may cover
 * @param avoided what labels had better not cover
 * @param within where they have to lie
 */
export function placeLabels<C extends Candidate>(
  labels: readonly (readonly C[])[],
  {
    taken,
    avoided,
    within,
  }: { readonly taken: readonly Box[]; readonly avoided: readonly Box[]; readonly within: Box },
): (C | undefined)[] {
  const placed = [...taken];
  return labels.map((candidates) => {
    let best: C | undefined;
    let least = Number.POSITIVE_INFINITY;
    for (const candidate of candidates) {
      const { box, cost } = candidate;
      if (!isWithin(box, within) || placed.some((other) => overlap(box, other) > 0)) continue;
      const covered = avoided.reduce((sum, other) => sum + overlap(box, other), 0) / area(box);
      const total = cost + COVERED * covered;
      if (total < least) [best, least] = [candidate, total];
    }
    if (best) placed.push(best.box);
    return best;
  });
}

/** The box of that size about a point. */
export function boxAt(x: number, y: number, width: number, height: number): Box {
  return { left: x - width / 2, top: y - height / 2, right: x + width / 2, bottom: y + height / 2 };
}

/** The area that two boxes have in common. */
export function overlap(a: Box, b: Box): number {
  const width = Math.min(a.right, b.right) - Math.max(a.left, b.left);
  const height = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
  return width > 0 && height > 0 ? width * height : 0;
}

function area({ left, top, right, bottom }: Box): number {
  return (right - left) * (bottom - top);
}

function isWithin(box: Box, within: Box): boolean {
  return box.left >= within.left && box.right <= within.right && box.top >= within.top && box.bottom <= within.bottom;
}
