/** What `bench kernels` has measured, as its JSON says it; `bench compare` reads it again. */
export interface KernelsReport {
  /** Raised where a reader of an older one would be misled. */
  readonly format: 'facewright kernels 1';
  readonly head: ReportHead;
  readonly ceilings: Ceilings;
  /** Launches of a step, and what it computes and moves. */
  readonly dispatches: number;
  readonly pipelines: number;
  readonly flop: number;
  readonly bytes: number;
  /** The warm medians of all kernels listed, each as often as it is launched; without those that might run instead. */
  readonly seconds: number;
  /** Those that take most of a step come first. */
  readonly kernels: readonly KernelFigures[];
  /** Kernels that could not be measured on this adapter, with the reason. */
  readonly skipped: readonly SkippedKernel[];
}

/** A kernel that could not be measured. */
export interface SkippedKernel {
  readonly kernel: string;
  readonly shape: string;
  /** A sentence. */
  readonly reason: string;
}

/** What was measured, on what, and how steady it was. */
export interface ReportHead {
  readonly adapter: string;
  readonly driver: string;
  /** vulkan, metal, d3d12, … */
  readonly backend: string;
  readonly software: boolean;
  readonly platform: string;
  /** Versions of npm `webgpu` (Dawn), of facewright and of Node. */
  readonly dawn: string;
  readonly facewright: string;
  readonly node: string;
  /** ISO 8601. */
  readonly date: string;
  readonly model: string;
  readonly batch: number;
  /** What was asked for of a step's kernels; absent where it was all of them. */
  readonly filter?: string;
  /** What the times were read from; the quantum is the smallest difference between two times that was seen, in seconds. */
  readonly clock: { readonly kind: 'timestamps' | 'wall'; readonly quantum: number };
  /** A control kernel at the start and at the end, medians in seconds, and the largest of them all by the smallest. */
  readonly drift: { readonly first: number; readonly last: number; readonly ratio: number };
  /** What errors were measured against, or why they were not. */
  readonly oracle: { readonly engine: string } | { readonly missing: string };
}

/** What the adapter does at best, measured before all else. */
export interface Ceilings {
  /** Floating point operations in a second, in multiply-adds of f32. */
  readonly fma: number;
  /** Bytes in a second, read and written, in copying what no cache holds. */
  readonly copy: number;
  /** Seconds that a dispatch of one workgroup that does nothing takes. */
  readonly launch: number;
}

/** What bounds a kernel: arithmetic, memory, waiting for either, or being launched. */
export type Bound = 'fma' | 'memory' | 'latency' | 'launch';

/** One kernel at one shape. */
export interface KernelFigures {
  readonly kernel: string;
  readonly shape: string;
  readonly overrides: Readonly<Record<string, number>>;
  /** How often a step launches it. */
  readonly n: number;
  readonly workgroups: number;
  readonly flop: number;
  readonly bytes: number;
  /** Seconds of a launch, its data in the caches as far as they hold it. */
  readonly warm: Timing;
  /** The same with data that no cache holds. */
  readonly cold: Timing;
  /** Of the report's seconds, all launches together; 0 to 1. */
  readonly share: number;
  /** Another kernel runs at this shape, and this one could in its place: its share is what it would add to the same seconds. */
  readonly alternative?: true;
  readonly bound: Bound;
  /**
   * ‖y − native‖ / ‖native‖ of the worst output of its op, for one picture of random numbers: of all kernels of the op
   * together, where it has several. Absent where it was not measured.
   */
  readonly error?: number;
  /** Why it was not, where the head does not say it. */
  readonly unchecked?: string;
}

/** Times of a launch, in seconds; each sample is a pass, by the launches in it. */
export interface Timing {
  readonly median: number;
  readonly quartiles: readonly [number, number];
  readonly samples: readonly number[];
}

/**
 * The kernels that make up a report's seconds: those that run, or where a filter has left none of them, those that might run
 * instead.
 */
export function countedKernels(kernels: readonly KernelFigures[]): readonly KernelFigures[] {
  const running = kernels.filter(({ alternative }) => !alternative);
  return running.length > 0 ? running : kernels;
}

/** Whether all kernels of a step are in a report: a filter leaves some out. */
export function isWholeStep({ kernels, dispatches }: Pick<KernelsReport, 'kernels' | 'dispatches'>): boolean {
  return countedKernels(kernels).reduce((sum, { n }) => sum + n, 0) === dispatches;
}
