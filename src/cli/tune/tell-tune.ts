// What facewright tune says.

import type { Explanation, Question } from '../../bench/tune/explain.js';
import type { Fault } from '../../bench/tune/find-rival.js';
import type { TuneSummary } from '../../bench/tune/tune.js';
import type { TuneCase } from '../../bench/tune/tune-cases.js';
import { choiceName, isSamePlace, placeName, type TunedEntry } from '../../engine/webgpu/tuned.js';
import { counted, listed } from '../../words.js';
import { table } from '../shared/table.js';

/** Of choices that were tried, so many are shown. */
const SHOWN = 12;

/** A line for each shape that was measured, what gained most in a step first. */
export function entriesTable(entries: readonly TunedEntry[], cases: readonly TuneCase[]): string {
  const launches = (entry: TunedEntry) => cases.find((one) => isSamePlace(one, entry))?.n ?? 0;
  const rows = [...entries]
    .sort((a, b) => launches(b) * gained(b) - launches(a) * gained(a))
    .map((entry) => {
      const { usual, rival, kept, tried } = entry;
      const other = rival ?? tried[0];
      return [
        placeName(entry.op, entry.shape),
        String(launches(entry)),
        time(usual.seconds),
        other ? time(other.seconds) : '',
        rival ? faster(rival) : '',
        kept && rival ? choiceName(rival) : 'as usual',
      ];
    });
  return table(
    [
      { title: 'shape' },
      { title: 'launches', right: true },
      { title: 'usual', right: true },
      { title: 'best other', right: true },
      { title: 'times as fast', right: true },
      { title: 'runs now' },
    ],
    rows,
  );
}

/** Seconds that a launch takes less than before. */
function gained({ usual, rival, kept }: TunedEntry): number {
  return kept && rival ? usual.seconds - rival.seconds : 0;
}

/** `1.14 [1.12, 1.16]`: with the interval in which it lies in 95 of 100 cases. */
function faster({ ratio, interval }: NonNullable<TunedEntry['rival']>): string {
  return `${ratio.toFixed(2)} [${interval.map((end) => end.toFixed(2)).join(', ')}]`;
}

/** `41.2 µs`, `1.23 ms` */
function time(seconds: number): string {
  const [value, unit] = seconds < 1e-3 ? [seconds * 1e6, 'µs'] : seconds < 1 ? [seconds * 1e3, 'ms'] : [seconds, 's'];
  return `${value >= 100 ? value.toFixed(0) : value.toPrecision(3)} ${unit}`;
}

/** What came of it, in two or three lines. */
export function summaryText(
  { entries, left, before, after, stopped }: TuneSummary,
  { known, path, seconds }: { known: number; path: string; seconds: number },
): string {
  const lines: string[] = [];
  const kept = entries.filter((entry) => entry.kept).length;
  if (entries.length > 0) lines.push(`${counted(entries.length, 'shape')} measured; ${kept} of them run faster now`);
  if (known > 0) lines.push(`${counted(known, 'shape')} known from before; --force measures them again`);
  if (left > 0) {
    const more = stopped === undefined ? `, and a --budget above ${seconds}s gets further` : '';
    lines.push(`${counted(left, 'shape')} left: the same command again goes on${more}`);
  }
  if (entries.length + known > 0) {
    lines.push(`the shapes that are known, in a step: ${time(before)} → ${time(after)}; kept in ${path}`);
  }
  return lines.join('\n');
}

/** Choices that were passed over, the first of them with its reason. */
export function faultsText(faults: readonly Fault[]): string {
  const [{ choice, why }] = faults;
  return `${counted(faults.length, 'tiling')} passed over: ${choiceName(choice)}: ${why}${faults.length > 1 ? ', …' : ''}`;
}

/** The answer to --explain. @param sides at which the step has the op */
export function explanationText(
  explanations: readonly Explanation[],
  { op, side }: Question,
  sides: readonly number[],
): string {
  if (explanations.length === 0) {
    const there = sides.length > 0 ? `; its sides are ${listed(sides.map(String), 'and')}` : '';
    return `the step has no ${op} at ${side}, and the table neither${there}`;
  }
  return explanations.map(explained).join('\n\n');
}

function explained(explanation: Explanation): string {
  const { op, shape, n, kernels, usual, runs, entry } = explanation;
  const where = n > 0 ? `${n} × in a step` : 'not in a step of this model';
  const possible = kernels.map(({ kernel, tilings }) => `${kernel} (${counted(tilings, 'tiling')})`);
  const lines = [
    `${placeName(op, shape)}: ${where}`,
    `  possible  ${possible.join(', ')}`,
    `  usual     ${choiceName(usual)}`,
    `  runs      ${choiceName(runs)}`,
    `  because   ${because(explanation)}`,
  ];
  if (entry) {
    const tried = [entry.usual, ...entry.tried].sort((a, b) => a.seconds - b.seconds);
    lines.push(`  measured  ${counted(tried.length, 'tiling')}, batch ${entry.batch}, the fastest first:`);
    lines.push(...tried.slice(0, SHOWN).map((one) => `    ${time(one.seconds).padStart(8)}  ${choiceName(one)}`));
    if (tried.length > SHOWN) lines.push(`    and ${tried.length - SHOWN} more`);
  }
  return lines.join('\n');
}

/** Why a choice runs, as a sentence without its end. */
function because({ why, entry }: Explanation): string {
  const on = entry ? entry.date.slice(0, 10) : '';
  switch (why) {
    case 'tuned':
      return `it was measured on ${on}: ${faster(entry!.rival!)} times as fast as the usual one`;
    case 'unbeaten':
      return entry!.rival
        ? `nothing was faster beyond doubt on ${on}: ${choiceName(entry!.rival)} was ${faster(entry!.rival)} times as fast`
        : `nothing looked faster on ${on}`;
    case 'changed':
      return `a kernel has changed since it was measured on ${on}, and what was found is dropped`;
    case 'impossible':
      return `what was measured on ${on}, ${choiceName(entry!.rival!)}, cannot run here, and is dropped`;
    case 'not asked':
      return 'of --no-tuned';
    case 'unmeasured':
      return 'nothing was measured';
  }
}
