import { FacewrightError } from '../../errors.js';
import type { Constants } from '../../graph/constant.js';
import { type Program, programOf } from '../../graph/fuse/program.js';
import type { Graph } from '../../graph/graph.js';
import type { Engine, EngineInfo, Executable, PeakSpeed, Precision } from '../engine.js';
import type { AddonIsa, AddonKernels, NativeAddon } from './addon.js';
import { ConstantStore } from './constants.js';
import { NativeExecutable, type Shared } from './executable.js';
import { nativeForms } from './forms.js';
import type { ConvolutionForm } from './kernel-choice.js';
import { PRECISIONS } from './table.js';

/** As many as the addon allows. */
const MOST_THREADS = 1024;

/** How to set up a native engine. */
export interface NativeOptions {
  /**
   * Threads that compute, busy machine or not; by default as many as this process has processors, and fewer while other programs
   * want these. No result depends on it.
   */
  readonly threads?: number;
  /** The instruction set: `avx512`, `avx2` or `baseline`; by default the best that the processor has for the precision. */
  readonly isa?: string;
  /**
   * `bf16` multiplies in bfloat16, with sums in float32, where convolutions take the direct form: twice as fast there, and
   * images are off by about a thousandth (docs/performance.md). By default `f32`.
   */
  readonly precision?: Precision;
  /** How convolutions are computed; by default as suits their shape. */
  readonly convolutions?: ConvolutionForm;
}

/** Runs graphs as C++ kernels on the processor. */
class NativeEngine implements Engine {
  readonly info: EngineInfo;
  readonly #shared: Shared;
  readonly #executables = new Set<Executable>();
  #closed = false;

  constructor(info: EngineInfo, shared: Shared) {
    this.info = info;
    this.#shared = shared;
  }

  async compile(work: Graph | Program, constants: Constants): Promise<Executable> {
    this.#check();
    const executable = await NativeExecutable.create(programOf(work, nativeForms), constants, this.#shared);
    if (this.#closed) {
      executable.close();
      this.#check();
    }
    this.#executables.add(executable);
    const close = executable.close.bind(executable);
    executable.close = () => {
      this.#executables.delete(executable);
      close();
    };
    return executable;
  }

  peak(memory: boolean): Promise<PeakSpeed> {
    const { addon, threads, kernels } = this.#shared;
    return addon.peak(threads, kernels, memory);
  }

  close(): void {
    this.#closed = true;
    for (const executable of [...this.#executables]) executable.close();
  }

  #check(): void {
    if (this.#closed) throw new FacewrightError('this engine was closed');
  }
}

/**
 * Makes an engine of the addon.
 *
 * @throws FacewrightError for an option that cannot be: threads, instruction set, precision, convolutions
 */
export function createNativeEngine(addon: NativeAddon, options: NativeOptions = {}): Engine {
  const { processor, processors, isas } = addon.machine();
  const { threads = Math.min(processors, MOST_THREADS), convolutions = 'auto' } = options;
  const yielding = options.threads === undefined;
  if (!['auto', 'direct', 'winograd'].includes(convolutions)) {
    throw new FacewrightError(`convolutions ${convolutions}: choose auto, direct or winograd`);
  }
  const kernels = kernelsFor(options, isas, processor);
  if (!Number.isInteger(threads) || threads < 1 || threads > MOST_THREADS) {
    throw new FacewrightError(`threads ${threads}: expected a whole number from 1 to ${MOST_THREADS}`);
  }
  const info: EngineInfo = {
    kind: 'native',
    adapter: processor,
    driver: `${kernels.isa}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`,
    precision: kernels.precision,
    software: false,
  };
  const choice = { form: convolutions, bf16: kernels.precision === 'bf16' };
  return new NativeEngine(info, {
    addon,
    kernels,
    threads,
    yielding,
    choice,
    constants: new ConstantStore(addon, kernels),
  });
}

/** The instruction set and precision that are asked for, where the processor has them together. */
function kernelsFor(
  { isa: wanted, precision = 'f32' }: NativeOptions,
  isas: readonly AddonIsa[],
  processor: string,
): AddonKernels {
  const known: readonly Precision[] = PRECISIONS;
  if (!known.includes(precision)) {
    throw new FacewrightError(`precision ${precision}: the native engine has ${known.join(' and ')}`);
  }
  if (wanted !== undefined && !isas.some(({ name }) => name === wanted)) {
    throw new FacewrightError(
      `instruction set ${wanted}: this processor has ${isas.map(({ name }) => name).join(', ')}`,
    );
  }
  const able = isas.filter(({ precisions }) => precisions.includes(precision)).map(({ name }) => name);
  if (able.length === 0) {
    throw new FacewrightError(`precision ${precision}: ${processor} has no AVX512-BF16; leave it at f32`);
  }
  const isa = wanted ?? able[0];
  if (!able.includes(isa)) {
    throw new FacewrightError(
      `precision ${precision}: needs the instruction set ${able.join(' or ')}, and ${isa} was asked for`,
    );
  }
  return { isa, precision };
}
