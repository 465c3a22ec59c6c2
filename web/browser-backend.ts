// The backend that everybody has: a worker of the page, on the browser's WebGPU.

import {
  type Backend,
  BackendError,
  type BackendInfo,
  type Readying,
  type SearchRequest,
  type Told,
} from './backend.js';
import type { Answer, Asked } from './worker/messages.js';

/** Beside the page's own script. */
const WORKER = new URL('./worker.js', import.meta.url);

export class BrowserBackend implements Backend {
  readonly where = 'browser';
  readonly privacy = 'Everything is computed in this browser. Your picture stays here: nothing is sent anywhere.';
  #worker: Worker | undefined;
  #searches = 0;

  open(onReadying: (readying: Readying) => void): Promise<BackendInfo> {
    return this.#begin(undefined, onReadying);
  }

  useWeights(file: File, onReadying: (readying: Readying) => void): Promise<BackendInfo> {
    return this.#begin(file, onReadying);
  }

  /** Gets a worker ready, which takes the place of the one that there was. */
  #begin(weights: File | undefined, onReadying: (readying: Readying) => void): Promise<BackendInfo> {
    const worker = new Worker(WORKER, { type: 'module' });
    const opened = new Promise<BackendInfo>((resolve, reject) => {
      worker.addEventListener('error', ({ message }) => {
        reject(
          new BackendError('other', `the page's worker does not run: ${message || 'its script cannot be loaded'}`),
        );
      });
      worker.addEventListener('message', ({ data }: MessageEvent<Answer>) => {
        if (data.type === 'readying') onReadying(data.readying);
        if (data.type === 'opened') resolve(data.info);
        if (data.type === 'failed' && data.number === undefined) reject(new BackendError(data.kind, data.message));
      });
    });
    worker.postMessage({ type: 'open', weights } satisfies Asked);
    return opened.then(
      (info) => {
        this.#worker?.terminate();
        this.#worker = worker;
        return info;
      },
      (error) => {
        worker.terminate();
        throw error;
      },
    );
  }

  async *search(request: SearchRequest, signal: AbortSignal): AsyncGenerator<Told> {
    const worker = this.#worker;
    if (!worker) throw new BackendError('no-generator', 'there is no generator yet; wait until it is loaded');
    const number = ++this.#searches;
    const answers = new Answers(worker, number, signal);
    worker.postMessage({ type: 'search', number, request } satisfies Asked);
    try {
      for (let told = await answers.next(); told !== undefined; told = await answers.next()) {
        yield told;
        if (told.type === 'result') return;
      }
    } finally {
      answers.close();
      worker.postMessage({ type: 'stop', number } satisfies Asked);
    }
  }
}

/** What a worker tells of one search, in its order, to be asked for. */
class Answers {
  readonly #come: (Told | BackendError)[] = [];
  readonly #closing = new AbortController();
  #wake: () => void = () => undefined;

  constructor(
    worker: Worker,
    number: number,
    private readonly signal: AbortSignal,
  ) {
    const until = { signal: this.#closing.signal };
    const take = (told: Told | BackendError) => {
      this.#come.push(told);
      this.#wake();
    };
    worker.addEventListener(
      'message',
      ({ data }: MessageEvent<Answer>) => {
        if (data.type === 'told' && data.number === number) take(data.told);
        if (data.type === 'failed' && data.number === number) take(new BackendError(data.kind, data.message));
      },
      until,
    );
    worker.addEventListener('error', ({ message }) => take(new BackendError('other', message)), until);
    signal.addEventListener('abort', () => this.#wake(), until);
  }

  /** The next; undefined once the signal was raised. @throws BackendError */
  async next(): Promise<Told | undefined> {
    while (this.#come.length === 0 && !this.signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    if (this.signal.aborted) return undefined;
    const told = this.#come.shift()!;
    if (told instanceof BackendError) throw told;
    return told;
  }

  close(): void {
    this.#closing.abort();
  }
}
