import { FacewrightError } from '../../errors.js';
import type { Overrides } from './dispatch.js';

/**
 * Compute pipelines, made asynchronously and never twice: a pipeline is a kernel and the values of its overrides.
 */
export class PipelineCache {
  readonly #modules = new Map<string, GPUShaderModule>();
  readonly #pipelines = new Map<string, Promise<GPUComputePipeline>>();

  /** @param shaders the text of every kernel, by file name without extension */
  constructor(
    private readonly device: GPUDevice,
    private readonly shaders: Readonly<Record<string, string>>,
  ) {}

  /**
   * The pipeline of a kernel.
   * @throws FacewrightError when the adapter cannot compile it, with the compiler's words
   */
  get(kernel: string, overrides: Overrides): Promise<GPUComputePipeline> {
    const key = `${kernel} ${JSON.stringify(overrides)}`;
    let pipeline = this.#pipelines.get(key);
    if (!pipeline) {
      pipeline = this.#create(kernel, overrides);
      this.#pipelines.set(key, pipeline);
      pipeline.catch(() => this.#pipelines.delete(key));
    }
    return pipeline;
  }

  async #create(kernel: string, overrides: Overrides): Promise<GPUComputePipeline> {
    const module = this.#module(kernel);
    try {
      return await this.device.createComputePipelineAsync({
        label: kernel,
        layout: 'auto',
        compute: { module, entryPoint: 'main', constants: overrides },
      });
    } catch (error) {
      const { messages } = await module.getCompilationInfo();
      const mistake = messages.find(({ type }) => type === 'error');
      const reason = mistake
        ? `line ${mistake.lineNum}: ${mistake.message}`
        : String(error instanceof Error ? error.message : error).split('\n')[0];
      throw new FacewrightError(`the kernel ${kernel} (${JSON.stringify(overrides)}) does not compile here: ${reason}`);
    }
  }

  #module(kernel: string): GPUShaderModule {
    let module = this.#modules.get(kernel);
    if (!module) {
      const code = this.shaders[kernel];
      if (code === undefined) throw new Error(`there is no kernel shaders/${kernel}.wgsl`);
      // A mistake in it is reported by #create; here it would count as an error of the device.
      this.device.pushErrorScope('validation');
      module = this.device.createShaderModule({ label: kernel, code });
      this.device.popErrorScope().catch(() => undefined);
      this.#modules.set(kernel, module);
    }
    return module;
  }
}
