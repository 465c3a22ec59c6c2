import { type ChildProcess, fork } from 'node:child_process';
import { FacewrightError } from '../errors.js';
import type { Target, ToTargetOptions } from '../image/to-target.js';
import { Turns } from '../turns.js';
import type { TargetAnswer, TargetQuestion } from './target-process.js';

/** Longer than any photo takes; drawings (SVG) may take for ever. */
const PATIENCE_MS = 20_000;

/** Makes targets of pictures, one after another, in a process of its own that is ended when one takes too long. */
export class TargetMaker {
  readonly #maxPixels: number;
  readonly #patience: number;
  #process: ChildProcess | undefined;
  readonly #turns = new Turns(1);

  /**
   * @param maxPixels of a picture, looked at before it is decoded, and of the square that it becomes
   * @param patience milliseconds for one picture
   */
  constructor(maxPixels: number, patience = PATIENCE_MS) {
    this.#maxPixels = maxPixels;
    this.#patience = patience;
  }

  /**
   * @param name what errors call the picture
   * @param signal raised when nobody wants it any more, before its turn
   * @throws FacewrightError when it cannot be read, is too large or takes too long
   */
  make(bytes: Uint8Array, name: string, options: ToTargetOptions, signal: AbortSignal): Promise<Target> {
    const { size, fit, background } = options;
    const question = { bytes, name, options: { size, fit, background }, maxPixels: this.#maxPixels };
    return this.#turns.take(async () => {
      if (signal.aborted) throw new FacewrightError(`${name}: nobody waits for it any more`);
      return this.#ask(question);
    });
  }

  close(): void {
    this.#process?.kill('SIGKILL');
    this.#process = undefined;
  }

  async #ask(question: TargetQuestion): Promise<Target> {
    this.#process ??= this.#start();
    const said = await this.#answerOf(this.#process, question);
    if ('target' in said) return said.target;
    throw said.known ? new FacewrightError(said.error) : new Error(said.error);
  }

  #answerOf(child: ChildProcess, question: TargetQuestion): Promise<TargetAnswer> {
    return new Promise((resolve) => {
      const settle = (answer: TargetAnswer) => {
        clearTimeout(timer);
        child.off('message', settle).off('exit', ended);
        resolve(answer);
      };
      const endedBy = (what: string) => {
        if (this.#process === child) this.close();
        settle({ error: `${question.name}: ${what}; send it smaller, or as PNG or JPEG`, known: true });
      };
      const ended = () => endedBy('its decoder ended, perhaps for want of memory');
      const timer = setTimeout(() => endedBy(`takes longer than ${this.#patience / 1000} s to decode`), this.#patience);
      child.on('message', settle).on('exit', ended);
      child.send(question, (error) => {
        if (error !== null) ended();
      });
    });
  }

  #start(): ChildProcess {
    const child = fork(new URL('./target-process.js', import.meta.url), {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      execArgv: [],
    });
    // An idle one keeps nobody.
    child.unref();
    child.channel?.unref();
    child.on('error', () => undefined);
    return child;
  }
}
