// What `bench kernels` has measured, as text: lines above, a table, and CSV.

import { csv } from '../../emoji/report/csv.js';
import { aligned } from '../report.js';
import { shares } from './bound.js';
import type { KernelsReport, Timing } from './kernels-report.js';
import { shortShape } from './select.js';

/** What was measured on what, and the adapter's best: one fact a line. */
export function headLines({ head, ceilings, ...step }: KernelsReport): string {
  const { adapter, driver, backend, platform, software, clock, drift, oracle } = head;
  const computed = computing(ceilings.fma);
  const model = `a search step of ${head.model}, ${head.batch === 1 ? 'one picture' : `${head.batch} pictures`}`;
  const kernels = head.filter === undefined ? 'all kernels' : `kernels that match “${head.filter}”`;
  return aligned(
    [
      ['adapter', `${adapter}${software ? ' (a program on the processor)' : ''}`],
      ['driver', `${driver === '' ? 'unknown' : driver}, ${backend}, ${platform}`],
      ['versions', `facewright ${head.facewright}, Dawn of webgpu ${head.dawn}, Node ${head.node}`],
      ['measured', `${model}: ${kernels}; ${head.date}`],
      ['step', `${step.dispatches} launches, ${step.pipelines} pipelines, ${stepWork(step)}`],
      ['clock', clockText(clock)],
      [
        'ceilings',
        `${computed.text(ceilings.fma)} ${computed.unit} of f32 multiply-adds, ${moving(ceilings.copy)} GB/s copied, ${micro(ceilings.launch)} µs to launch nothing`,
      ],
      [
        'drift',
        `a control kernel took ${micro(drift.first)} µs first and ${micro(drift.last)} µs last; its slowest time is ${drift.ratio.toFixed(2)} × its fastest`,
      ],
      ['errors', 'engine' in oracle ? `against ${oracle.engine}` : `not measured: ${oracle.missing}`],
    ],
    2,
  );
}

function stepWork({ flop, bytes }: Pick<KernelsReport, 'flop' | 'bytes'>): string {
  return `${(flop / 1e9).toPrecision(3)} GFLOP, ${(bytes / 1e9).toPrecision(3)} GB at least`;
}

function clockText({ kind, quantum }: KernelsReport['head']['clock']): string {
  const smallest = `smallest difference seen ${(quantum * 1e9).toFixed(0)} ns`;
  if (kind === 'timestamps') return `timestamps of the device, not rounded; ${smallest}`;
  return `wall clock, since this adapter has no timestamps: times hold a submit and its end, too; ${smallest}`;
}

/** The kernels, those that take most of a step first; those that might run instead in brackets. */
export function kernelsTable({ kernels, ceilings }: KernelsReport): string {
  const computed = computing(Math.max(...kernels.map(({ flop, warm }) => flop / warm.median)));
  const title = [
    ['kernel', 'shape', 'n', 'groups', 'µs warm', '[quartiles]', 'cold', 'share', computed.unit, 'of FMA'],
    ['GB/s', 'of copy', 'bound', 'error'],
  ].flat();
  const rows = kernels.map((one) => {
    const { kernel, shape, n, workgroups, flop, bytes, warm, cold, share, bound, error, alternative } = one;
    const near = shares({ flop, bytes, seconds: warm.median }, ceilings);
    const [low, high] = warm.quartiles;
    return [
      alternative ? `(${kernel})` : kernel,
      shortShape(shape),
      String(n),
      String(workgroups),
      micro(warm.median),
      `[${micro(low)}, ${micro(high)}]`,
      micro(cold.median),
      alternative ? `(${percent(share)})` : percent(share),
      flop === 0 ? '' : computed.text(flop / warm.median),
      flop === 0 ? '' : percent(near.fma),
      moving(bytes / warm.median),
      percent(near.copy),
      bound,
      error === undefined ? '' : error === 0 ? '0' : error.toExponential(0),
    ];
  });
  return aligned([title, ...rows], 2);
}

/** What the table's columns say. */
export function legend({ kernels }: Pick<KernelsReport, 'kernels'>): string {
  const lines = [
    'n: launches in a step. groups: workgroups of a launch. warm: data in the caches as far as they hold it; cold: in none.',
    'share: of all warm time listed. of FMA, of copy: of the ceilings above, warm; caches may give more than copying does.',
    'bound by fma or memory: at 60 % of that ceiling or more; launch: no more than twice what nothing takes; latency: else.',
  ];
  if (kernels.some(({ alternative }) => alternative)) {
    lines.push('(in brackets): could run instead, and what it would add to the same time.');
  }
  return lines.join('\n');
}

/** The kernels that could not be measured, with the reason; empty where there are none. */
export function skippedLines({ skipped, kernels }: KernelsReport): string {
  const lines = [
    ...skipped.map(({ kernel, shape, reason }) => `not measured: ${kernel} ${shortShape(shape)}: ${reason}`),
    ...kernels.flatMap(({ kernel, shape, unchecked }) =>
      unchecked === undefined ? [] : `no error of ${kernel} ${shortShape(shape)}: ${unchecked}`,
    ),
  ];
  return lines.join('\n');
}

/** All of it for a terminal. */
export function kernelsText(report: KernelsReport): string {
  const parts = [headLines(report), kernelsTable(report), skippedLines(report), legend(report)];
  return parts.filter((part) => part !== '').join('\n\n');
}

/** Every sample: a row for each pass, with the seconds of one launch in it. */
export function samplesCsv({ kernels }: Pick<KernelsReport, 'kernels'>): string {
  const rows = kernels.flatMap(({ kernel, shape, n, warm, cold }) => {
    const of = (mode: string, { samples }: Timing) =>
      samples.map((seconds, index) => [kernel, shape, n, mode, index + 1, seconds]);
    return [...of('warm', warm), ...of('cold', cold)];
  });
  return csv([['kernel', 'shape', 'n', 'mode', 'sample', 'seconds'], ...rows]);
}

/** The unit in which speeds up to `most` operations in a second are written. */
function computing(most: number): { unit: string; text: (speed: number) => string } {
  const [unit, by] = most >= 1e12 ? ['TFLOP/s', 1e12] : ['GFLOP/s', 1e9];
  return { unit, text: (speed) => digits(speed / by) };
}

function moving(speed: number): string {
  return digits(speed / 1e9);
}

function micro(seconds: number): string {
  return digits(seconds * 1e6);
}

/** Three digits, or all in front of the point: 0.0512, 5.12, 51.2, 5120. */
function digits(value: number): string {
  if (value === 0) return '0';
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

function percent(share: number): string {
  const hundredths = 100 * share;
  return `${hundredths < 10 ? hundredths.toFixed(1) : hundredths.toFixed(0)} %`;
}
