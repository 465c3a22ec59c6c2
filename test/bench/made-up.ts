// Reports of `bench kernels` that nobody measured, for what reads them.

import { stepKernels } from '../../dist/bench/kernels/cases.js';
import type { KernelFigures, KernelsReport, ReportHead, Timing } from '../../dist/bench/kernels/kernels-report.js';
import { benchModel, searchStep } from '../../dist/bench/search-step.js';
import { normals } from '../random.js';

/** What a report is to say. */
export interface MadeUp {
  readonly model?: string;
  /** The noise's own, and how large it is beside a time. */
  readonly key?: string;
  readonly noise?: number;
  readonly samples?: number;
  /** What becomes of the seconds of a launch. */
  readonly time?: (kernel: { readonly kernel: string; readonly shape: string }, seconds: number) => number;
  readonly rename?: (kernel: string) => string;
  /** The kernels that the step is made of; by default all. */
  readonly keep?: (kernel: string) => boolean;
  readonly head?: Partial<ReportHead>;
}

/** Ceilings of a middling GPU. */
export const ceilings = { fma: 8e12, copy: 3.2e11, launch: 4e-6 };

const head: ReportHead = {
  adapter: 'Made-up GPU 9000',
  driver: 'made-up driver 1.2',
  backend: 'vulkan',
  software: false,
  platform: 'linux-x64',
  dawn: '0.6.2',
  facewright: '0.1.0',
  node: '20.20.2',
  date: '2026-11-29T12:00:00.000Z',
  model: 'demo',
  batch: 1,
  clock: { kind: 'timestamps', quantum: 1e-9 },
  drift: { first: 1e-3, last: 1.004e-3, ratio: 1.01 },
  oracle: { missing: 'nobody measured this' },
};

/**
 * The report of a search step on a GPU that reaches half of its ceilings, and whose kernels of few workgroups wait.
 */
export async function madeUp({
  model = 'demo',
  key = 'report',
  noise = 0.005,
  samples = 20,
  time = (_, seconds) => seconds,
  rename = (kernel) => kernel,
  keep = () => true,
  head: other = {},
}: MadeUp = {}): Promise<KernelsReport> {
  const graph = searchStep(await benchModel(model), 1);
  const step = stepKernels(graph, {
    subgroups: [32, 32],
    f16: false,
    workgroupMemory: 32768,
    measured: () => undefined,
  });
  const timed = step.cases
    .filter(({ kernel }) => keep(kernel))
    .map(({ kernel, shape, dispatch, n, workgroups, flop, bytes }, index) => {
      const busy = Math.min(1, workgroups / 128);
      const ideal = Math.max(flop / ceilings.fma, bytes / ceilings.copy) / (0.5 * busy) + ceilings.launch;
      const seconds = time({ kernel, shape }, ideal);
      const warm = timing(`${key} ${index}`, seconds, noise, samples);
      const cold = timing(`${key} ${index} cold`, 1.3 * seconds, noise, samples);
      const { overrides } = dispatch;
      return {
        kernel: rename(kernel),
        shape,
        overrides,
        n,
        workgroups,
        flop,
        bytes,
        warm,
        cold,
        bound: 'fma' as const,
      };
    });
  const seconds = timed.reduce((sum, { n, warm }) => sum + n * warm.median, 0);
  const kernels: KernelFigures[] = timed.map((kernel) => ({
    ...kernel,
    share: (kernel.n * kernel.warm.median) / seconds,
  }));
  const sum = (of: (kernel: KernelFigures) => number) => kernels.reduce((all, one) => all + one.n * of(one), 0);
  return {
    format: 'facewright kernels 1',
    head: { ...head, model, ...other },
    ceilings,
    dispatches: sum(() => 1),
    pipelines: kernels.length,
    flop: sum(({ flop }) => flop),
    bytes: sum(({ bytes }) => bytes),
    seconds,
    kernels,
    skipped: [],
  };
}

function timing(key: string, seconds: number, noise: number, count: number): Timing {
  const samples = Array.from(normals(key, count, noise), (error) => seconds * (1 + error)).sort((a, b) => a - b);
  const at = (share: number) => samples[Math.round(share * (count - 1))];
  const median = (samples[Math.floor((count - 1) / 2)] + samples[Math.ceil((count - 1) / 2)]) / 2;
  return { median, quartiles: [at(0.25), at(0.75)], samples };
}
