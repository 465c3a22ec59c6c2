// What a run does after a search that failed for want of memory, or because the device was lost.

import type { EngineInfo } from '../engine/engine.js';
import { DeviceLostError, errorText, OutOfMemoryError } from '../errors.js';

/** How often in a row a lost device is opened again. */
const MOST_LOSSES = 3;

/** What of a generator is needed. */
interface Reopenable {
  readonly engine: { readonly info: Pick<EngineInfo, 'kind'> };
  reopen(): Promise<boolean>;
}

/** Keeps a run going: a batch that is too large is halved, a device that was lost is opened again. */
export class Recovery {
  readonly #generator: Reopenable;
  readonly #tell: (message: string) => Promise<void>;
  #most = Number.POSITIVE_INFINITY;
  #losses = 0;

  /** @param tell is given what a person should know of it */
  constructor(generator: Reopenable, tell: (message: string) => Promise<void>) {
    this.#generator = generator;
    this.#tell = tell;
  }

  /** The most pictures that still go together. */
  get most(): number {
    return this.#most;
  }

  /** A search came to its end: the losses of the device before it do not count any more. */
  succeeded(): void {
    this.#losses = 0;
  }

  /**
   * Makes ready for a search after one for `count` pictures that failed.
   *
   * @returns how many of them are to be searched for together now; undefined where the failure is that of some picture
   * @throws DeviceLostError where nothing else would work either
   */
  async after(error: unknown, count: number): Promise<number | undefined> {
    if (error instanceof DeviceLostError) return this.#afterLoss(error, count);
    if (!(error instanceof OutOfMemoryError)) return undefined;
    // Memory that ran out in the midst of a run leaves the device of no use; and what was compiled before is in the way.
    await this.#reopen();
    if (count === 1) return undefined;
    this.#most = Math.ceil(count / 2);
    const whose = this.#generator.engine.info.kind === 'webgpu' ? 'GPU ' : '';
    await this.#tell(`too little ${whose}memory for a batch of ${count}: going on with ${this.#most}`);
    return this.#most;
  }

  /** The search is deterministic: what is begun anew ends in the same bytes. */
  async #afterLoss(error: DeviceLostError, count: number): Promise<number> {
    if (this.#losses === MOST_LOSSES || !(await this.#reopen())) throw error;
    this.#losses++;
    const time = `${this.#losses} of at most ${MOST_LOSSES} times`;
    await this.#tell(`the GPU device was lost and opened again: what was searched for is begun anew (${time})`);
    return count;
  }

  async #reopen(): Promise<boolean> {
    try {
      return await this.#generator.reopen();
    } catch (error) {
      throw new DeviceLostError(
        `the GPU device was lost and cannot be opened again (${errorText(error)}); run it again`,
      );
    }
  }
}
