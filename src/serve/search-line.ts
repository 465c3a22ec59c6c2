// Searches one after another: those that wait, the one that runs, and for a while those that are over.

import { randomUUID } from 'node:crypto';
import { errorText, FacewrightError } from '../errors.js';
import { LiveSearch, type Patience } from './live-search.js';

export interface LineLimits {
  /** Searches that may wait. */
  readonly waiting: number;
  /** Searches that are kept when they are over, and for how long, in milliseconds. */
  readonly kept: number;
  readonly keptMs: number;
  readonly patience: Patience;
}

/** As many wait as may: a later try may find a place. */
export class LineFullError extends FacewrightError {
  override readonly name = 'LineFullError';
}

/** How often it is looked whose asker is gone, and what has been kept long enough. */
const ROUND_MS = 1000;

/** @typeParam Work what a search is, beside what it tells */
export class SearchLine<Work> {
  readonly #limits: LineLimits;
  readonly #perform: (search: LiveSearch, work: Work) => Promise<void>;
  readonly #onDefect: (error: unknown) => void;
  readonly #waiting: { readonly search: LiveSearch; readonly work: Work }[] = [];
  /** By id, in the order in which they were asked for; with what is left of each. */
  readonly #all = new Map<string, { readonly search: LiveSearch; readonly work: Work; overAt?: number }>();
  readonly #rounds: NodeJS.Timeout;
  #running: Promise<void> | undefined;
  #closed = false;

  /**
   * @param perform does the search, telling all but its beginning and its failure; it ends soon once the search's signal is raised
   * @param onDefect is given what a search threw that is no sentence for people
   */
  constructor(
    limits: LineLimits,
    perform: (search: LiveSearch, work: Work) => Promise<void>,
    onDefect: (error: unknown) => void = () => undefined,
  ) {
    this.#limits = limits;
    this.#perform = perform;
    this.#onDefect = onDefect;
    this.#rounds = setInterval(() => this.#round(), ROUND_MS).unref();
  }

  /** Searches that wait. */
  get length(): number {
    return this.#waiting.length;
  }

  /** Those that wait, run, or are over and still kept. */
  get searches(): readonly LiveSearch[] {
    return [...this.#all.values()].map(({ search }) => search);
  }

  /** @throws LineFullError when as many wait as may */
  checkRoom(): void {
    if (this.#closed) throw new LineFullError('the server is stopping; ask again when it is back');
    const { waiting } = this.#limits;
    if (this.#running === undefined || this.#waiting.length < waiting) return;
    throw new LineFullError(`the line is full, ${waiting} searches long; try again later`);
  }

  /** Puts a search at the end of the line. @throws LineFullError when as many wait as may */
  add(work: Work): LiveSearch {
    this.checkRoom();
    const search = new LiveSearch(randomUUID(), this.#limits.patience);
    this.#all.set(search.id, { search, work });
    this.#waiting.push({ search, work });
    search.tell({ type: 'waiting', place: this.#waiting.length });
    this.#goOn();
    return search;
  }

  get(id: string): { readonly search: LiveSearch; readonly work: Work } | undefined {
    return this.#all.get(id);
  }

  /** Stops a search where it is not over, and forgets it. @returns false where there is none of that id */
  remove(id: string, reason: string): boolean {
    const found = this.#all.get(id);
    if (found === undefined) return false;
    this.#stop(found.search, reason);
    this.#all.delete(id);
    return true;
  }

  /** Stops all. Settles when nothing runs any more. */
  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#rounds);
    for (const { search } of this.#all.values()) this.#stop(search, 'the server was stopped');
    await this.#running;
  }

  #stop(search: LiveSearch, reason: string): void {
    if (search.isOver) return;
    search.stop(reason);
    const place = this.#waiting.findIndex((one) => one.search === search);
    if (place < 0) return;
    this.#waiting.splice(place, 1);
    this.#tellPlaces(place);
  }

  #tellPlaces(from: number): void {
    for (let i = from; i < this.#waiting.length; i++) this.#waiting[i].search.tell({ type: 'waiting', place: i + 1 });
  }

  #goOn(): void {
    if (this.#running !== undefined) return;
    const next = this.#waiting.shift();
    if (next === undefined) return;
    this.#tellPlaces(0);
    this.#running = this.#run(next.search, next.work).finally(() => {
      this.#running = undefined;
      this.#goOn();
    });
  }

  async #run(search: LiveSearch, work: Work): Promise<void> {
    search.tell({ type: 'begun' });
    try {
      await this.#perform(search, work);
    } catch (error) {
      // What was stopped has told so.
      if (!search.isOver) search.tell({ type: 'failed', error: errorText(error) });
      if (!(error instanceof FacewrightError)) this.#onDefect(error);
    }
  }

  #round(): void {
    const now = performance.now();
    const { kept, keptMs } = this.#limits;
    const over: string[] = [];
    for (const [id, one] of this.#all) {
      if (!one.search.isOver && one.search.isForsaken(now)) this.#stop(one.search, 'nobody asked for it any more');
      if (!one.search.isOver) continue;
      one.overAt ??= now;
      over.push(id);
    }
    const tooMany = over.slice(0, Math.max(0, over.length - kept));
    const tooOld = over.filter((id) => now - this.#all.get(id)!.overAt! > keptMs);
    for (const id of [...tooMany, ...tooOld]) this.#all.delete(id);
  }
}
