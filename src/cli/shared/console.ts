// What a command says: results on stdout, everything else on stderr, and neither across a progress bar.

import { Progress, type ProgressState } from './progress.js';

export class Console {
  /** Whether notes are kept back. */
  readonly quiet: boolean;
  #progress: Progress | undefined;

  constructor(quiet = false) {
    this.quiet = quiet;
  }

  /** A result, on stdout. */
  result(text: string): void {
    this.#print(process.stdout, text);
  }

  /** Something good to know; --quiet keeps it back. */
  note(text: string): void {
    if (!this.quiet) this.#print(process.stderr, text);
  }

  /** What went wrong. */
  error(text: string): void {
    this.#print(process.stderr, text);
  }

  /** @param first what is done before there is progress */
  beginProgress(total: number, first?: string): void {
    if (!this.quiet) this.#progress = new Progress(total, process.stderr, first);
  }

  progress(state: ProgressState): void {
    this.#progress?.update(state);
  }

  endProgress(): void {
    this.#progress?.end();
    this.#progress = undefined;
  }

  #print(stream: NodeJS.WriteStream, text: string): void {
    const write = () => stream.write(`${text}\n`);
    // The bar is on stderr; it is in the way only where the text goes to a terminal too.
    if (this.#progress !== undefined && stream.isTTY) this.#progress.aside(write);
    else write();
  }
}
