import { performance } from 'node:perf_hooks';
import type { Dispatch } from '../../engine/webgpu/dispatch.js';
import type { BenchDevice } from './bench-device.js';
import type { ReportHead } from './kernels-report.js';
import { type Prepared, prepare } from './prepare.js';
import { timeLaunches } from './time.js';

/** Seconds between two measurements of the control kernel. */
const EVERY = 10;

/** One kernel that is measured again and again while others are: whether the device is the same all the time. */
export class Control {
  readonly #medians: number[] = [];
  #last = Number.NEGATIVE_INFINITY;

  private constructor(
    private readonly bench: BenchDevice,
    private readonly prepared: Prepared,
    private readonly now: () => number,
  ) {}

  /**
   * @param dispatch any that takes some milliseconds
   * @param now seconds, for tests
   */
  static async open(
    bench: BenchDevice,
    dispatch: Dispatch,
    now: () => number = () => performance.now() * 1e-3,
  ): Promise<Control> {
    return new Control(bench, await prepare(bench, dispatch, { batch: 1 }), now);
  }

  /** Measures if ten seconds have passed since the last time. */
  async measureIfDue(): Promise<void> {
    if (this.now() - this.#last >= EVERY) await this.measure();
  }

  async measure(): Promise<void> {
    const { median } = await timeLaunches(this.bench, this.prepared, { samples: 9, budget: 0.1 });
    this.#medians.push(median);
    this.#last = this.now();
  }

  /** Of all measurements so far, of which there is one at least. */
  drift(): ReportHead['drift'] {
    const medians = this.#medians;
    return {
      first: medians[0],
      last: medians[medians.length - 1],
      ratio: Math.max(...medians) / Math.min(...medians),
    };
  }

  close(): void {
    this.prepared.destroy();
  }
}
