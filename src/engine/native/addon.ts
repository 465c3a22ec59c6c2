/** What the C++ addon offers (native/addon.cc). Everything that is handed over is checked there as well. */

/** A packed constant; memory outside JavaScript's. */
export interface AddonConstant {
  /** Copies values and packs them on another thread, in the layout that the kernels of `isa` want. */
  pack(values: Float32Array, layout: string, sizes: readonly number[], isa: string): Promise<void>;
  bytes(): number;
  /** Lets go of the memory; programs that use it keep it. */
  release(): void;
}

/** One kernel call: buffers by their index in the program, whole numbers, and others. */
export interface AddonStep {
  readonly kernel: string;
  readonly buffers: Readonly<Record<string, number>>;
  readonly sizes: Readonly<Record<string, number>>;
  readonly values: Readonly<Record<string, number>>;
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
  /** The instruction set, one of `machine().isas`, or `machine().bf16`. */
  readonly isa: string;
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
    /** Instruction sets for which there are kernels and which the processor has, the best first. */
    readonly isas: readonly string[];
    /** The instruction set with bfloat16 products, where the processor has it. */
    readonly bf16?: string;
  };
  /** The processor at its best: floating point operations in a second; with `memory` also bytes read and written. */
  peak(threads: number, isa: string, memory: boolean): Promise<{ readonly flops: number; readonly bytes: number }>;
  readonly Constant: new () => AddonConstant;
  readonly Program: new (spec: AddonProgramSpec) => AddonProgram;
}
