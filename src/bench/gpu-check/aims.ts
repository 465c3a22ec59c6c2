import { median } from '../kernels/statistics.js';
import type { SearchesResult } from '../search.js';
import { type CheckedPrecision, memoryName, searchName, subject } from './plan.js';
import { type GpuCheck, resultOf } from './results.js';

/** A step of PyTorch, as tools/pytorch-step.py prints it. */
export interface PytorchStep {
  readonly shape: string;
  readonly precision: CheckedPrecision;
  readonly batch: number;
  readonly seconds: number;
}

/** What is aimed at, and what came of it. */
export interface Aim {
  readonly aim: string;
  /** In words; undefined where it was not measured. */
  readonly figure?: string;
  readonly met?: boolean;
}

/** The aims for a GPU of an H200's class (issue "Fast on GPUs"), beside the figures. */
export function aimsOf(check: GpuCheck): Aim[] {
  const { shape, many } = subject(check);
  const at = shape === '1024' ? '1024 px' : shape;
  const steps = subject(check).steps;
  return [
    ...(
      [
        ['f32', 0.5],
        ['f16', 0.25],
      ] as const
    ).map(([precision, most]) => {
      const seconds = searchSeconds(check, precision, 1);
      return under(
        `${steps} steps at ${at} in ${precision}: at most ${most} s`,
        seconds,
        most,
        (s) => `${figure(s)} s`,
      );
    }),
    ...(['f32', 'f16'] as const).map((precision) => fasterThanPytorch(check, precision, at)),
    {
      ...throughput(check, many, at),
    },
    ...(
      [
        ['f32', 700],
        ['f16', 400],
      ] as const
    ).map(([precision, most]) => {
      const bytes = resultOf<{ memory?: { one: { bytes: number } } }>(check, memoryName(precision))?.memory?.one.bytes;
      return under(
        `memory of one picture in ${precision}: at most ${most} MB`,
        bytes && bytes / 1e6,
        most,
        (mb) => `${mb.toFixed(0)} MB`,
      );
    }),
    ...(['f32', 'f16'] as const).map((precision) =>
      under(
        `the host's thread in a step, ${precision}: at most 1 ms`,
        hostMilliseconds(check, precision),
        1,
        (ms) => `${figure(ms)} ms`,
      ),
    ),
  ];
}

function under(aim: string, value: number | undefined, most: number, text: (value: number) => string): Aim {
  return value === undefined ? { aim } : { aim, figure: text(value), met: value <= most };
}

/** Of a whole batch: the median. */
export function searchSeconds(check: GpuCheck, precision: CheckedPrecision, batch: number): number | undefined {
  return secondsOf(searchOf(check, searchName(precision, batch)));
}

export function searchOf(check: GpuCheck, name: string): SearchesResult | undefined {
  return resultOf<SearchesResult[]>(check, name)?.[0];
}

export function secondsOf(search: SearchesResult | undefined): number | undefined {
  return search && median(search.batchSeconds);
}

function fasterThanPytorch(check: GpuCheck, precision: CheckedPrecision, at: string): Aim {
  const aim = `a step at ${at} in ${precision}: at least 3 times as fast as PyTorch eager`;
  const search = searchOf(check, searchName(precision, 1));
  const theirs = pytorchSeconds(check, precision, 1);
  if (!search || theirs === undefined) return { aim };
  const times = theirs / (secondsOf(search)! / search.steps);
  return { aim, figure: `${figure(times)} times`, met: times >= 3 };
}

/** Seconds of a step of PyTorch, for the whole batch. */
export function pytorchSeconds(check: GpuCheck, precision: CheckedPrecision, batch: number): number | undefined {
  const { shape } = subject(check);
  return resultOf<PytorchStep[]>(check, 'pytorch')?.find(
    (step) => step.shape === shape && step.precision === precision && step.batch === batch,
  )?.seconds;
}

function throughput(check: GpuCheck, batch: number, at: string): Aim {
  const aim = `batches of ${batch} at ${at} in f32: at least 400 steps of a picture in a second`;
  const search = searchOf(check, searchName('f32', batch));
  if (!search) return { aim };
  const each = (search.steps * search.batch) / secondsOf(search)!;
  return { aim, figure: figure(each), met: each >= 400 };
}

/** Milliseconds of a step in which the thread of JavaScript was busy. */
function hostMilliseconds(check: GpuCheck, precision: CheckedPrecision): number | undefined {
  const search = searchOf(check, searchName(precision, 1));
  return search && (1000 * search.busy * secondsOf(search)!) / search.steps;
}

/** Three digits. */
export function figure(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
