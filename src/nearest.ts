// "Did you mean …?": the known name that is nearest to a mistyped one.

/** How many letters have to be put in, taken out, exchanged or swapped with their neighbour to get from a to b. */
export function editDistance(a: string, b: string): number {
  // Rows of the usual table, the last three being enough: swaps look back two.
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      row[j] = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        row[j] = Math.min(row[j], before[j - 2] + 1);
    }
    before = last;
    last = row;
  }
  return last[b.length];
}

/** Names are compared without their dashes, and without the difference between `-` and `_`. */
function bare(name: string): string {
  return name.replace(/^-+/, '').replaceAll('_', '-').toLowerCase();
}

/**
 * The candidate that a person is likely to have meant, or undefined when none is near. Of equally near ones the first
 * that begins with as many dashes wins.
 */
export function nearest(typed: string, candidates: readonly string[]): string | undefined {
  const name = bare(typed);
  const dashes = (text: string) => text.length - text.replace(/^-+/, '').length;
  let best: { candidate: string; cost: number } | undefined;
  for (const candidate of candidates) {
    const other = bare(candidate);
    let cost = editDistance(name, other);
    const shorter = Math.min(name.length, other.length);
    // --output for --out, --noise-layers for --noise: one begins with the other.
    if (shorter >= 3 && (name.startsWith(other) || other.startsWith(name))) cost = Math.min(cost, 2);
    if (cost > Math.max(1, Math.min(3, Math.floor(Math.max(name.length, other.length) / 2.5)))) continue;
    cost += dashes(typed) === dashes(candidate) ? 0 : 0.5;
    if (best === undefined || cost < best.cost) best = { candidate, cost };
  }
  return best?.candidate;
}
