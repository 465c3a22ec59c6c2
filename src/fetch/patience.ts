/** How long is waited for what, and how often something is tried. */

export interface Patience {
  /** Until an answer begins, in ms. */
  readonly answerMs: number;
  /** Between two pieces of a body, in ms. */
  readonly stallMs: number;
  /** Failures in a row, without a byte that is new between them, after which it is given up. */
  readonly tries: number;
  /** The wait after the first failure, in ms; each further one is twice as long. */
  readonly firstWaitMs: number;
  /** No wait is longer, in ms; a server that asks for more is not waited for. */
  readonly longestWaitMs: number;
}

export const usualPatience: Patience = {
  answerMs: 30_000,
  stallMs: 30_000,
  tries: 6,
  firstWaitMs: 1000,
  longestWaitMs: 60_000,
};

/**
 * The wait before trying again, in ms; undefined when it is not to be tried again.
 *
 * @param failures in a row, from 1
 * @param askedMs what the server asks for
 * @param chance from [0, 1): many who were cut off together do not come back together
 */
export function waitMs(
  patience: Patience,
  failures: number,
  askedMs: number | undefined,
  chance = Math.random(),
): number | undefined {
  if (failures >= patience.tries) return undefined;
  if (askedMs !== undefined && askedMs > patience.longestWaitMs) return undefined;
  const usual = Math.min(patience.longestWaitMs, patience.firstWaitMs * 2 ** (failures - 1));
  return Math.max(askedMs ?? 0, usual * (0.75 + chance / 4));
}
