import { DeviceLostError, FacewrightError, OutOfMemoryError } from '../../errors.js';

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
      this.#failure ??=
        error.constructor.name === 'GPUOutOfMemoryError'
          ? new OutOfMemoryError(`the GPU is out of memory (${firstLine(error.message)}); a smaller --batch needs less`)
          : new FacewrightError(`the GPU refused the work: ${firstLine(error.message)}`);
    });
    device.lost
      .then((info) => {
        if (this.#closed) return;
        this.#failure = new DeviceLostError(
          `the GPU device was lost (${firstLine(info.message) || info.reason}); run it again, with a smaller --batch if it happens again`,
        );
      })
      .catch(() => undefined);
  }

  /** Whether everything that is asked of the device from now on fails. */
  get hasFailed(): boolean {
    return this.#failure !== undefined;
  }

  /** @throws FacewrightError the first failure since the start */
  check(): void {
    if (this.#closed) throw new FacewrightError('this engine was closed');
    if (this.#failure) throw this.#failure;
  }

  /**
   * Runs `work` and throws what the device says about it: validation errors and lack of memory.
   *
   * Error scopes are a stack of the device, so `work` is synchronous and both scopes are popped before anybody else's turn.
   */
  async scoped<T>(what: string, work: () => T): Promise<T> {
    this.check();
    this.device.pushErrorScope('out-of-memory');
    this.device.pushErrorScope('validation');
    let result: T;
    let popped: Promise<(GPUError | null)[]>;
    try {
      result = work();
    } finally {
      popped = Promise.all([this.device.popErrorScope(), this.device.popErrorScope()]);
      popped.catch(() => undefined); // awaited below unless work threw
    }
    const [validation, memory] = await this.orFailure(popped);
    if (memory) {
      throw new OutOfMemoryError(
        `${what}: the GPU has too little memory (${firstLine(memory.message)}); a smaller --batch needs less`,
      );
    }
    if (validation) throw new FacewrightError(`${what}: the GPU refused it: ${firstLine(validation.message)}`);
    this.check();
    return result;
  }

  /** Awaits what the device promised; when that fails, throws why: the device's own failure, if there is one. */
  async orFailure<T>(promise: Promise<T>): Promise<T> {
    try {
      return await promise;
    } catch (error) {
      // The loss of the device is told one turn later than the promises that it breaks.
      await Promise.race([this.device.lost, new Promise((resolve) => setTimeout(resolve, 100))]);
      this.check();
      throw error instanceof FacewrightError
        ? error
        : new FacewrightError(`the GPU gave no result (${firstLine(String(error))}); run it again`);
    }
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
