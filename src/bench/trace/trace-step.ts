import type { Engine, EngineInfo, KernelTime } from '../../engine/engine.js';
import type { HostSpan, HostWatch } from '../../engine/webgpu/host-spans.js';
import { FacewrightError } from '../../errors.js';
import { compileStep } from '../compiled-step.js';
import type { BenchModel } from '../search-step.js';

/** A step as the processor saw it, on the clock of `performance.now()`, in milliseconds. */
export interface HostStep {
  readonly begin: number;
  readonly end: number;
  /** One after another. */
  readonly spans: readonly HostSpan[];
}

/** A kernel of the profiled step; its beginning is known. */
export type TracedKernel = KernelTime & { readonly start: number };

/** Some search steps, followed closely. */
export interface StepTrace {
  readonly engine: EngineInfo;
  readonly model: string;
  readonly batch: number;
  /** Steps as a search runs them, each waited for. */
  readonly plain: readonly HostStep[];
  /** One more, with a compute pass and two clocks for each kernel: that takes the processor longer, and the device too. */
  readonly profiled: HostStep & { readonly kernels: readonly TracedKernel[] };
}

/** Steps before those that are kept: the first fills caches. */
const WARM_UP = 2;

/**
 * Follows steps of a network's default search.
 *
 * @param open opens the engine, which is to tell `watch` what the processor does, with a clock that is not rounded; closed at the end
 * @param steps plain ones, before the profiled one
 * @throws FacewrightError when the engine does not know when a kernel begins, as the native one
 */
export async function traceStep(
  open: (watch: HostWatch) => Promise<Engine>,
  model: BenchModel,
  { batch = 1, steps = 5 }: { readonly batch?: number; readonly steps?: number } = {},
): Promise<StepTrace> {
  const spans: HostSpan[] = [];
  const engine = await open((span) => spans.push(span));
  try {
    if (engine.info.kind !== 'webgpu') {
      throw new FacewrightError(
        'a trace needs the webgpu engine: the native one does not tell when a kernel begins; choose --engine webgpu',
      );
    }
    const executable = await compileStep(engine, model, batch);
    const followed = async (work: () => Promise<unknown>): Promise<HostStep> => {
      spans.length = 0;
      const begin = performance.now();
      await work();
      return { begin, end: performance.now(), spans: [...spans] };
    };
    const plain: HostStep[] = [];
    for (let step = 0; step < WARM_UP + steps; step++) {
      const one = await followed(() => {
        executable.run({ rate: 0.01, step });
        return executable.read(['TOTAL']);
      });
      if (step >= WARM_UP) plain.push(one);
    }
    let kernels: KernelTime[] = [];
    const profiled = await followed(async () => {
      kernels = await executable.profile({ rate: 0.01, step: WARM_UP + steps });
    });
    return {
      engine: engine.info,
      model: model.name,
      batch,
      plain,
      profiled: { ...profiled, kernels: kernels.filter(knowsItsStart) },
    };
  } finally {
    engine.close();
  }
}

function knowsItsStart(kernel: KernelTime): kernel is TracedKernel {
  return kernel.start !== undefined;
}
