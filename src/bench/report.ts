import type { EngineInfo, KernelTime } from '../engine/engine.js';
import type { Measurement } from './measure.js';

/** A measurement with what it was made on. */
export interface BenchResult extends Measurement {
  readonly engine: EngineInfo;
}

interface Share {
  readonly name: string;
  readonly launches: number;
  readonly seconds: number;
  readonly flop: number;
  readonly bytes: number;
}

/** Kernels added up by `name`, the slowest first. */
function sharesBy(kernels: readonly KernelTime[], name: (kernel: KernelTime) => string): Share[] {
  const shares = new Map<string, Share>();
  for (const kernel of kernels) {
    const key = name(kernel);
    const before = shares.get(key) ?? { name: key, launches: 0, seconds: 0, flop: 0, bytes: 0 };
    shares.set(key, {
      name: key,
      launches: before.launches + 1,
      seconds: before.seconds + kernel.seconds,
      flop: before.flop + kernel.flop,
      bytes: before.bytes + kernel.bytes,
    });
  }
  return [...shares.values()].sort((a, b) => b.seconds - a.seconds);
}

/**
 * The summary: a line for each shape. GFLOP and GFLOP/s count what the plain algorithm needs (upsampling convolutions in
 * their phase form), `GFLOP done` what the kernels do, of which `of peak speed` is the share of the machine's best.
 */
export function summaryTable(results: readonly BenchResult[]): string {
  const lines = [
    [
      'shape',
      'engine',
      'batch',
      's/step',
      'first step',
      'GFLOP',
      'GFLOP/s',
      'GFLOP done',
      'of peak speed',
      'GB moved',
      'device MB',
      'most MB',
    ],
    ...results.map((result) => [
      result.shape,
      result.engine.kind,
      String(result.batch),
      result.stepSeconds.toPrecision(3),
      `${result.firstStepSeconds.toFixed(1)} s`,
      (result.flop / 1e9).toFixed(1),
      (result.flop / 1e9 / result.stepSeconds).toFixed(1),
      (result.executed / 1e9).toFixed(1),
      result.peak ? percent(result.executed / result.stepSeconds / result.peak.flops) : '',
      (result.traffic / 1e9).toFixed(2),
      (result.deviceBytes / 1e6).toFixed(0),
      (result.peakProcessBytes / 1e6).toFixed(0),
    ]),
  ];
  return aligned(lines, 2);
}

/** What the machine does at best, in the same run. */
export function peakLine(results: readonly BenchResult[]): string | undefined {
  const peaks = results.flatMap(({ peak }) => peak ?? []);
  if (peaks.length === 0) return undefined;
  const range = (values: number[], unit: string) => {
    const [low, high] = [Math.min(...values), Math.max(...values)].map((value) => (value / 1e9).toFixed(0));
    return `${low === high ? low : `${low} to ${high}`} ${unit}`;
  };
  const flops = range(
    peaks.map((peak) => peak.flops),
    'GFLOP/s',
  );
  const bytes = range(
    peaks.map((peak) => peak.bytes),
    'GB/s',
  );
  return `peak of the machine in this run: ${flops} of float32 in registers, ${bytes} to and from memory`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`;
}

/** One shape's kernels: the share of each in the time of a profiled step, and in which op most of it goes. */
export function kernelTable({ shape, kernels }: BenchResult): string {
  if (!kernels) return `${shape}: this adapter has no clock that kernels can read`;
  const total = kernels.reduce((sum, { seconds }) => sum + seconds, 0);
  const row = ({ name, launches, seconds, flop, bytes }: Share) => [
    name,
    String(launches),
    (seconds * 1000).toFixed(2),
    `${((100 * seconds) / total).toFixed(1)} %`,
    flop > 0 && seconds > 0 ? (flop / 1e9 / seconds).toFixed(1) : '',
    seconds > 0 ? (bytes / 1e9 / seconds).toFixed(1) : '',
  ];
  const heads = ['launches', 'ms', 'share', 'GFLOP/s', 'GB/s'];
  const byKernel = sharesBy(kernels, ({ kernel }) => kernel);
  const byOp = sharesBy(kernels, ({ op }) => op).slice(0, 8);
  return [
    `${shape}: one profiled step, ${(total * 1000).toFixed(1)} ms in ${kernels.length} launches`,
    aligned([['kernel', ...heads], ...byKernel.map(row)], 1),
    '',
    aligned([['slowest ops', ...heads], ...byOp.map(row)], 1),
  ].join('\n');
}

/** Columns two spaces apart; from column `right` on they stand at the right. */
export function aligned(rows: readonly (readonly string[])[], right: number): string {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => [...row[column]].length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => {
          const space = ' '.repeat(widths[column] - [...cell].length);
          return column >= right ? space + cell : cell + space;
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
