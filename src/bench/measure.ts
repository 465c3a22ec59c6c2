import type { Engine, KernelTime, PeakSpeed } from '../engine/engine.js';
import { hurryDawn } from '../node/dawn-pump.js';
import { compileStep } from './compiled-step.js';
import { median } from './kernels/statistics.js';
import type { BenchModel } from './search-step.js';

/** What was measured of one network. */
export interface Measurement {
  readonly shape: string;
  readonly batch: number;
  /** From the call to the end of the first step: compiling the kernels, uploading the weights. */
  readonly firstStepSeconds: number;
  /** The median over the steps after the first, for the whole batch. */
  readonly stepSeconds: number;
  readonly steps: number;
  /** Floating point operations of one step by the plain algorithm of the kernels, for the whole batch. */
  readonly flop: number;
  /** Those that its kernels do: fewer where Winograd's form saves some. */
  readonly executed: number;
  /** The machine at its best, the median of measurements between the steps; absent where the engine cannot tell. */
  readonly peak: PeakSpeed | undefined;
  /** Bytes that the step's kernels have to move at least. */
  readonly traffic: number;
  /** Device memory of the step. */
  readonly deviceBytes: number;
  /** The most memory that the process held; on a software adapter this includes the device's. */
  readonly peakProcessBytes: number;
  /** One profiled step, kernel by kernel; absent where the adapter has no clock. */
  readonly kernels: readonly KernelTime[] | undefined;
}

/**
 * Measures the search step of a network: the default search of PULSE (Adam, five trainable noise maps).
 *
 * @param engine is closed at the end
 * @param steps how many are timed, after a first one that is not; at least 1
 */
export async function measure(engine: Engine, model: BenchModel, batch: number, steps: number): Promise<Measurement> {
  const calm = hurryDawn();
  try {
    const start = performance.now();
    const executable = await compileStep(engine, model, batch);
    const times: number[] = [];
    const peaks: number[] = [];
    for (let step = 0, last = start; step <= steps; step++) {
      executable.run({ rate: 0.01, step });
      await executable.read(['TOTAL']);
      times.push((performance.now() - last) / 1000);
      // The speed of a shared machine drifts: its best is measured beside every step.
      if (engine.peak) peaks.push((await engine.peak(false)).flops);
      last = performance.now();
    }
    const peakProcessBytes = process.resourceUsage().maxRSS * 1024;
    const kernels = await executable.profile().catch(() => undefined);
    // Last: it takes memory of its own.
    const peak = engine.peak && { flops: median(peaks), bytes: (await engine.peak(true)).bytes };
    const sum = (of: (kernel: KernelTime) => number) =>
      (kernels ?? []).reduce((total, kernel) => total + of(kernel), 0);
    return {
      shape: model.name,
      batch,
      firstStepSeconds: times[0],
      stepSeconds: median(times.slice(1)),
      steps,
      flop: sum(({ flop }) => flop),
      executed: sum(({ flop, executed }) => executed ?? flop),
      peak,
      traffic: sum(({ bytes }) => bytes),
      deviceBytes: executable.bytes,
      peakProcessBytes,
      kernels,
    };
  } finally {
    calm();
    engine.close();
  }
}
