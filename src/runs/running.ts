// Work that tells what it does while it does it, to whoever iterates over it.

import { AbortedError, FacewrightError } from '../errors.js';

/** Tells an event; settles once it has been taken, so that work does not run ahead of whoever watches. */
export type Emit<Event> = (event: Event) => Promise<void>;

/** Work that takes long. It ends early, and not in an error, when the signal is raised. */
export type Work<Event, Summary> = (emit: Emit<Event>, signal: AbortSignal) => Promise<Summary>;

/**
 * Work on many pictures that is under way. Iterate over it to watch (and drive) it, or await `summary`, which drives it
 * to its end; or both, in this order. A loop that is left early stops the work once what is being written is whole.
 *
 * The work waits for the loop: what takes long between two events holds it up.
 */
export class Running<Event, Summary> implements AsyncIterable<Event> {
  readonly #work: Work<Event, Summary>;
  readonly #signal: AbortSignal | undefined;
  readonly #summary: Promise<Summary>;
  #settle!: { resolve: (summary: Summary | PromiseLike<Summary>) => void; reject: (error: unknown) => void };
  #begun = false;

  /** @param signal stops the work */
  constructor(work: Work<Event, Summary>, signal: AbortSignal | undefined) {
    this.#work = work;
    this.#signal = signal;
    this.#summary = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    // Whoever only iterates gets the error from the loop.
    this.#summary.catch(() => undefined);
  }

  /** @throws FacewrightError the second time; what the work throws */
  async *[Symbol.asyncIterator](): AsyncGenerator<Event, void, undefined> {
    if (this.#begun) throw new FacewrightError('a run can be iterated over only once');
    this.#begun = true;
    const left = new AbortController();
    const signal = this.#signal === undefined ? left.signal : AbortSignal.any([this.#signal, left.signal]);
    const events = new Channel<Event>();
    const ended = this.#work((event) => events.put(event), signal).finally(() => events.close());
    this.#settle.resolve(ended);
    ended.catch(() => undefined);
    try {
      yield* events.taken();
      await ended;
    } finally {
      // Left early: nobody takes any more events, and the work may end.
      left.abort(new AbortedError('the run was left before its end'));
      events.close();
      await ended.catch(() => undefined);
    }
  }

  /**
   * What came of it, also when it was stopped.
   *
   * @throws what the work throws
   */
  get summary(): Promise<Summary> {
    if (!this.#begun) {
      (async () => {
        for await (const _ of this);
      })().catch(() => undefined);
    }
    return this.#summary;
  }
}

/** Hands things from those that have them to the one who takes them, in order. */
class Channel<T> {
  readonly #offered: { readonly thing: T; readonly onTaken: () => void }[] = [];
  #closed = false;
  #onOffer: () => void = () => {};

  /** Settles when the thing is taken, or nobody will take it. */
  put(thing: T): Promise<void> {
    if (this.#closed) return Promise.resolve();
    return new Promise((onTaken) => {
      this.#offered.push({ thing, onTaken });
      this.#onOffer();
    });
  }

  /** Takes what is offered until the channel is closed; what was offered by then comes first. */
  async *taken(): AsyncGenerator<T, void, undefined> {
    for (;;) {
      const next = this.#offered.shift();
      if (next !== undefined) {
        next.onTaken();
        yield next.thing;
      } else if (this.#closed) return;
      else {
        await new Promise<void>((resolve) => {
          this.#onOffer = resolve;
        });
      }
    }
  }

  close(): void {
    this.#closed = true;
    for (const { onTaken } of this.#offered) onTaken();
    this.#onOffer();
  }
}
