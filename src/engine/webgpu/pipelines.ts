import { FacewrightError } from '../../errors.js';
import { ALL_F32, type KernelStorage } from './assemble.js';
import type { Overrides } from './dispatch.js';
import { type Kernels, storageKey } from './kernels.js';

/**
 * Compute pipelines, made asynchronously and never twice: a pipeline is a kernel, what it stores, and the values of its overrides.
 */
export class PipelineCache {
  readonly #modules = new Map<string, GPUShaderModule>();
  readonly #pipelines = new Map<string, Promise<GPUComputePipeline>>();

  constructor(
    private readonly device: GPUDevice,
    private readonly kernels: Kernels,
  ) {}

  /**
   * The pipeline of a kernel.
   * @throws FacewrightError when the adapter cannot compile it, with the compiler's words
   */
  get(kernel: string, overrides: Overrides, storage: KernelStorage = ALL_F32): Promise<GPUComputePipeline> {
    const key = `${kernel} ${storageKey(storage)} ${JSON.stringify(overrides)}`;
    let pipeline = this.#pipelines.get(key);
    if (!pipeline) {
      pipeline = this.#create(kernel, overrides, storage);
      this.#pipelines.set(key, pipeline);
      pipeline.catch(() => this.#pipelines.delete(key));
    }
    return pipeline;
  }

  async #create(kernel: string, overrides: Overrides, storage: KernelStorage): Promise<GPUComputePipeline> {
    const module = this.#module(kernel, storage);
    try {
      return await this.device.createComputePipelineAsync({
        label: kernel,
        layout: 'auto',
        compute: { module, entryPoint: 'main', constants: overrides },
      });
    } catch (error) {
      throw new FacewrightError(
        `the kernel ${kernel} (${JSON.stringify(overrides)}) does not compile here: ${await this.#why(kernel, storage, error)}`,
      );
    }
  }

  /** The compiler's words, with file and line, or else the device's. */
  async #why(kernel: string, storage: KernelStorage, error: unknown): Promise<string> {
    const { messages } = await this.#module(kernel, storage).getCompilationInfo();
    const mistake = messages.find(({ type }) => type === 'error');
    if (!mistake) return String(error instanceof Error ? error.message : error).split('\n')[0];
    const { file, line } = this.kernels.get(kernel, storage).locate(mistake.lineNum);
    return `shaders/${file}, line ${line}: ${mistake.message}`;
  }

  #module(kernel: string, storage: KernelStorage): GPUShaderModule {
    const key = `${kernel} ${storageKey(storage)}`;
    let module = this.#modules.get(key);
    if (!module) {
      const { code } = this.kernels.get(kernel, storage);
      // A mistake in it is reported by #create; here it would count as an error of the device.
      this.device.pushErrorScope('validation');
      module = this.device.createShaderModule({ label: kernel, code });
      this.device.popErrorScope().catch(() => undefined);
      this.#modules.set(key, module);
    }
    return module;
  }
}
