import { counted } from '../../words.js';
import type { KernelFigures, ReportHead } from '../kernels/kernels-report.js';
import { shortShape } from '../kernels/select.js';
import type { RatioInterval } from '../kernels/statistics.js';
import { aligned } from '../report.js';
import { percent, quantity } from '../units.js';
import { type Comparison, ENOUGH_SAMPLES, failuresOf, type KernelRatio, type Ratio } from './compare.js';

/** What a comparison is told with. */
export interface CompareTextOptions {
  /** More than this share slower is a failure; without it, nothing is. */
  readonly fail?: number;
  /** Every kernel, and not only those that changed or were replaced. */
  readonly all?: boolean;
}

/** By how much machines may differ before it is said, where no bound is given. */
const USUAL_BOUND = 0.05;

/** A comparison as text: what was compared, the kernels, the worst first, and the step. */
export function compareText(comparison: Comparison, { fail, all = false }: CompareTextOptions = {}): string {
  const { kernels, step } = comparison;
  const shown = all ? kernels : kernels.filter(({ verdict, was }) => verdict !== 'unsure' || was !== undefined);
  const failed = fail === undefined ? undefined : failuresOf(comparison, fail);
  const rows = shown.map((kernel) => kernelRow(kernel, failed?.kernels.includes(kernel) ?? false));
  const rest = kernels.filter((kernel) => !shown.includes(kernel) && kernel.samples >= ENOUGH_SAMPLES).length;
  const blocks = [
    headText(comparison),
    aligned([HEADS, ...rows, stepRow(step, failed?.step ?? false)], 2),
    [
      ...(rest > 0
        ? [
            `${counted(rest, shown.length > 0 ? 'more kernel' : 'kernel')} and shapes have 1 in their intervals: unchanged, as far as can be told.`,
          ]
        : []),
      `Of ${counted(kernels.length, 'interval')} of 95 %, about ${Math.round(kernels.length / 20)} miss what is true by chance alone, on a machine that stays the same.`,
    ].join('\n'),
    ...onlyText(comparison.oldName, comparison.onlyOld),
    ...onlyText(comparison.newName, comparison.onlyNew),
    ...warningsOf(comparison, fail ?? USUAL_BOUND).map((warning) => `warning: ${warning}`),
    ...(fail === undefined ? [] : [outcome(comparison, fail)]),
  ];
  return blocks.join('\n\n');
}

const HEADS = ['kernel', 'shape', 'n', 'of the step', 'old', 'new', 'old/new', '95 % interval', ''];

/**
 * What to be careful with: the machine, not the code, may have changed between or within the runs.
 *
 * @param bound by how much the control kernel may differ
 */
export function warningsOf({ control, old, new: newer, unlike, kernels, step }: Comparison, bound: number): string[] {
  const warnings: string[] = [];
  if (unlike.length > 0) warnings.push(`compared by force, although not of the same: ${unlike.join('; ')}.`);
  if (isAnotherMachine(control, bound)) {
    warnings.push(
      `the control kernel, which is the same code in both, went from ${quantity(Math.sqrt(old.drift.first * old.drift.last), 's')} to ` +
        `${quantity(Math.sqrt(newer.drift.first * newer.drift.last), 's')} (${times(control)}): the machine was not the same, and no figure here is corrected for it. Measure both again, close together.`,
    );
  }
  for (const [which, { drift }] of [
    ['old', old],
    ['new', newer],
  ] as const) {
    if (drift.ratio > 1 + bound) {
      warnings.push(
        `during the ${which} run the control kernel's times lay ${times(drift.ratio)} apart: it was not steady.`,
      );
    }
  }
  const few = kernels.filter(({ samples }) => samples < ENOUGH_SAMPLES).length;
  if (few > 0) {
    warnings.push(
      `${counted(few, 'kernel')} and shapes have fewer than ${ENOUGH_SAMPLES} samples, too few to say whether they changed, and are not shown without --all. Measure longer.`,
    );
  }
  if (!step.whole) warnings.push('a report has only part of the step: its time is that of the kernels that both have.');
  return warnings;
}

/** Whether what is the same code took another time. */
function isAnotherMachine(control: number, bound: number): boolean {
  return Math.max(control, 1 / control) > 1 + bound;
}

function headText({ oldName, newName, old, new: newer, control }: Comparison): string {
  const about = ({ date, facewright, dawn, node }: ReportHead) => [
    `${date.slice(0, 16).replace('T', ' ')},`,
    `facewright ${facewright},`,
    `Dawn ${dawn},`,
    `Node ${node}`,
  ];
  const { adapter, driver, model, batch } = newer;
  return [
    aligned(
      [
        ['old:', oldName, ...about(old)],
        ['new:', newName, ...about(newer)],
      ],
      9,
    ),
    `on ${[adapter, driver].filter((word) => word !== '').join(', ')}; model ${model}, batch ${batch}`,
    `warm medians; above 1 × the new one is faster; control kernel ${times(control)}`,
  ].join('\n');
}

function kernelRow(kernel: KernelRatio, failed: boolean): string[] {
  const { was, shape, n, nBefore, share, alternative } = kernel;
  return [
    alternative ? `(${kernel.kernel})` : was === undefined ? kernel.kernel : `${was} → ${kernel.kernel}`,
    shortShape(shape),
    n === nBefore ? String(n) : `${nBefore} → ${n}`,
    alternative ? `(${percent(share)})` : percent(share),
    ...ratioCells(kernel, failed),
  ];
}

function stepRow(step: Comparison['step'], failed: boolean): string[] {
  return [step.whole ? 'the step' : 'kernels in both', '', '', '', ...ratioCells(step, failed)];
}

function ratioCells(ratio: Ratio, failed: boolean): string[] {
  const verdict = ratio.verdict === 'unsure' ? '' : ratio.verdict;
  return [
    quantity(ratio.old, 's'),
    quantity(ratio.new, 's'),
    ...intervalCells(ratio),
    failed ? `${verdict}: FAILS` : verdict,
  ];
}

/** `1.31 ×` */
function times(ratio: number): string {
  return `${ratio.toFixed(2)} ×`;
}

/** `1.31 ×`, `[1.27, 1.35]`, with decimals enough that 1 is not in it where it should not be. */
function intervalCells({ ratio, low, high }: RatioInterval): string[] {
  const isSeen = (decimals: number) => [low, high].every((end) => end === 1 || Number(end.toFixed(decimals)) !== 1);
  const decimals = isSeen(2) ? 2 : isSeen(3) ? 3 : 4;
  return [`${ratio.toFixed(decimals)} ×`, `[${low.toFixed(decimals)}, ${high.toFixed(decimals)}]`];
}

function onlyText(name: string, kernels: readonly KernelFigures[]): string[] {
  if (kernels.length === 0) return [];
  const rows = kernels.map(({ kernel, shape, n, share, warm, alternative }) => [
    `  ${alternative ? `(${kernel})` : kernel}`,
    shortShape(shape),
    String(n),
    percent(share),
    quantity(warm.median, 's'),
  ]);
  return [`only in ${name}:\n${aligned([['  kernel', 'shape', 'n', 'of the step', 'time'], ...rows], 2)}`];
}

function outcome(comparison: Comparison, fail: number): string {
  const { kernels, step } = failuresOf(comparison, fail);
  const bound = `more than ${Number((100 * fail).toPrecision(3))} % slower with 1 outside its interval`;
  if (kernels.length === 0 && !step) return `passed: nothing is ${bound}.`;
  const what = [
    ...(step ? ['the step'] : []),
    ...(kernels.length > 0
      ? [`${counted(kernels.length, 'kernel')} at ${kernels.length === 1 ? 'its shape' : 'their shapes'}`]
      : []),
  ].join(' and ');
  const verdict = `FAILED: ${what} ${kernels.length + Number(step) === 1 ? 'is' : 'are'} ${bound}.`;
  if (!isAnotherMachine(comparison.control, fail)) return verdict;
  return `${verdict} That may be the machine: the control kernel took ${times(1 / comparison.control)} as long, see above.`;
}
