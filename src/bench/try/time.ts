// An author's kernel beside the engine's own, at the shapes of a search step.

import type { Dispatch } from '../../engine/webgpu/dispatch.js';
import { lower } from '../../engine/webgpu/lower.js';
import { PipelineCache } from '../../engine/webgpu/pipelines.js';
import type { KernelDevice } from '../../engine/webgpu/variants.js';
import { errorText, FacewrightError } from '../../errors.js';
import type { ProgramOp } from '../../graph/fuse/fused-op.js';
import { MersenneTwister } from '../../pulse/mersenne-twister.js';
import type { BenchDevice } from '../kernels/bench-device.js';
import { makingWholes, stepKernels, withSums } from '../kernels/cases.js';
import type { Timing } from '../kernels/kernels-report.js';
import { prepare, prepareAll } from '../kernels/prepare.js';
import { positiveIn } from '../kernels/random-data.js';
import { kernelFilter } from '../kernels/select.js';
import { median, quantile, type RatioInterval, ratioInterval } from '../kernels/statistics.js';
import { timeInTurn } from '../kernels/time.js';
import { type BenchModel, searchStep } from '../search-step.js';
import type { OwnKernel } from './own-kernel.js';

/** Two kernels at one shape. */
export interface ShapeTime {
  /** The engine's kernel. */
  readonly kernel: string;
  readonly shape: string;
  /** How often a step launches it. */
  readonly n: number;
  readonly builtIn: Timing;
  readonly own: Timing;
  /** How many times as fast the author's kernel is. */
  readonly faster: RatioInterval;
}

/** What came of timing at one shape: times, or why there are none. */
export type TimedShape = ShapeTime | { readonly kernel: string; readonly shape: string; readonly skipped: string };

/** How kernels are timed. */
export interface TimeRequest {
  readonly model: BenchModel;
  readonly batch: number;
  /** What kernel or shape have to match to be timed, as in `kernelFilter`. */
  readonly filter?: string;
  /** Seconds for each shape, both kernels together. */
  readonly budget?: number;
}

/** Draws of the bootstrap, as in `ratioInterval`. */
const DRAWS = 2000;
const SEED = 0x62656e63;

/** Times both kernels in turn at each shape of a step at which the engine launches the one. */
export async function* timeBeside(
  bench: BenchDevice,
  own: OwnKernel,
  kernelDevice: KernelDevice,
  { model, batch, filter = '', budget }: TimeRequest,
): AsyncGenerator<TimedShape> {
  const { cases } = stepKernels(searchStep(model, batch), kernelDevice);
  const withOwn = { ...bench, kernels: own.kernels, pipelines: new PipelineCache(bench.device, own.kernels) };
  for (const one of cases.filter(kernelFilter(filter))) {
    const { op, dispatch, kernel, shape, n } = one;
    if (!own.launch(op, dispatch)) continue;
    // An author's kernel makes wholes; the engine's has to add up what it makes in parts.
    const alike = (launches: Dispatch[]) => launches.find((launch) => launch.kernel === kernel);
    const launches = lower(op, kernelDevice);
    const whole = alike(lower(op, makingWholes(kernelDevice)));
    const launch = whole && own.launch(op, whole);
    const builtInLaunches = withSums(launches, alike(launches) ?? dispatch);
    if (!launch) continue;
    try {
      const [builtIn, mine] = await timePair(bench, withOwn, op, { builtInLaunches, launch, batch, budget });
      yield { kernel, shape, n, builtIn, own: mine, faster: ratioInterval(builtIn.samples, mine.samples) };
    } catch (error) {
      if (!(error instanceof FacewrightError)) throw error;
      bench.guard.check();
      yield { kernel, shape, skipped: errorText(error) };
    }
  }
}

async function timePair(
  bench: BenchDevice,
  withOwn: BenchDevice,
  op: ProgramOp,
  {
    builtInLaunches,
    launch,
    batch,
    budget,
  }: {
    builtInLaunches: readonly Dispatch[];
    launch: Dispatch;
    batch: number;
    budget: number | undefined;
  },
): Promise<[Timing, Timing]> {
  const options = { batch, positive: positiveIn(op) };
  const builtIn = await prepareAll(bench, builtInLaunches, options);
  try {
    const own = await prepare(withOwn, launch, options);
    try {
      return await timeInTurn(bench, [builtIn, own], { budget });
    } finally {
      own.destroy();
    }
  } finally {
    builtIn.destroy();
  }
}

/**
 * How many times as fast all launches of a step are together, by the medians of their times, each as often as it is launched; with a
 * 95 % interval by the percentile bootstrap, the samples of every shape being drawn anew.
 *
 * @param shapes at least one
 */
export function fasterInAll(shapes: readonly ShapeTime[]): RatioInterval {
  const random = new MersenneTwister(SEED);
  const drawn = (samples: readonly number[]) =>
    samples.map(() => samples[Math.floor(random.fraction() * samples.length)]);
  const asTheyAre = (samples: readonly number[]) => samples;
  const ratio = (take: (samples: readonly number[]) => readonly number[]) => {
    const seconds = (of: 'builtIn' | 'own') =>
      shapes.reduce((sum, shape) => sum + shape.n * median(take(shape[of].samples)), 0);
    return seconds('builtIn') / seconds('own');
  };
  const ratios = Float64Array.from({ length: DRAWS }, () => ratio(drawn));
  return { ratio: ratio(asTheyAre), low: quantile(ratios, 0.025), high: quantile(ratios, 0.975) };
}
