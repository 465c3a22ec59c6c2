// What the page asks of whoever searches: a worker in the browser, or a machine over HTTP. The page knows nothing else of it.

import type { EngineInfo, GeneratorInfo, Pixels, SearchLosses, SearchOptions } from 'facewright/browser';

/** What searches, and with what. */
export interface BackendInfo {
  readonly generator: Pick<GeneratorInfo, 'name' | 'licence' | 'resolution' | 'noiseSides' | 'badNoise'>;
  readonly engine: Pick<EngineInfo, 'adapter' | 'software'>;
  /** All generators that may be asked for, where there are several. */
  readonly choice?: readonly BackendInfo['generator'][];
}

/** How far a backend is with getting ready. */
export interface Readying {
  readonly what: 'engine' | 'weights' | 'prior';
  /** 0 to 1, where it is known. */
  readonly share?: number;
}

/** What is to be found. */
export interface SearchRequest extends AskedSearch {
  /** The generator that searches, by its name: that of `BackendInfo`, or another of its choice. */
  readonly model: string;
  /** Square, in its own size: it is scaled to the target by whoever searches. */
  readonly picture: Pixels;
}

/** The same as the form has it. */
export interface AskedSearch {
  /** Side of the target in pixels. */
  readonly size: number;
  readonly seed: number;
  /** Searches, of which the best is kept. */
  readonly restarts: number;
  readonly options: SearchOptions;
}

/** A step that was done. */
export interface ToldStep {
  readonly type: 'step';
  /** From 1, of this restart. */
  readonly step: number;
  readonly steps: number;
  /** From 0. */
  readonly restart: number;
  /** As optimised: L2 no less than eps. */
  readonly losses: SearchLosses;
  /** The learning rate of the step. */
  readonly lr: number;
  /** The best of this restart so far, where the backend tells it at every step. */
  readonly face?: Pixels;
}

/** What was found. */
export interface ToldResult {
  readonly type: 'result';
  readonly face: Pixels;
  readonly met: boolean;
  /** Of the best step, not clamped. */
  readonly losses: SearchLosses;
  /** The best step, from 0. */
  readonly bestStep: number;
  /** The restart that was kept, from 0. */
  readonly restart: number;
  /** Losses of that restart as optimised, step by step. */
  readonly trace: readonly SearchLosses[];
  /** The face as a PNG that says how it was made. */
  readonly png: Uint8Array<ArrayBuffer>;
}

export type Told = ToldStep | ToldResult;

/** What went wrong, as far as the page has something of its own to say about it. */
export type FailureKind = 'no-engine' | 'no-generator' | 'memory' | 'lost' | 'other';

/** Thrown by backends; the message is a sentence for people. */
export class BackendError extends Error {
  override readonly name = 'BackendError';

  constructor(
    readonly kind: FailureKind,
    message: string,
  ) {
    super(message);
  }
}

export interface Backend {
  /** Where it computes. */
  readonly where: 'browser' | 'server';
  /** The same, and what becomes of the picture, as sentences for people. */
  readonly privacy: string;
  /** Gets ready. @throws BackendError */
  open(onReadying: (readying: Readying) => void): Promise<BackendInfo>;
  /**
   * Takes a safetensors file for the generator, where a backend can: what was there before stays until the new one is ready, and when it
   * cannot be read.
   *
   * @throws BackendError
   */
  readonly useWeights?: (file: File, onReadying: (readying: Readying) => void) => Promise<BackendInfo>;
  /**
   * Searches: steps, and then the result. One search at a time; it ends early, without an error, when the signal says so.
   *
   * @throws BackendError
   */
  search(request: SearchRequest, signal: AbortSignal): AsyncIterable<Told>;
}
