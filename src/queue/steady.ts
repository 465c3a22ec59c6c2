// Questions to a server that may be away for a while.

import { setTimeout as sleep } from 'node:timers/promises';
import { BrokenOffError } from '../errors.js';
import { isConnectionError } from './connect.js';

/** Between two questions to a server that is away. */
const AWAY_MS = 1000;
/** How long a server that is away is waited for by somebody who wants to go. */
const LEAVING_MS = 10_000;

export interface SteadyOptions {
  /** The server, as it may be printed. */
  readonly shown: string;
  /** Told that it is away, and that it is back: a sentence without its full stop. */
  readonly onNotice: (message: string) => Promise<void>;
  /** Raised by who wants to go. */
  readonly signal: AbortSignal;
  /** What becomes of the work then, as the end of a sentence. */
  readonly left: string;
}

/** Asks again where the server was away. What is asked has to bear being asked twice: the answer may have been lost. */
export class Steady {
  readonly #options: SteadyOptions;
  /** By each question that waits for its answer: gives up. */
  readonly #waiting = new Set<() => void>();
  #away = false;

  constructor(options: SteadyOptions) {
    this.#options = options;
    // One listener for all questions, of which many may wait at once.
    const leave = () => {
      for (const one of this.#waiting) one();
    };
    options.signal.addEventListener('abort', () => setTimeout(leave, LEAVING_MS).unref(), { once: true });
  }

  get away(): boolean {
    return this.#away;
  }

  /** Asks, and waits for the server where it is away. @throws BrokenOffError when it is, and we are to stop */
  async ask<T>(question: () => Promise<T>): Promise<T> {
    const { signal, shown, onNotice } = this.#options;
    for (;;) {
      try {
        const answer = await this.#unlessLeaving(question());
        if (this.#away) {
          this.#away = false;
          await onNotice(`${shown}: is back`);
        }
        return answer;
      } catch (error) {
        if (!isConnectionError(error)) throw error;
        this.tellAway(error);
        if (signal.aborted) throw this.#gone();
        await sleep(AWAY_MS);
      }
    }
  }

  /** Tells of an error, if it is that the server does not answer. */
  tellAway(error: unknown): void {
    if (this.#away || !isConnectionError(error)) return;
    this.#away = true;
    const { code, message } = error as NodeJS.ErrnoException;
    const { shown, onNotice } = this.#options;
    onNotice(`${shown}: does not answer (${code ?? message}); waiting for it`).catch(() => {});
  }

  /** An answer that, once we are to stop, is not waited for long: the client of Redis waits for ever. */
  #unlessLeaving<T>(answer: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const leave = () => reject(this.#gone());
      const timer = this.#options.signal.aborted ? setTimeout(leave, LEAVING_MS) : undefined;
      this.#waiting.add(leave);
      const settled = () => {
        clearTimeout(timer);
        this.#waiting.delete(leave);
      };
      answer.then(resolve, reject).then(settled, settled);
    });
  }

  #gone(): BrokenOffError {
    return new BrokenOffError(`${this.#options.shown}: does not answer; ${this.#options.left}`);
  }
}
