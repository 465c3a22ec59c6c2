import { FacewrightError } from '../../errors.js';
import type { Constants } from '../../graph/constant.js';
import type { Graph } from '../../graph/graph.js';
import type { Engine, EngineInfo, Executable, PeakSpeed } from '../engine.js';
import type { NativeAddon } from './addon.js';
import { ConstantStore } from './constants.js';
import { NativeExecutable, type Shared } from './executable.js';
import type { ConvolutionForm } from './lower.js';

/** As many as the addon allows. */
const MOST_THREADS = 1024;

/** How to set up a native engine. */
export interface NativeOptions {
  /** Threads that compute; by default as many as this process has processors. No result depends on it. */
  readonly threads?: number;
  /** The instruction set: `avx512`, `avx2` or `baseline`; by default the best that the processor has. */
  readonly isa?: string;
  /**
   * `bf16` multiplies in bfloat16, with sums in float32, where convolutions take the direct form: twice as fast there, and
   * images are off by about a thousandth (docs/performance.md). By default `f32`.
   */
  readonly precision?: 'f32' | 'bf16';
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

  async compile(graph: Graph, constants: Constants): Promise<Executable> {
    this.#check();
    const executable = await NativeExecutable.create(graph, constants, this.#shared);
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
    const { addon, threads, isa } = this.#shared;
    return addon.peak(threads, isa, memory);
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
  const { processor, processors, isas, bf16 } = addon.machine();
  const { threads = Math.min(processors, MOST_THREADS), precision = 'f32', convolutions = 'auto' } = options;
  if (!['f32', 'bf16'].includes(precision)) throw new FacewrightError(`precision ${precision}: choose f32 or bf16`);
  if (!['auto', 'direct', 'winograd'].includes(convolutions)) {
    throw new FacewrightError(`convolutions ${convolutions}: choose auto, direct or winograd`);
  }
  if (options.isa !== undefined && !isas.includes(options.isa)) {
    throw new FacewrightError(`instruction set ${options.isa}: this processor has ${isas.join(', ')}`);
  }
  if (precision === 'bf16' && bf16 === undefined) {
    throw new FacewrightError(`precision bf16: ${processor} has no AVX512-BF16; leave it at f32`);
  }
  if (precision === 'bf16' && options.isa !== undefined && options.isa !== isas[0]) {
    throw new FacewrightError(`precision bf16: needs the instruction set ${isas[0]}, and ${options.isa} was asked for`);
  }
  const isa = precision === 'bf16' ? bf16! : (options.isa ?? isas[0]);
  if (!Number.isInteger(threads) || threads < 1 || threads > MOST_THREADS) {
    throw new FacewrightError(`threads ${threads}: expected a whole number from 1 to ${MOST_THREADS}`);
  }
  const info: EngineInfo = {
    kind: 'native',
    adapter: processor,
    driver: `${isa}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`,
    software: false,
  };
  const choice = { form: convolutions, bf16: precision === 'bf16' };
  return new NativeEngine(info, { addon, isa, threads, choice, constants: new ConstantStore(addon, isa) });
}
