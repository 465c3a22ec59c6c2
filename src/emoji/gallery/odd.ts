// Which results stand out from the others, by the rule that box plots have (Tukey, Exploratory Data Analysis, 1977): a
// value beyond the outer fence, three interquartile ranges above the third quartile, is "far out".

import { groupBy } from '../../results/group-by.js';
import type { Measured } from '../report/report-data.js';
import { lossText } from './titles.js';

/** Quartiles of fewer values say too little. */
const LEAST = 12;

/** What is looked at of a result. */
export interface Judged {
  /** The result's file, as in run.jsonl. */
  readonly output: string;
  /** Side of its target in pixels: only results of one size are compared. */
  readonly size: number | undefined;
  readonly L2: number;
}

/**
 * Why results are odd, by their outputs: each reason a sentence. Those that are not odd are not in it.
 *
 * @param results those that were found
 * @param measured colour differences by output, where they were measured
 */
export function oddReasons(
  results: readonly Judged[],
  measured?: ReadonlyMap<string, Pick<Measured, 'colourDifference'>>,
): Map<string, string[]> {
  const reasons = new Map<string, string[]>();
  for (const [size, alike] of groupBy(results, (result) => result.size)) {
    const of = size === undefined ? 'results' : `results at ${size} px`;
    judge(
      alike,
      ({ L2 }) => L2,
      reasons,
      (value, fence, n) =>
        `Its L2 of ${lossText(value)} is far out: the outer fence of ${n} ${of} is at ${lossText(fence)}.`,
    );
    judge(
      alike,
      ({ output }) => measured?.get(output)?.colourDifference,
      reasons,
      (value, fence, n) =>
        `Its colours differ from the target's by ${value.toFixed(1)} (CIEDE2000), which is far out: ` +
        `the outer fence of ${n} ${of} is at ${fence.toFixed(1)}.`,
    );
  }
  return reasons;
}

function judge(
  results: readonly Judged[],
  read: (result: Judged) => number | undefined,
  reasons: Map<string, string[]>,
  sentence: (value: number, fence: number, n: number) => string,
): void {
  const values = results.map(read).filter((value) => value !== undefined && Number.isFinite(value)) as number[];
  if (values.length < LEAST) return;
  const fence = outerFence(values);
  for (const result of results) {
    const value = read(result);
    if (value === undefined || !(value > fence)) continue;
    reasons.set(result.output, [...(reasons.get(result.output) ?? []), sentence(value, fence, values.length)]);
  }
}

/** Q3 + 3·IQR, with quartiles interpolated between neighbours (type 7 of Hyndman and Fan, 1996). */
export function outerFence(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const quantile = (p: number) => {
    const place = p * (sorted.length - 1);
    const below = Math.floor(place);
    return sorted[below] + (place - below) * (sorted[Math.min(below + 1, sorted.length - 1)] - sorted[below]);
  };
  const [first, third] = [quantile(0.25), quantile(0.75)];
  return third + 3 * (third - first);
}
