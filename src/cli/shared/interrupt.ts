// Ctrl-C: the first one lets the write at hand be finished, the second one ends the program at once.

import { exitCode } from './exit.js';

/** Does work that Ctrl-C stops by its signal. @param onFirst called at the first Ctrl-C, to tell what happens now */
export async function interruptible<T>(onFirst: () => void, work: (interrupt: Interrupt) => Promise<T>): Promise<T> {
  const interrupt = new Interrupt(onFirst);
  try {
    return await work(interrupt);
  } finally {
    interrupt.release();
  }
}

/** Watches for Ctrl-C until `release` is called. */
export class Interrupt {
  readonly #controller = new AbortController();
  readonly #listener: () => void;

  /** @param onFirst called at the first Ctrl-C, to tell what happens now */
  constructor(onFirst: () => void) {
    this.#listener = () => {
      if (this.interrupted) process.exit(exitCode.interrupted);
      this.#controller.abort();
      onFirst();
    };
    process.on('SIGINT', this.#listener);
    process.on('SIGTERM', this.#listener);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get interrupted(): boolean {
    return this.#controller.signal.aborted;
  }

  release(): void {
    process.off('SIGINT', this.#listener);
    process.off('SIGTERM', this.#listener);
  }
}
