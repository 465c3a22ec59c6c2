// How far a long job is, on stderr: a bar with the loss and the time left on a terminal, now and then a line elsewhere.

import { Presets, SingleBar } from 'cli-progress';
import { duration, loss } from './table.js';

/** Between two lines where there is no terminal. */
const LINE_INTERVAL_MS = 10_000;

/** What the progress goes to: process.stderr, or anything like it in tests. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

export interface ProgressState {
  /** Units of work done. */
  readonly done: number;
  /** How many things are finished, of how many: `3 of 12 pictures`. */
  readonly count: string;
  /** How much work there is by now, where some of it turned out to be done. */
  readonly total?: number;
  /** To say how many things are finished per second or minute: how many units of work one is, and what it is called. */
  readonly rate?: { readonly unit: number; readonly noun?: string };
  /** The loss at the moment, where there is one. */
  readonly L2?: number;
}

/** The progress of one job. */
export class Progress {
  readonly #stream: ProgressStream;
  #total: number;
  readonly #bar: SingleBar | undefined;
  #state: ProgressState = { done: 0, count: '' };
  /** When work began to be done, and how much had been done then: what comes before (compiling) would spoil the rate. */
  #since: { readonly time: number; readonly done: number } | undefined;
  #lastLine: number;

  /**
   * @param total how much work there is, in units of any kind, for example pictures times steps
   * @param first what is done before any of it
   */
  constructor(total: number, stream: ProgressStream = process.stderr, first = 'compiling') {
    this.#stream = stream;
    this.#total = Math.max(1, total);
    this.#lastLine = performance.now();
    if (stream.isTTY !== true) return;
    this.#bar = new SingleBar(
      {
        format: ' {bar} {percentage} % {text}',
        barsize: 24,
        hideCursor: true,
        clearOnComplete: true,
        stopOnComplete: false,
        gracefulExit: false,
        stream: stream as NodeJS.WritableStream,
      },
      Presets.shades_classic,
    );
    this.#bar.start(this.#total, 0, { text: `| ${first}` });
  }

  update(state: ProgressState): void {
    const now = performance.now();
    // Until something is done, time is spent on getting ready.
    if (this.#since === undefined || state.done <= this.#since.done) this.#since = { time: now, done: state.done };
    this.#state = state;
    if (state.total !== undefined && state.total !== this.#total) {
      this.#total = Math.max(1, state.total);
      this.#bar?.setTotal(this.#total);
    }
    if (this.#bar !== undefined) {
      this.#bar.update(state.done, { text: this.#text() });
    } else if (now - this.#lastLine >= LINE_INTERVAL_MS) {
      this.#lastLine = now;
      this.#stream.write(`${Math.floor((100 * state.done) / this.#total)} % ${this.#text()}\n`);
    }
  }

  /** Takes the bar away, lets something be printed, and puts the bar back. */
  aside(print: () => void): void {
    this.#bar?.stop();
    print();
    this.#bar?.start(this.#total, this.#state.done, { text: this.#text() });
  }

  end(): void {
    this.#bar?.stop();
  }

  #text(): string {
    const { count, L2 } = this.#state;
    const left = this.#secondsLeft();
    const rate = this.#rate();
    return [
      count,
      L2 === undefined ? '' : `L2 ${loss(L2)}`,
      rate ?? '',
      left === undefined ? '' : `${duration(left)} left`,
    ]
      .filter((text) => text !== '')
      .map((text) => `| ${text}`)
      .join(' ');
  }

  /** Units of work per second since some began to be done. */
  #speed(): number | undefined {
    if (this.#since === undefined) return undefined;
    const done = this.#state.done - this.#since.done;
    return done > 0 ? done / ((performance.now() - this.#since.time) / 1000) : undefined;
  }

  #rate(): string | undefined {
    const { rate } = this.#state;
    const speed = this.#speed();
    if (rate === undefined || speed === undefined) return undefined;
    const perSecond = speed / rate.unit;
    const noun = rate.noun === undefined ? '' : `${rate.noun} `;
    return perSecond >= 1
      ? `${perSecond.toFixed(1)} ${noun}per second`
      : `${(perSecond * 60).toFixed(perSecond >= 1 / 6 ? 0 : 1)} ${noun}per minute`;
  }

  #secondsLeft(): number | undefined {
    const speed = this.#speed();
    if (speed === undefined || this.#state.done >= this.#total) return undefined;
    return (this.#total - this.#state.done) / speed;
  }
}
