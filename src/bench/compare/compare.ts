// Two reports of `bench kernels`, held against each other.

import { FacewrightError } from '../../errors.js';
import {
  countedKernels,
  isWholeStep,
  type KernelFigures,
  type KernelsReport,
  type ReportHead,
} from '../kernels/kernels-report.js';
import { type RatioInterval, ratioInterval, sumRatioInterval } from '../kernels/statistics.js';
import { type KernelPair, pairKernels } from './pair.js';

/** A report and what it is called, its file as a rule. */
export interface NamedReport {
  readonly name: string;
  readonly report: KernelsReport;
}

/** Whether something changed: its interval has no 1 in it, and there are samples enough to say so. */
export type Verdict = 'slower' | 'faster' | 'unsure';

/** The old time by the new one: above 1 it got faster. */
export interface Ratio extends RatioInterval {
  readonly verdict: Verdict;
  /** Seconds: of a launch, or of the step. */
  readonly old: number;
  readonly new: number;
}

/** A kernel at one shape that both reports have. */
export interface KernelRatio extends Ratio {
  readonly kernel: string;
  /** The kernel that did this work in the older report, where that was another one. */
  readonly was?: string;
  readonly shape: string;
  /** How often a step launches it, and did. */
  readonly n: number;
  readonly nBefore: number;
  /** Of the newer step, 0 to 1. */
  readonly share: number;
  /** It does not run in the newer step: it only might, in place of another. */
  readonly alternative: boolean;
  /** Of the report that has fewer. */
  readonly samples: number;
}

export interface Comparison {
  readonly oldName: string;
  readonly newName: string;
  readonly old: ReportHead;
  readonly new: ReportHead;
  /** Warm medians; the largest loss first. */
  readonly kernels: readonly KernelRatio[];
  readonly onlyOld: readonly KernelFigures[];
  readonly onlyNew: readonly KernelFigures[];
  /**
   * Σ n · median over all kernels; or where a report is of a part of the step, over those that both have. Its interval
   * takes the kernels' times for independent of one another.
   */
  readonly step: Ratio & { readonly whole: boolean };
  /** The control kernel's old time by its new one. It is the same code, so what it differs by is the machine's, and corrects nothing. */
  readonly control: number;
  /** What differs although it should not, where the comparison was forced: `batch: 1 and 4`. */
  readonly unlike: readonly string[];
}

/**
 * Fewer samples than this in either report cannot say at 95 % that anything changed: of three old and three new times the three smallest are all
 * of one report in one case of ten by chance; of four and four in one of 35 (Mann & Whitney 1947).
 */
export const ENOUGH_SAMPLES = 4;

/**
 * Compares two reports. What may differ is what is measured: facewright, Dawn, Node. What may not is what it is measured on: the
 * adapter, its driver and backend, the clock, the model and the batch.
 *
 * @param force compares all the same
 * @throws FacewrightError when they differ in what they may not
 */
export function compareReports(old: NamedReport, newer: NamedReport, { force = false } = {}): Comparison {
  const unlike = unlikeness(old.report.head, newer.report.head);
  if (unlike.length > 0 && !force) {
    throw new FacewrightError(
      `${old.name} and ${newer.name} are not of the same (${unlike.join('; ')}); measure both on one machine with the same options, or add --force`,
    );
  }
  const { pairs, onlyOld, onlyNew } = pairKernels(old.report, newer.report);
  if (pairs.length === 0) {
    throw new FacewrightError(
      `${old.name} and ${newer.name} have no kernel at the same shape in common; measure both with the same filter`,
    );
  }
  const step = stepTime(countedKernels(newer.report.kernels));
  return {
    oldName: old.name,
    newName: newer.name,
    old: old.report.head,
    new: newer.report.head,
    kernels: pairs.map((pair) => kernelRatio(pair, step)).sort((a, b) => a.ratio - b.ratio),
    onlyOld,
    onlyNew,
    step: stepRatio(old.report, newer.report, pairs),
    control: controlTime(old.report.head) / controlTime(newer.report.head),
    unlike,
  };
}

/** What makes it fail: kernels, and whether the step as a whole. */
export interface Failures {
  readonly kernels: readonly KernelRatio[];
  readonly step: boolean;
}

/**
 * What got slower by more than a share of its time: its median beyond the bound, and its interval without 1. So times that
 * scatter by more than the bound do not fail a run by that alone, and a loss that is sure but small does not either. Kernels
 * that do not run in the newer step fail nothing.
 *
 * @param bound 0.05: more than 5 %
 */
export function failuresOf({ kernels, step }: Comparison, bound: number): Failures {
  const isBeyond = ({ verdict, ratio }: Ratio) => verdict === 'slower' && 1 / ratio > 1 + bound;
  return { kernels: kernels.filter((kernel) => isBeyond(kernel) && !kernel.alternative), step: isBeyond(step) };
}

/** What both reports must have in common, and have not. */
function unlikeness(old: ReportHead, newer: ReportHead): string[] {
  const facts: readonly [string, (head: ReportHead) => string | number][] = [
    ['adapter', ({ adapter }) => adapter],
    ['driver', ({ driver }) => driver],
    ['backend', ({ backend }) => backend],
    ['clock', ({ clock }) => clock.kind],
    ['model', ({ model }) => model],
    ['batch', ({ batch }) => batch],
  ];
  return facts
    .filter(([, of]) => of(old) !== of(newer))
    .map(([name, of]) => `${name}: ${of(old) || 'none'} and ${of(newer) || 'none'}`);
}

function kernelRatio({ old, new: newer }: KernelPair, step: number): KernelRatio {
  const samples = Math.min(old.warm.samples.length, newer.warm.samples.length);
  const interval = ratioInterval(old.warm.samples, newer.warm.samples);
  return {
    kernel: newer.kernel,
    was: old.kernel === newer.kernel ? undefined : old.kernel,
    shape: newer.shape,
    n: newer.n,
    nBefore: old.n,
    share: stepTime([newer]) / step,
    alternative: newer.alternative ?? false,
    samples,
    ...interval,
    verdict: samples < ENOUGH_SAMPLES ? 'unsure' : verdictOf(interval),
    old: old.warm.median,
    new: newer.warm.median,
  };
}

function stepRatio(
  old: KernelsReport,
  newer: KernelsReport,
  pairs: readonly KernelPair[],
): Ratio & { readonly whole: boolean } {
  const whole = isWholeStep(old) && isWholeStep(newer);
  const common = pairs.filter((pair) => !pair.old.alternative && !pair.new.alternative);
  const both = common.length > 0 ? common : pairs;
  const before = whole ? countedKernels(old.kernels) : both.map((pair) => pair.old);
  const now = whole ? countedKernels(newer.kernels) : both.map((pair) => pair.new);
  const weighted = (kernels: readonly KernelFigures[]) =>
    kernels.map(({ n, warm }) => ({ weight: n, values: warm.samples }));
  const interval = sumRatioInterval(weighted(before), weighted(now));
  return { ...interval, verdict: verdictOf(interval), old: stepTime(before), new: stepTime(now), whole };
}

function verdictOf({ low, high }: RatioInterval): Verdict {
  if (high < 1) return 'slower';
  return low > 1 ? 'faster' : 'unsure';
}

/** Seconds of a step in these kernels. */
function stepTime(kernels: readonly KernelFigures[]): number {
  return kernels.reduce((sum, { n, warm }) => sum + n * warm.median, 0);
}

function controlTime({ drift: { first, last } }: ReportHead): number {
  return Math.sqrt(first * last);
}
