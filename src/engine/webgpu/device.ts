import { FacewrightError } from '../../errors.js';

/**
 * A GPUDevice whose failures are thrown instead of printed: uncaptured errors and the loss of the device are remembered,
 * and `check` throws the first of them.
 */
export class GuardedDevice {
  #failure: FacewrightError | undefined;
  #closed = false;

  constructor(readonly device: GPUDevice) {
    device.addEventListener('uncapturederror', (event) => {
      // Dawn prints these to stdout unless somebody listens.
      event.preventDefault?.();
      const { error } = event as GPUUncapturedErrorEvent;
      const memory = error.constructor.name === 'GPUOutOfMemoryError';
      this.#failure ??= new FacewrightError(
        memory
          ? `the GPU is out of memory (${firstLine(error.message)}); a smaller --batch needs less`
          : `the GPU refused the work: ${firstLine(error.message)}`,
      );
    });
    device.lost
      .then((info) => {
        if (this.#closed) return;
        this.#failure = new FacewrightError(
          `the GPU device was lost (${firstLine(info.message) || info.reason}); run it again, with a smaller --batch if it happens again`,
        );
      })
      .catch(() => undefined);
  }

  /** @throws FacewrightError the first failure since the start */
  check(): void {
    if (this.#closed) throw new FacewrightError('this engine was closed');
    if (this.#failure) throw this.#failure;
  }

  /** Runs `work` and throws what the device says about it: validation errors and lack of memory. */
  async scoped<T>(what: string, work: () => T | Promise<T>): Promise<T> {
    this.check();
    this.device.pushErrorScope('out-of-memory');
    this.device.pushErrorScope('validation');
    let result: T;
    let validation: GPUError | null = null;
    let memory: GPUError | null = null;
    try {
      result = await work();
    } finally {
      validation = await this.device.popErrorScope();
      memory = await this.device.popErrorScope();
    }
    if (memory) {
      throw new FacewrightError(
        `${what}: the GPU has too little memory (${firstLine(memory.message)}); a smaller --batch needs less`,
      );
    }
    if (validation) throw new FacewrightError(`${what}: the GPU refused it: ${firstLine(validation.message)}`);
    this.check();
    return result;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.device.destroy();
  }
}

function firstLine(text: string): string {
  return text.trim().split('\n')[0] ?? '';
}
