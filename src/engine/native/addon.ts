/** What the C++ addon offers (native/addon.cc). Everything that is handed over is checked there as well. */

import type { PeakSpeed, Precision } from '../engine.js';
import type { Packing, Step } from './step.js';

/** How to pack, and the four sizes of the constant's shape in the graph; of weights [out, in, k, k]. */
export type AddonPacking = Packing & { readonly shape: readonly number[] };

/** A packed constant; memory outside JavaScript's. */
export interface AddonConstant {
  /** Copies values and packs them on another thread, as those kernels want them. */
  pack(values: Float32Array, packing: AddonPacking, kernels: AddonKernels): Promise<void>;
  bytes(): number;
  /** Lets go of the memory; programs that use it keep it. */
  release(): void;
}

/** One kernel call, with buffers by their index in the program. */
export type AddonStep = Step<number>;

/** Which build of the kernels: one of `machine().isas`, in one of its precisions. */
export interface AddonKernels {
  readonly isa: string;
  readonly precision: Precision;
}

/** An instruction set for which there are kernels. */
export interface AddonIsa {
  readonly name: string;
  /** What its kernels can compute products in; f32 always. */
  readonly precisions: readonly Precision[];
}

/** Sizes in floats, per picture. With neither slot nor constant a buffer is kept from run to run, for every picture. */
export interface AddonBuffer {
  readonly size: number;
  readonly slot?: number;
  readonly constant?: AddonConstant;
}

export interface AddonProgramSpec {
  readonly batch: number;
  readonly threads: number;
  /** Takes fewer threads while the machine is busy with other things; not where it is absent. */
  readonly yielding?: boolean;
  readonly kernels: AddonKernels;
  readonly buffers: readonly AddonBuffer[];
  readonly slots: readonly number[];
  readonly steps: readonly AddonStep[];
}

/** A program. While `run` is under way only `cancel` and `close` may be called. */
export interface AddonProgram {
  bytes(): number;
  write(buffer: number, values: Float32Array): void;
  /** Into an array of the buffer's length. */
  read(buffer: number, values: Float32Array): void;
  /** On another thread. The seconds of each step where `profile` is set; null when it was cancelled. */
  run(rate: number, rootCorrection: number, step: number, profile: boolean): Promise<Float64Array | null>;
  /** Ends the run that is under way after the kernel at hand. */
  cancel(): void;
  close(): void;
}

export interface NativeAddon {
  machine(): {
    /** The processor's name. */
    readonly processor: string;
    /** Processors that this process may use, by its affinity and its cgroup. */
    readonly processors: number;
    /** Those that the processor has, the best first. */
    readonly isas: readonly AddonIsa[];
  };
  /** The tables of native/tables.h: names in the order of their numbers. */
  names(): Readonly<Record<string, readonly string[]>>;
  /** The processor at its best: floating point operations in a second; with `memory` also bytes read and written. */
  peak(threads: number, kernels: AddonKernels, memory: boolean): Promise<PeakSpeed>;
  readonly Constant: new () => AddonConstant;
  readonly Program: new (spec: AddonProgramSpec) => AddonProgram;
}
