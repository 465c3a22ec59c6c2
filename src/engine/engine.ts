import type { Constants } from '../graph/constant.js';
import type { Program } from '../graph/fuse/program.js';
import type { Graph } from '../graph/graph.js';
import type { RunScalars } from '../graph/ops.js';

/**
 * What an engine stores or multiplies in, where it is asked for and can be had; by default float32. Sums are float32 or better.
 *
 * - `bf16`, native: products of bfloat16
 * - `f16`, webgpu: maps and the weights of convolutions stored in half
 */
export type Precision = 'f32' | 'bf16' | 'f16';

/** What an engine runs on. */
export interface EngineInfo {
  readonly kind: 'webgpu' | 'native';
  /** The adapter or processor, as its driver or the system names it. */
  readonly adapter: string;
  /** webgpu: the driver and its version, where known. native: instruction set and threads. */
  readonly driver: string;
  /** Whether the "GPU" is a program on the processor (lavapipe, SwiftShader). */
  readonly software: boolean;
  /** webgpu: bytes of memory that the GPU has, where the system tells. */
  readonly memory?: number;
  /** What maps and weights are stored and multiplied in; sums are f32 or better. */
  readonly precision: Precision;
}

/** One kernel's share of a profiled run. */
export interface KernelTime {
  /** webgpu: the kernel's file, without extension. native: its name in native/steps.cc. */
  readonly kernel: string;
  /** The op that it served, with its shape, for example `conv [1, 128, 32, 32] → [1, 128, 32, 32]`. */
  readonly op: string;
  /** Seconds from the beginning of the first kernel to that of this one, where the engine has a clock for that. */
  readonly start?: number;
  readonly seconds: number;
  /** webgpu: workgroups over all pictures. */
  readonly workgroups?: number;
  /** Floating point operations, counted as the plain algorithm needs them (a multiply-add is two); 0 if not counted. */
  readonly flop: number;
  /** Those that the kernel does, where its algorithm needs fewer (Winograd's, its transforms not counted). */
  readonly executed?: number;
  /** Bytes that have to be read and written at least. */
  readonly bytes: number;
}

/** What an executable takes of a device, in bytes. */
export interface DeviceMemory {
  /** All of it: `Executable.bytes`. */
  readonly bytes: number;
  /** The network's constants, once for each layout that a kernel wants; executables of one network share them. */
  readonly weights: number;
  /** Inputs and states: what is kept from run to run. */
  readonly kept: number;
  /** What every run computes anew. */
  readonly temporaries: number;
}

/** A graph made ready to run. Not re-entrant: calls are carried out in the order in which they are made. */
export interface Executable {
  /** Device memory held by this executable (constants that it shares with others included), in bytes. */
  readonly bytes: number;
  /**
   * Writes an input or a state. `data` holds all pictures, row-major, in the shape that the graph gives.
   * @throws Error for an unknown name or a wrong length
   */
  write(name: string, data: Float32Array): void;
  /** Queues one run of the whole graph; returns at once. */
  run(scalars?: Partial<RunScalars>): void;
  /**
   * Reads outputs, inputs or states as they are after the runs queued so far; runs queued later do not disturb it.
   * @throws DeviceLostError, OutOfMemoryError, or another FacewrightError when the device refused the work
   */
  read(names: readonly string[]): Promise<Record<string, Float32Array>>;
  /** Runs once with a clock at every kernel. @throws FacewrightError where the device has no timestamps */
  profile(scalars?: Partial<RunScalars>): Promise<KernelTime[]>;
  /**
   * Ends what is queued as soon as the engine can; reads that wait then end with an AbortedError. States and outputs hold
   * anything until they are written or computed again. An engine that has handed its work to a device lets it finish.
   */
  cancel(): void;
  /** Frees the device memory. Reads in flight end with an error. */
  close(): void;
}

/** What a machine does at best, measured. */
export interface PeakSpeed {
  /** Floating point operations in a second (a multiply-add is two). */
  readonly flops: number;
  /** Bytes in a second between processor and memory, read and written; 0 where that was not measured. */
  readonly bytes: number;
}

/** A way to run graphs: WGSL on a GPU, or C++ on the processor. */
export interface Engine {
  readonly info: EngineInfo;
  /**
   * Prepares a graph, or a program of one op or many, which must be of forms that the engine has.
   * @param constants a value for each constant of the graph, by name; shapes are checked
   * @throws OutOfMemoryError when there is too little memory; FacewrightError when the device cannot run a kernel
   */
  compile(work: Graph | Program, constants: Constants): Promise<Executable>;
  /**
   * Counts what executables of a graph would take, for any batch, without making one; only engines that can.
   * @throws FacewrightError when not even one picture fits
   */
  countMemory?(work: Graph | Program): (batch: number) => DeviceMemory;
  /**
   * Measures the machine for some hundredths of a second, to hold kernels against; only engines that can.
   * @param memory the speed of memory as well, which takes some memory itself
   */
  peak?(memory: boolean): Promise<PeakSpeed>;
  /**
   * After a failure that leaves the device of no use, its loss above all: opens it again. Executables of before are closed; graphs
   * can be compiled anew. Does nothing while the device works. Absent where there is no device, or no way to open another.
   * @throws FacewrightError when it cannot be opened
   */
  reopen?(): Promise<void>;
  /** Frees everything. Executables of this engine are closed with it. */
  close(): void;
}
