// An author's kernel, from its text to its times.

import type { ShaderTexts } from '../../engine/webgpu/assemble.js';
import { GuardedDevice } from '../../engine/webgpu/device.js';
import { type KernelDevice, kernelDevice, preferring } from '../../engine/webgpu/variants.js';
import { errorText, FacewrightError } from '../../errors.js';
import type { ProgramOp } from '../../graph/fuse/fused-op.js';
import type { Tensor } from '../../graph/graph.js';
import { type GpuInfo, type OpenedGpu, openGpu } from '../../node/dawn.js';
import { openNative } from '../../node/native.js';
import { readShaders } from '../../node/paths.js';
import { type BenchDevice, openBenchDevice } from '../kernels/bench-device.js';
import type { Compiler } from '../kernels/oracle.js';
import { checkShapes, isRight, type ShapeReport } from './check.js';
import { compileErrors } from './compile.js';
import { type Contract, contractOf } from './contract.js';
import { oddOps } from './odd-ops.js';
import { expected } from './oracle.js';
import { type OwnText, readOwnKernel } from './own-kernel.js';
import { type TimedShape, type TimeRequest, timeBeside } from './time.js';

/** What is tried, on what. */
export interface TryRequest {
  /** The kernel that it stands for: a name of `contractNames`. */
  readonly as: string;
  /** Part of the adapter's name. */
  readonly adapter?: string;
  /** Whose search step it is timed in; without one it is checked alone. */
  readonly timed?: TimeRequest;
}

/** How one try is made. */
export interface TryOptions {
  /** Called at every shape. */
  readonly tell?: (event: TryEvent) => void;
  /** Which of the shapes it is checked at, by their number; all by default. */
  readonly shapes?: readonly number[];
}

/** What came of a try. It ends with the first part that finds something. */
export interface TryReport {
  readonly own: OwnText;
  readonly as: string;
  /** What the compiler says, or what does not keep the contract. */
  readonly faults: readonly string[];
  /** At how many shapes it would have been checked; those that were. */
  readonly shapes: number;
  readonly checked: readonly ShapeReport[];
  readonly timed: readonly TimedShape[];
}

/** A shape that was checked, or timed. */
export type TryEvent =
  | { readonly kind: 'checked'; readonly report: ShapeReport; readonly shapes: number }
  | { readonly kind: 'timed'; readonly shape: TimedShape };

/** Shapes at which a kernel is wrong until no more are looked at. */
const ENOUGH = 3;

/** A device, an engine that is believed, and a contract: all that stays the same from one try to the next. */
export class TryBench {
  readonly contract: Contract;
  readonly #shaders: ShaderTexts;
  readonly #info: GpuInfo;
  /** Where it is checked: what is written beyond any buffer is seen there. */
  readonly #guard: GuardedDevice;
  /** Where it is timed. */
  readonly #bench: BenchDevice | undefined;
  readonly #oracle: Compiler & { close(): void };
  readonly #timed: TryRequest['timed'];
  readonly #kernelDevice: KernelDevice;
  readonly #ops: readonly ProgramOp[];
  /** What the oracle says does not change with the author's text. */
  readonly #expected = new Map<ProgramOp, Promise<ReadonlyMap<Tensor, Float32Array>>>();

  private constructor(
    request: TryRequest,
    shaders: ShaderTexts,
    { device, info }: OpenedGpu,
    bench: BenchDevice | undefined,
    oracle: Compiler & { close(): void },
  ) {
    this.contract = contractOf(request.as, shaders);
    this.#shaders = shaders;
    this.#info = info;
    this.#guard = new GuardedDevice(device);
    this.#bench = bench;
    this.#oracle = oracle;
    this.#timed = request.timed;
    this.#kernelDevice = kernelDevice(device, preferring(this.contract.kernels));
    this.#ops = oddOps(this.contract, this.#kernelDevice);
    if (this.#ops.length === 0) throw new FacewrightError(`the kernel ${request.as} does not run on ${info.adapter}`);
  }

  /** @throws FacewrightError when there is no such kernel, no adapter, or no native engine to check against */
  static async open(request: TryRequest): Promise<TryBench> {
    const shaders = await readShaders();
    contractOf(request.as, shaders);
    // What was opened, to be closed where the rest cannot be.
    const opened: (() => void)[] = [];
    const keep = <T>(one: T, close: (one: T) => void) => {
      opened.push(() => close(one));
      return one;
    };
    try {
      const oracle = keep(openNative({ convolutions: 'direct' }), (one) => one.close());
      const { adapter } = request;
      const gpu = keep(await openGpu({ adapter, clamped: true }), ({ device }) => device.destroy());
      const bench = request.timed && keep(await openBenchDevice({ adapter }), (one) => one.close());
      return new TryBench(request, shaders, gpu, bench, oracle);
    } catch (error) {
      for (const close of opened) close();
      throw error;
    }
  }

  /** What it runs on. */
  get info(): GpuInfo {
    return this.#info;
  }

  /**
   * Compiles, checks and times an author's kernel. What is wrong with that is in the report.
   *
   * @throws FacewrightError when the device was lost
   */
  async try(own: OwnText, { tell = () => undefined, shapes }: TryOptions = {}): Promise<TryReport> {
    const ops = shapes?.map((place) => this.#ops[place]) ?? this.#ops;
    const report = { own, as: this.contract.name, faults: [], shapes: ops.length, checked: [], timed: [] };
    const read = await this.#read(own);
    if ('faults' in read) return { ...report, faults: read.faults };
    const checked: ShapeReport[] = [];
    for await (const one of checkShapes(this.#checkBench(), read.kernel, ops)) {
      checked.push(one);
      tell({ kind: 'checked', report: one, shapes: ops.length });
      // What a device does not run at one shape it seldom runs at others, and says so in the same words.
      if (one.refused !== undefined || checked.filter((each) => !isRight(each)).length === ENOUGH) break;
    }
    if (!checked.every(isRight) || !this.#timed || !this.#bench) return { ...report, checked };
    const timed: TimedShape[] = [];
    for await (const shape of timeBeside(this.#bench, read.kernel, this.#kernelDevice, this.#timed)) {
      timed.push(shape);
      tell({ kind: 'timed', shape });
    }
    return { ...report, checked, timed };
  }

  close(): void {
    this.#guard.close();
    this.#bench?.close();
    this.#oracle.close();
  }

  async #read(own: OwnText): Promise<{ kernel: ReturnType<typeof readOwnKernel> } | { faults: readonly string[] }> {
    if (own.text.trim() === '') return { faults: [`${own.file} is empty`] };
    try {
      const kernel = readOwnKernel(own, this.contract, this.#shaders);
      const errors = await compileErrors(this.#guard, kernel);
      // What the contract misses shows in libraries first, which the author has not touched.
      const inOwn = errors.filter((error) => error.startsWith(`${own.file}, line `));
      const faults = [inOwn, kernel.faults, errors].find((some) => some.length > 0) ?? [];
      return faults.length > 0 ? { faults } : { kernel };
    } catch (error) {
      if (error instanceof FacewrightError) return { faults: [errorText(error)] };
      throw error;
    }
  }

  #checkBench(): Parameters<typeof checkShapes>[0] {
    return {
      guard: this.#guard,
      kernelDevice: this.#kernelDevice,
      expected: (op, pictures) => {
        const known = this.#expected.get(op) ?? expected(this.#oracle, op, pictures);
        this.#expected.set(op, known);
        return known;
      },
    };
  }
}
