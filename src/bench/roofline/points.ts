import { convolutionVariants } from '../../engine/webgpu/convolution-variants.js';
import { pairKernels } from '../compare/pair.js';
import { countedKernels, type KernelFigures, type KernelsReport } from '../kernels/kernels-report.js';

/** A kernel at one shape, where it stands under the roof. */
export interface RooflinePoint {
  readonly kernel: string;
  readonly shape: string;
  /** What it has its colour by. */
  readonly family: string;
  /** Floating point operations for each byte that has to be moved. */
  readonly intensity: number;
  /** Floating point operations in a second. */
  readonly speed: number;
  /** Of the step's time, all its launches together; 0 to 1. */
  readonly share: number;
  /** Where it stood in an older run. */
  readonly before?: { readonly intensity: number; readonly speed: number };
}

/** Kernels with one name in the legend. */
export interface Family {
  readonly name: string;
  readonly share: number;
}

/** A report as points. */
export interface RooflinePoints {
  /** Those with the largest share first. */
  readonly points: readonly RooflinePoint[];
  /** Those with the largest share first. */
  readonly families: readonly Family[];
  /** Kernels whose operations are not counted, and what share of the step they are. */
  readonly left: { readonly kernels: number; readonly share: number };
}

/**
 * The points of a report: its warm medians, of the kernels that run.
 *
 * @param against an older run, of the same work as far as it has it
 */
export function rooflinePoints(report: KernelsReport, against?: KernelsReport): RooflinePoints {
  const kernels = countedKernels(report.kernels);
  const step = kernels.reduce((sum, kernel) => sum + timeOf(kernel), 0);
  const before = new Map(against ? pairKernels(against, report).pairs.map((pair) => [pair.new, pair.old]) : []);
  const isCounted = ({ flop, bytes }: KernelFigures) => flop > 0 && bytes > 0;
  const points = kernels.filter(isCounted).map((kernel): RooflinePoint => {
    const old = before.get(kernel);
    return {
      kernel: kernel.kernel,
      shape: kernel.shape,
      family: familyOf(kernel.kernel),
      ...standing(kernel),
      share: timeOf(kernel) / step,
      before: old && isCounted(old) ? standing(old) : undefined,
    };
  });
  const left = kernels.filter((kernel) => !isCounted(kernel));
  return {
    points: points.sort((a, b) => b.share - a.share),
    families: familiesOf(points),
    left: { kernels: left.length, share: left.reduce((sum, kernel) => sum + timeOf(kernel), 0) / step },
  };
}

/** Seconds of a step. */
function timeOf({ n, warm }: KernelFigures): number {
  return n * warm.median;
}

function standing({ flop, bytes, warm }: KernelFigures): { intensity: number; speed: number } {
  return { intensity: flop / bytes, speed: flop / warm.median };
}

/** The convolution that a kernel is a variant of, or else the kernel itself. */
function familyOf(kernel: string): string {
  return Object.keys(convolutionVariants).find((name) => kernel.startsWith(name)) ?? kernel;
}

function familiesOf(points: readonly RooflinePoint[]): Family[] {
  const shares = new Map<string, number>();
  for (const { family, share } of points) shares.set(family, (shares.get(family) ?? 0) + share);
  return [...shares].map(([name, share]) => ({ name, share })).sort((a, b) => b.share - a.share);
}
