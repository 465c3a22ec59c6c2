import { FacewrightError } from '../../errors.js';
import { apply1 } from '../../graph/build.js';
import type { Constants } from '../../graph/constant.js';
import type { Program } from '../../graph/fuse/program.js';
import { Graph } from '../../graph/graph.js';
import type { DeviceMemory, Engine, EngineInfo, Executable } from '../engine.js';
import type { ShaderTexts, StoragePrecision } from './assemble.js';
import { matrixFault } from './check-matrices.js';
import { GuardedDevice } from './device.js';
import { MOST_BINDINGS } from './dispatch.js';
import { type Shared, WebGpuExecutable } from './executable.js';
import type { HostWatch } from './host-spans.js';
import { Kernels } from './kernels.js';
import { ConstantStore } from './memory.js';
import { MemoryCount } from './memory-count.js';
import { PipelineCache } from './pipelines.js';
import { webGpuProgram } from './program.js';
import type { SubgroupMatrices } from './subgroup-matrices.js';
import { kernelDevice, type MeasuredChoices, type TakenChoice } from './variants.js';

/** How to set up a WebGPU engine. */
export interface WebGpuOptions {
  /** The text of every file of shaders/ and shaders/lib/, by path below shaders/ without `.wgsl`: `blur`, `lib/sum`. */
  readonly shaders: ShaderTexts;
  /** What the adapter is called, for reports; by default what it says of itself. */
  readonly info?: Partial<Omit<EngineInfo, 'kind' | 'precision'>>;
  /** `f16` keeps maps and the weights of convolutions in half, on devices with `shader-f16`; by default `f32`. */
  readonly precision?: StoragePrecision;
  /** Which kernels were measured to be fastest; for what is not measured, those that suit the adapter (`variants.ts`). */
  readonly measured?: MeasuredChoices;
  /** How subgroup matrices are multiplied, if that proves right on the device; by default not at all. */
  readonly matrices?: SubgroupMatrices;
  /** Told where the device does not multiply subgroup matrices as it should. */
  readonly onMessage?: (text: string) => void;
  /** Told of one of those that does not compile, and why: the usual kernel runs in its place. Without it, that is an error. */
  readonly onUnusable?: (choice: TakenChoice, why: unknown) => void;
  /** The most bytes of one binding, at most the device's own limit: larger batches are cut into chunks of pictures. */
  readonly bindingLimit?: number;
  /** Told what the processor does in runs, profiles and reads: for traces of a step. */
  readonly watch?: HostWatch;
  /** Kernels in shorter forms, for compilers that take minutes for long ones (SwiftShader's); slower where they do not. */
  readonly shortKernels?: boolean;
  /** Opens another device of the same adapter, for `Engine.reopen`. */
  readonly openAgain?: () => Promise<GPUDevice>;
}

/** Runs graphs as WGSL kernels on a GPUDevice, which it owns from then on. */
class WebGpuEngine implements Engine {
  readonly info: EngineInfo;
  readonly reopen?: () => Promise<void>;
  readonly #options: WebGpuOptions;
  readonly #executables = new Set<Executable>();
  #shared: Shared;
  #reopening: Promise<void> | undefined;

  constructor(info: EngineInfo, device: GPUDevice, options: WebGpuOptions) {
    this.info = info;
    this.#options = options;
    this.#shared = share(device, options);
    const { openAgain } = options;
    if (openAgain) {
      // Of several searches that the loss has ended, the first opens the device for all.
      this.reopen = () => {
        this.#reopening ??= this.#reopen(openAgain).finally(() => {
          this.#reopening = undefined;
        });
        return this.#reopening;
      };
    }
  }

  async compile(work: Graph | Program, constants: Constants): Promise<Executable> {
    this.#shared.guard.check();
    const executable = await WebGpuExecutable.create(webGpuProgram(work, this.info.precision), constants, this.#shared);
    this.#executables.add(executable);
    const close = executable.close.bind(executable);
    executable.close = () => {
      this.#executables.delete(executable);
      close();
    };
    return executable;
  }

  countMemory(work: Graph | Program): (batch: number) => DeviceMemory {
    const { device, bindingLimit } = this.#shared;
    const count = new MemoryCount(webGpuProgram(work, this.info.precision), device, bindingLimit);
    return (batch) => count.of(batch);
  }

  /** Looks whether the device multiplies subgroup matrices rightly; where it does not, other kernels are chosen from then on. */
  async checkMatrices(): Promise<void> {
    const { matrices, onMessage } = this.#options;
    if (!matrices || matrices.emulated) return;
    const fault = await matrixFault(this.#shared);
    if (fault === undefined) return;
    this.#shared = { ...this.#shared, device: { ...this.#shared.device, matrices: undefined } };
    onMessage?.(`${this.info.adapter} does not multiply subgroup matrices as it should, and does without (${fault})`);
  }

  close(): void {
    for (const executable of [...this.#executables]) executable.close();
    this.#shared.guard.close();
  }

  async #reopen(openAgain: () => Promise<GPUDevice>): Promise<void> {
    if (!this.#shared.guard.hasFailed) return;
    this.close();
    this.#shared = share(await openAgain(), this.#options);
    await selfTest(this);
    await this.checkMatrices();
  }
}

/** What all executables on a device have in common. */
function share(device: GPUDevice, options: WebGpuOptions): Shared {
  const { measured, matrices, shortKernels, onUnusable, bindingLimit, watch } = options;
  const kernels = new Kernels(withMatrices(options));
  const { maxStorageBufferBindingSize, maxBufferSize } = device.limits;
  return {
    guard: new GuardedDevice(device),
    kernels,
    pipelines: new PipelineCache(device, kernels),
    constants: new ConstantStore(device),
    device: { ...kernelDevice(device, measured, matrices), shortKernels },
    onUnusable,
    bindingLimit: Math.min(maxStorageBufferBindingSize, maxBufferSize, bindingLimit ?? Number.POSITIVE_INFINITY),
    watch,
  };
}

/**
 * Makes an engine of a device, and runs one small kernel with a known answer on it: a backend that accepts everything and
 * does nothing (Dawn's Null backend) is found out here, not in a picture.
 *
 * @param device with all the limits of its adapter requested, and the features `subgroups`, `shader-f16` and
 *   `timestamp-query` where it has them; destroyed when the engine is closed
 * @throws FacewrightError when the device does not compute what it should, or not in the precision that is asked for
 */
export async function createWebGpuEngine(device: GPUDevice, options: WebGpuOptions): Promise<Engine> {
  const adapter = device.adapterInfo;
  const info = {
    kind: 'webgpu' as const,
    adapter: adapter.description || adapter.device || adapter.vendor || 'unnamed adapter',
    driver: 'unknown',
    software: false,
    ...options.info,
    precision: options.precision ?? 'f32',
  };
  if (info.precision === 'f16' && !device.features.has('shader-f16')) {
    device.destroy();
    throw new FacewrightError(`precision f16: ${info.adapter} has no shader-f16; leave it at f32`);
  }
  if (device.limits.maxStorageBuffersPerShaderStage < MOST_BINDINGS) {
    device.destroy();
    throw new FacewrightError(
      `${info.adapter} binds ${device.limits.maxStorageBuffersPerShaderStage} buffers, and kernels want ${MOST_BINDINGS}: use another adapter, or --engine native`,
    );
  }
  const engine = new WebGpuEngine(info, device, options);
  try {
    await selfTest(engine);
    await engine.checkMatrices();
  } catch (error) {
    engine.close();
    throw error;
  }
  return engine;
}

/** The shaders, with loops in the place of subgroup matrices where these are emulated. */
function withMatrices({ shaders, matrices }: WebGpuOptions): ShaderTexts {
  return matrices?.emulated ? { ...shaders, 'lib/matrix': shaders['lib/matrix-emulated'] } : shaders;
}

async function selfTest(engine: Engine): Promise<void> {
  const graph = new Graph(1);
  graph.output('y', apply1(graph, 'affine', [graph.input('x', [1, 1, 4])], { scale: 3, shift: 1 }));
  const executable = await engine.compile(graph, new Map());
  try {
    executable.write('x', new Float32Array([1, 2, -3, 0.5]));
    executable.run();
    const { y } = await executable.read(['y']);
    if (y.join() !== '4,7,-8,2.5') {
      throw new FacewrightError(
        `${engine.info.adapter} fails the self-test (3·[1, 2, -3, 0.5] + 1 gave [${y.join(', ')}]): its driver does not work; try another --adapter`,
      );
    }
  } finally {
    executable.close();
  }
}
