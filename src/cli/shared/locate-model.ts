// A generator by path, name or address: fetched where it has to be, with its licence told before and a bar meanwhile.

import { type FetchEvent, type FetchedFile, locateWeights } from '../../index.js';
import { byteCount } from '../../words.js';
import type { Console } from './console.js';
import { duration } from './table.js';

export interface LocateModelOptions {
  /** Folder for what is fetched; by default the user's cache folder. */
  readonly cache?: string;
  readonly signal?: AbortSignal;
  /** Fetch it again, whatever is there. */
  readonly again?: boolean;
}

/** What there is to open, in the words of `openGenerator`'s options. */
export interface LocatedModel {
  /** A file or folder. */
  readonly model: string;
  /** What the catalogue says, where it has it. */
  readonly licence?: string;
}

/**
 * Finds the files of a generator, and fetches what of them is missing.
 *
 * @throws FacewrightError for a name that nothing has, and when fetching fails; AbortedError when the signal is raised
 */
export async function locateModel(model: string, console: Console, options: LocateModelOptions): Promise<LocatedModel> {
  const bar = new FetchBar(console);
  try {
    const onFile = (file: FetchedFile) => console.note(tellFile(file));
    const onEvent = (event: FetchEvent) => bar.show(event);
    const { path, offer } = await locateWeights(model, { ...options, onFile, onEvent });
    return { model: path, ...(offer === undefined ? {} : { licence: offer.licence }) };
  } finally {
    bar.end();
  }
}

/** Whose file it is, and what may be done with it. */
function tellFile({ offer, url, path }: FetchedFile): string {
  if (offer === undefined) return `fetching ${url} to ${path}; its owner says under which licence`;
  const { name, title, resolution, licence, page, note } = offer;
  const about = `${name}: ${title}, ${resolution} px\nlicence: ${licence}; ${page}`;
  return `${about}${note === undefined ? '' : ` (${note})`}\nfetching ${url} to ${path}`;
}

/** What is shown of a fetch. */
class FetchBar {
  #began = 0;
  #total: number | undefined;

  constructor(private readonly console: Console) {}

  show(event: FetchEvent): void {
    const { console } = this;
    switch (event.kind) {
      case 'begun':
        this.end();
        this.#total = event.total;
        this.#began = performance.now();
        if (event.have > 0) console.note(`going on after ${byteCount(event.have)}`);
        console.beginProgress(event.total ?? 1, 'fetching');
        break;
      case 'progress':
        this.#progress(event.bytes);
        break;
      case 'retry':
        this.end();
        console.note(`${event.reason}; trying again in ${duration(event.seconds)}`);
        break;
      case 'restart':
        this.end();
        console.note(`${event.reason}; beginning again`);
        break;
      default:
        this.end();
        console.note(`checking (all of it here in ${duration((performance.now() - this.#began) / 1000)})`);
    }
  }

  #progress(bytes: number): void {
    const total = this.#total;
    const count = total === undefined ? byteCount(bytes) : `${byteCount(bytes)} of ${byteCount(total)}`;
    // Without a length there is no share of it to show.
    this.console.progress({ done: total === undefined ? 0 : bytes, count, rate: { unit: 1e6, noun: 'MB' } });
  }

  end(): void {
    this.console.endProgress();
  }
}
