// A trace of steps in the Trace Event Format ("Trace Event Format", Google, 2016), which ui.perfetto.dev and chrome://tracing open.

import { summarise } from './summary.js';
import type { HostStep, StepTrace, TracedKernel } from './trace-step.js';

/** A slice (X: complete, from `ts` for `dur`, both in microseconds), or the name of a track (M: metadata). */
export type TraceEvent =
  | {
      readonly ph: 'X';
      readonly name: string;
      readonly cat: 'host' | 'kernel';
      readonly ts: number;
      readonly dur: number;
      readonly pid: number;
      readonly tid: number;
      readonly args: Readonly<Record<string, number | string>>;
    }
  | {
      readonly ph: 'M';
      readonly name: 'process_name' | 'thread_name' | 'thread_sort_index';
      readonly pid: number;
      readonly tid: number;
      readonly args: Readonly<Record<string, number | string>>;
    };

type Slice = Extract<TraceEvent, { ph: 'X' }>;

/** The JSON object format. */
export interface TraceFile {
  readonly traceEvents: readonly TraceEvent[];
  readonly displayTimeUnit: 'ms';
  readonly otherData: Readonly<Record<string, number | string>>;
}

const PROCESS = 1;
/** Of the processor's track; those of the device follow. */
const HOST = 1;

/**
 * The trace as a file: the processor's encoding, submitting and waiting on one track, the kernels of the profiled step on another (and
 * on more where the device runs some at once).
 *
 * The device's clock and the processor's have different zeros. The first kernel is put to where its submit ended, or as far from
 * there as it takes for all kernels to lie between the submit and the end of the wait.
 */
export function traceFile(trace: StepTrace): TraceFile {
  const { plain, profiled, engine, model, batch } = trace;
  const zero = Math.min(...[...plain, profiled].map(({ begin }) => begin));
  const host = [
    ...plain.flatMap((step, index) => hostSlices(`step ${index + 1}`, step, zero)),
    ...hostSlices('profiled step', profiled, zero),
  ];
  const lanes = lanesOf(profiled.kernels);
  const offset = placeOf(trace) - zero;
  const device = profiled.kernels.map((kernel, index) => kernelSlice(kernel, 1000 * offset, HOST + 1 + lanes[index]));
  const tracks = ['processor', ...Array.from({ length: Math.max(0, ...lanes) + 1 }, (_, lane) => deviceTrack(lane))];
  const { longest, ...figures } = summarise(trace);
  return {
    traceEvents: [
      named('process_name', HOST, { name: `search step of ${model}, batch ${batch}, on ${engine.adapter}` }),
      ...tracks.flatMap((name, index) => [
        named('thread_name', HOST + index, { name }),
        named('thread_sort_index', HOST + index, { sort_index: index }),
      ]),
      // Longer ones first where several begin together, so that they lie around the others.
      ...[...host, ...device].sort((a, b) => a.ts - b.ts || b.dur - a.dur),
    ],
    displayTimeUnit: 'ms',
    otherData: {
      adapter: engine.adapter,
      driver: engine.driver,
      model,
      batch,
      launches: figures.launches,
      'kernels (ms)': milliseconds(figures.kernels),
      'first to last kernel (ms)': milliseconds(figures.span),
      'gaps (ms)': milliseconds(figures.gaps),
      'plain step (ms)': milliseconds(figures.step),
      ...(longest ? { 'longest gap (ms)': milliseconds(longest.seconds) } : {}),
    },
  };
}

/** When the first kernel began, on the processor's clock. */
function placeOf({ profiled }: StepTrace): number {
  const { spans, kernels, begin, end } = profiled;
  const submit = spans.find(({ name }) => name === 'submit');
  const lasts = 1000 * Math.max(0, ...kernels.map(({ start, seconds }) => start + seconds));
  const waited = spans.filter(({ name }) => name === 'wait').at(-1)?.end ?? end;
  return Math.max(submit?.begin ?? begin, Math.min(submit?.end ?? begin, waited - lasts));
}

function hostSlices(name: string, { begin, end, spans }: HostStep, zero: number): Slice[] {
  const slice = (called: string, from: number, to: number): Slice => ({
    ph: 'X',
    name: called,
    cat: 'host',
    ts: micro(from - zero),
    // Both ends are rounded, and not the length, so that what lies within another slice still does.
    dur: roundNano(micro(to - zero) - micro(from - zero)),
    pid: PROCESS,
    tid: HOST,
    args: {},
  });
  return [slice(name, begin, end), ...spans.map((span) => slice(span.name, span.begin, span.end))];
}

function kernelSlice(
  { kernel, op, start, seconds, flop, bytes, workgroups }: TracedKernel,
  offset: number,
  tid: number,
): Slice {
  const ts = roundNano(offset + 1e6 * start);
  return {
    ph: 'X',
    name: kernel,
    cat: 'kernel',
    ts,
    dur: roundNano(roundNano(offset + 1e6 * (start + seconds)) - ts),
    pid: PROCESS,
    tid,
    args: {
      shape: op,
      ...(workgroups === undefined ? {} : { workgroups }),
      ...(flop > 0 ? { GFLOP: digits(flop / 1e9) } : {}),
      MB: digits(bytes / 1e6),
      ...(flop > 0 && seconds > 0 ? { 'GFLOP/s': digits(flop / 1e9 / seconds) } : {}),
      ...(seconds > 0 ? { 'GB/s': digits(bytes / 1e9 / seconds) } : {}),
    },
  };
}

/** For each kernel the first track on which nothing else runs: slices of a track must not overlap. */
function lanesOf(kernels: readonly TracedKernel[]): number[] {
  const lanes = new Map<TracedKernel, number>();
  const ends: number[] = [];
  for (const kernel of [...kernels].sort((a, b) => a.start - b.start)) {
    // To a nanosecond, which is what they are rounded to.
    const free = ends.findIndex((end) => end <= kernel.start + 1e-9);
    const lane = free < 0 ? ends.length : free;
    ends[lane] = kernel.start + kernel.seconds;
    lanes.set(kernel, lane);
  }
  return kernels.map((kernel) => lanes.get(kernel)!);
}

function deviceTrack(lane: number): string {
  return lane === 0 ? 'device: kernels of the profiled step' : `device: kernels beside these (${lane})`;
}

function named(name: Extract<TraceEvent, { ph: 'M' }>['name'], tid: number, args: Slice['args']): TraceEvent {
  return { ph: 'M', name, pid: PROCESS, tid, args };
}

/** Microseconds of milliseconds, to a nanosecond. */
function micro(ms: number): number {
  return roundNano(1000 * ms);
}

function roundNano(us: number): number {
  return Math.round(1000 * us) / 1000;
}

function milliseconds(seconds: number): number {
  return digits(1000 * seconds);
}

/** Four digits, for people. */
function digits(value: number): number {
  return Number(value.toPrecision(4));
}
