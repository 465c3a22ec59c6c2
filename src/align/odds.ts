// Odds by their logarithms, as logistic regressions have them.

/** The probability of a logarithm of odds. */
export function probability(odds: number): number {
  return 1 / (1 + Math.exp(-odds));
}

/** The logarithm of the odds of a probability; finite for 1. */
export function logOdds(chance: number): number {
  return Math.log(chance / (1 - Math.min(chance, 1 - 1e-6)));
}

/** What features come to: the sum of each times its weight. */
export function weigh<Name extends string>(
  weights: Readonly<Record<Name, number>>,
  features: Readonly<Record<Name, number>>,
): number {
  let sum = 0;
  for (const name of Object.keys(weights) as Name[]) sum += weights[name] * features[name];
  return sum;
}
