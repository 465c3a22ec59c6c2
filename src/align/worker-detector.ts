import { Worker } from 'node:worker_threads';
import { FacewrightError } from '../errors.js';
import type { Rgb8Image } from '../image/rgb.js';
import type { Detected, DetectOptions, FaceDetector } from './detector.js';
import type { WorkerAnswer, WorkerQuestion } from './worker.js';

export interface DetectorOptions {
  /** Threads; each takes about 150 MB and works on one picture at a time. Default 1. */
  readonly workers?: number;
}

/**
 * Opens the detector that comes along: BlazeFace and FaceMesh on WebAssembly, and a search for drawn faces, in threads of
 * their own, so that the event loop stays free. Nothing is downloaded. A thread is started when it is first needed, and an
 * idle detector does not keep the process alive.
 *
 * @example
 * const detector = openFaceDetector();
 * const { faces } = await detector.detect(await readImage8('photo.jpg', { background: 'white' }));
 * await detector.close();
 */
export function openFaceDetector(options: DetectorOptions = {}): FaceDetector {
  return new WorkerDetector(options.workers ?? 1);
}

class WorkerDetector implements FaceDetector {
  readonly #threads: Thread[];
  #closed = false;

  constructor(workers: number) {
    this.#threads = Array.from({ length: workers }, () => new Thread());
  }

  async detect(picture: Rgb8Image, options: DetectOptions = {}): Promise<Detected> {
    if (this.#closed) throw new FacewrightError('this face detector was closed; open another');
    const { width, height, data } = picture;
    if (data.length !== width * height * 3) {
      throw new RangeError(`detect needs [${height}, ${width}, 3], got ${data.length} bytes`);
    }
    const thread = this.#threads.reduce((a, b) => (b.waiting < a.waiting ? b : a));
    return thread.ask(picture, options);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#threads.map((thread) => thread.close()));
  }
}

interface Waiting {
  readonly resolve: (found: Detected) => void;
  readonly reject: (error: Error) => void;
}

class Thread {
  #worker: Worker | undefined;
  readonly #waiting = new Map<number, Waiting>();
  #next = 0;

  get waiting(): number {
    return this.#waiting.size;
  }

  ask(picture: Rgb8Image, options: DetectOptions): Promise<Detected> {
    this.#worker ??= this.#start();
    const id = this.#next++;
    const { width, height } = picture;
    // A copy that is handed over: the picture stays the caller's.
    const data = new Uint8Array(picture.data);
    const question: WorkerQuestion = { id, picture: { width, height, data }, options };
    this.#worker.ref();
    this.#worker.postMessage(question, [data.buffer]);
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
    this.#fail(new FacewrightError('the face detector was closed before it was done'));
  }

  #start(): Worker {
    const worker = new Worker(new URL('./worker.js', import.meta.url));
    worker.on('message', (answer: WorkerAnswer) => {
      const waiting = this.#waiting.get(answer.id);
      this.#waiting.delete(answer.id);
      if (this.#waiting.size === 0) worker.unref();
      if ('found' in answer) waiting?.resolve(answer.found);
      else waiting?.reject(answer.known ? new FacewrightError(answer.error) : new Error(answer.error));
    });
    worker.on('error', (error: Error) => {
      if (this.#worker === worker) this.#worker = undefined;
      this.#fail(new FacewrightError(`the thread that finds faces ended: ${error.message}`, { cause: error }));
    });
    return worker;
  }

  #fail(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
