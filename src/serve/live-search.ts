// One search from its being asked for to its end: what it tells, to whoever listens, and what can be fetched of it.

import { EventEmitter, once } from 'node:events';
import type { SearchLosses } from '../pulse/search.js';

/** What a search tells, in this order: `waiting` as often as its place changes, `begun`, `step` after step, and one of the last three. */
export type SearchEvent =
  | { readonly type: 'waiting'; readonly place: number }
  | { readonly type: 'begun' }
  | {
      readonly type: 'step';
      /** From 1. */
      readonly step: number;
      readonly steps: number;
      /** From 0. */
      readonly restart: number;
      readonly losses: SearchLosses;
      /** The learning rate of the step. */
      readonly lr: number;
    }
  | { readonly type: 'notice'; readonly message: string }
  | ({ readonly type: 'done' } & FaceFacts)
  | { readonly type: 'failed'; readonly error: string }
  | { readonly type: 'stopped'; readonly reason: string };

/** What is known of a face that was found. */
export interface FaceFacts {
  /** Counted from 0. */
  readonly best_step: number;
  /** Of the restart that was kept, from 0. */
  readonly restart: number;
  readonly losses: SearchLosses;
  readonly eps: number;
  /** Whether it came within eps. */
  readonly met: boolean;
  readonly seconds: number;
}

export type SearchState = 'waiting' | 'running' | 'done' | 'failed' | 'stopped';

/** How long a search goes on without anybody, in milliseconds. */
export interface Patience {
  /** Before anybody listened. */
  readonly first: number;
  /** After the last listener left, who may come back. */
  readonly again: number;
}

/** Events of a search that is over: most have fewer. */
const MOST_KEPT = 2000;

export class LiveSearch {
  #events: SearchEvent[] = [];
  /** The number of the first that is still known. */
  #first = 0;
  readonly #stop = new AbortController();
  readonly #news = new EventEmitter().setMaxListeners(0);
  #listeners = 0;
  #seen = performance.now();
  #patience: number;
  #state: SearchState = 'waiting';

  constructor(
    readonly id: string,
    private readonly patience: Patience,
  ) {
    this.#patience = patience.first;
  }

  get state(): SearchState {
    return this.#state;
  }

  get isOver(): boolean {
    return this.#state === 'done' || this.#state === 'failed' || this.#state === 'stopped';
  }

  /** Raised when it is to end. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** The last event; undefined before the first. */
  get last(): SearchEvent | undefined {
    return this.#events.at(-1);
  }

  /** Whether nobody has listened or asked for so long that nobody will. */
  isForsaken(now = performance.now()): boolean {
    return this.#listeners === 0 && now - this.#seen > this.#patience;
  }

  /** Events that it has told. */
  get count(): number {
    return this.#first + this.#events.length;
  }

  /** Somebody has asked for it. */
  seen(): void {
    this.#seen = performance.now();
    this.#patience = this.patience.first;
  }

  tell(event: SearchEvent): void {
    if (this.isOver) return;
    this.#events.push(event);
    this.#state = stateAfter(event, this.#state);
    if (this.isOver && this.#events.length > MOST_KEPT) {
      this.#first += this.#events.length - MOST_KEPT;
      this.#events = this.#events.slice(-MOST_KEPT);
    }
    this.#news.emit('told');
  }

  /** Ends it, whatever it does. @param reason as the end of a sentence */
  stop(reason: string): void {
    this.tell({ type: 'stopped', reason });
    this.#stop.abort();
  }

  /**
   * What it has told and tells, until its last event or until the signal is raised. While somebody iterates, it is not forsaken.
   *
   * @param from the number of the first event, from 0; of one that is far ahead, the next
   */
  async *listen(from: number, signal: AbortSignal): AsyncGenerator<readonly [number, SearchEvent]> {
    this.#listeners++;
    try {
      for (let next = Math.min(from, this.count); !signal.aborted; ) {
        next = Math.max(next, this.#first);
        if (next < this.count) yield [next, this.#events[next++ - this.#first]];
        else if (this.isOver) return;
        else await once(this.#news, 'told', { signal }).catch(() => undefined);
      }
    } finally {
      this.#listeners--;
      this.seen();
      if (this.#listeners === 0) this.#patience = this.patience.again;
    }
  }
}

function stateAfter({ type }: SearchEvent, state: SearchState): SearchState {
  switch (type) {
    case 'begun':
      return 'running';
    case 'done':
    case 'failed':
    case 'stopped':
      return type;
    default:
      return state;
  }
}
