import type { Engine } from '../../engine/engine.js';
import { preferring } from '../../engine/webgpu/variants.js';
import { FacewrightError } from '../../errors.js';
import type { ProgramOp } from '../../graph/fuse/fused-op.js';
import { openNative } from '../../node/native.js';
import { type BenchModel, searchStep } from '../search-step.js';
import { versions } from '../versions.js';
import type { BenchDevice } from './bench-device.js';
import { boundOf } from './bound.js';
import { alternativeKernels, type KernelCase, stepKernels } from './cases.js';
import { longFma, measureCeilings } from './ceilings.js';
import { Control } from './control.js';
import {
  type Ceilings,
  countedKernels,
  type KernelFigures,
  type KernelsReport,
  type SkippedKernel,
} from './kernels-report.js';
import { compareOp, compilerOn } from './oracle.js';
import { type Prepared, prepare } from './prepare.js';
import { positiveIn } from './random-data.js';
import { kernelFilter } from './select.js';
import { timeWarmAndCold } from './time.js';

/** What `bench kernels` is asked to measure. */
export interface KernelsRequest {
  readonly model: BenchModel;
  /** Pictures of a launch. */
  readonly batch: number;
  /** Kernels and shapes with this in their names, or that match it; by default all of a step. */
  readonly filter?: string;
  /** Also the convolution kernels that the device could run instead. */
  readonly variants?: boolean;
  /** Seconds for each kernel, warm and cold each, once it has the fewest samples; by default 0.1, and for ceilings 0.3. */
  readonly budget?: number;
  /** Samples of each at most; by default 30. */
  readonly samples?: number;
  /** What a kernel's results are held against; `openOracle` opens the native engine. */
  readonly oracle: Oracle;
}

/** The native engine to hold results against, or why it is not there. */
export type Oracle = { readonly engine: Engine } | { readonly missing: string };

/** What is told of a run while it goes on. */
export type KernelsEvent =
  /** The adapter's best is known, and the kernels are measured from now on. */
  | { readonly type: 'started'; readonly ceilings: Ceilings; readonly kernels: number }
  | { readonly type: 'measured'; readonly done: number; readonly kernels: number; readonly figures: KernelFigures }
  | { readonly type: 'skipped'; readonly done: number; readonly kernels: number; readonly skipped: SkippedKernel };

/** A case, and whether another kernel runs in its place. */
interface Listed extends KernelCase {
  readonly alternative: boolean;
}

const BUDGET = 0.1;

/** The native engine with convolutions as they are written down, not Winograd's, whose rounding is another. */
export function openOracle(): Oracle {
  try {
    return { engine: openNative({ convolutions: 'direct' }) };
  } catch (error) {
    if (error instanceof FacewrightError) return { missing: error.message };
    throw error;
  }
}

/**
 * Measures the kernels of a search step one by one: first what the adapter does at best, then each kernel warm and cold, and
 * its error; a control kernel all the while.
 *
 * @throws FacewrightError when no kernel matches the filter, or the device fails; what does not fit it is listed as skipped
 */
export async function measureKernels(
  bench: BenchDevice,
  request: KernelsRequest,
  tell: (event: KernelsEvent) => void = () => undefined,
): Promise<KernelsReport> {
  const { model, batch, filter, variants = false, oracle } = request;
  const step = searchStep(model, batch);
  const { cases, ...totals } = stepKernels(step, bench.kernelDevice);
  const others = variants ? alternativeKernels(step, bench.kernelDevice) : [];
  const all = [
    ...cases.map((one) => ({ ...one, alternative: false })),
    ...others.map((one) => ({ ...one, alternative: true })),
  ];
  const listed = filter === undefined ? all : all.filter(kernelFilter(filter));
  if (listed.length === 0) throw new FacewrightError(noneMatches(filter!, model.name, all));
  const date = new Date().toISOString();
  const fma = await longFma(bench);
  const control = await Control.open(bench, fma);
  try {
    await control.measure();
    const ceilings = await measureCeilings(bench, fma, request);
    tell({ type: 'started', ceilings, kernels: listed.length });
    const measured = await measureAll(bench, { request, listed, ceilings, control, tell });
    await control.measure();
    const { backend, software, adapter, driver } = bench.info;
    return {
      format: 'facewright kernels 1',
      head: {
        ...{ adapter, driver, backend, software, platform: `${process.platform}-${process.arch}` },
        ...(await versions()),
        ...{ date, model: model.name, batch, filter },
        clock: { kind: bench.clock.kind, quantum: bench.clock.quantum() },
        drift: control.drift(),
        oracle: 'engine' in oracle ? { engine: nameOf(oracle.engine) } : oracle,
      },
      ceilings,
      ...totals,
      ...measured,
    };
  } finally {
    control.close();
  }
}

interface Run {
  readonly request: KernelsRequest;
  readonly listed: readonly Listed[];
  readonly ceilings: Ceilings;
  readonly control: Control;
  readonly tell: (event: KernelsEvent) => void;
}

async function measureAll(
  bench: BenchDevice,
  { request, listed, ceilings, control, tell }: Run,
): Promise<Pick<KernelsReport, 'seconds' | 'kernels' | 'skipped'>> {
  // All pipelines at once: a driver compiles them on several threads. Who fails is told below.
  await Promise.allSettled(listed.map(({ dispatch }) => bench.pipelines.get(dispatch.kernel, dispatch.overrides)));
  const errors = new Errors(bench, request.oracle);
  const kernels: KernelFigures[] = [];
  const skipped: SkippedKernel[] = [];
  for (const [index, one] of listed.entries()) {
    await control.measureIfDue();
    const { kernel, shape } = one;
    const so = { done: index + 1, kernels: listed.length };
    try {
      const times = await timesOf(bench, one, request);
      const figures = { ...figuresOf(one, times, ceilings), ...(await errors.of(one)) };
      kernels.push(figures);
      tell({ type: 'measured', ...so, figures });
    } catch (error) {
      // The device's own failures end the run.
      bench.guard.check();
      if (!(error instanceof FacewrightError)) throw error;
      const reason = { kernel, shape, reason: error.message };
      skipped.push(reason);
      tell({ type: 'skipped', ...so, skipped: reason });
    }
  }
  return { ...withShares(kernels), skipped };
}

async function timesOf(
  bench: BenchDevice,
  { dispatch, op }: KernelCase,
  { batch, budget = BUDGET, samples }: KernelsRequest,
): Promise<Pick<KernelFigures, 'warm' | 'cold'>> {
  const prepared: Prepared = await prepare(bench, dispatch, { batch, positive: positiveIn(op) });
  try {
    return await timeWarmAndCold(bench, prepared, { budget, samples });
  } finally {
    prepared.destroy();
  }
}

/** All but the share, which follows from all kernels together. */
function figuresOf(
  { kernel, shape, dispatch, n, workgroups, flop, bytes, alternative }: Listed,
  times: Pick<KernelFigures, 'warm' | 'cold'>,
  ceilings: Ceilings,
): KernelFigures {
  return {
    ...{ kernel, shape, overrides: dispatch.overrides, n, workgroups, flop, bytes, ...times },
    share: 0,
    ...(alternative ? { alternative } : {}),
    bound: boundOf({ flop, bytes, seconds: times.warm.median }, ceilings),
  };
}

/** Shares of the seconds that those take which run, the largest first. */
export function withShares(kernels: readonly KernelFigures[]): Pick<KernelsReport, 'seconds' | 'kernels'> {
  const secondsOf = ({ n, warm }: KernelFigures) => n * warm.median;
  const seconds = countedKernels(kernels).reduce((sum, one) => sum + secondsOf(one), 0);
  const shared = kernels.map((one) => ({ ...one, share: secondsOf(one) / seconds }));
  return { seconds, kernels: shared.sort((a, b) => b.share - a.share) };
}

/** What comes of holding a kernel against the native engine. */
type Checked = Pick<KernelFigures, 'error' | 'unchecked'>;

/** The errors of ops, each worked out once for all kernels of it. */
class Errors {
  readonly #known = new Map<ProgramOp, Checked>();

  constructor(
    private readonly bench: BenchDevice,
    private readonly oracle: Oracle,
  ) {}

  async of(one: Listed): Promise<Checked> {
    if (!('engine' in this.oracle)) return {};
    let checked = this.#known.get(one.op);
    if (!checked) {
      checked = await this.#check(one, this.oracle.engine);
      this.#known.set(one.op, checked);
    }
    return checked;
  }

  async #check({ op, kernel, alternative }: Listed, engine: Engine): Promise<Checked> {
    const { kernelDevice } = this.bench;
    const device = alternative ? { ...kernelDevice, measured: preferring([kernel]) } : kernelDevice;
    try {
      const errors = await compareOp(op, 1, compilerOn({ ...this.bench, kernelDevice: device }), engine);
      return { error: Math.max(...errors.values()) };
    } catch (error) {
      this.bench.guard.check();
      if (error instanceof FacewrightError) return { unchecked: error.message };
      throw error;
    }
  }
}

function nameOf({ info }: Engine): string {
  return `native on ${info.adapter}, ${info.driver}`;
}

function noneMatches(filter: string, model: string, all: readonly KernelCase[]): string {
  const names = [...new Set(all.map(({ kernel }) => kernel))].sort();
  return `${filter}: no kernel of a step of ${model} has that in its name or shape; there are ${names.join(', ')}`;
}
