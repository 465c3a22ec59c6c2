// The backend of `facewright serve`: the machine that the page came from, over HTTP (docs/serve.md).

import { namedOptions } from 'facewright/browser';
import {
  type Backend,
  BackendError,
  type BackendInfo,
  type SearchRequest,
  type Told,
  type ToldResult,
  type ToldStep,
} from './backend.js';
import { type ServerEvent, serverEvents } from './server-events.js';

/** Beside the page. */
const API = new URL('./v1', document.baseURI);

type Pixels = ToldResult['face'];

interface ServerAnswer extends Pick<BackendInfo, 'engine'> {
  readonly generators: readonly BackendInfo['generator'][];
}

interface SearchAnswer {
  readonly events: string;
  readonly face: string;
  readonly id: string;
}

export class ServerBackend implements Backend {
  readonly where = 'server';
  readonly privacy =
    `Everything is computed by facewright on ${location.hostname}. Your picture goes there and nowhere else, and is not kept.`;
  readonly #headers: HeadersInit;

  /** @param token as the page's address has it, behind `#token=`; undefined where the server wants none */
  constructor(token: string | undefined) {
    this.#headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  }

  async open(): Promise<BackendInfo> {
    const response = await fetch(API, { headers: this.#headers });
    if (response.ok) {
      const { generators, engine } = (await response.json()) as ServerAnswer;
      return { generator: generators[0], engine, ...(generators.length > 1 && { choice: generators }) };
    }
    if (response.status === 401) {
      throw new BackendError('no-engine', 'this server wants its token: add #token=… to the address of this page');
    }
    throw new BackendError('no-engine', (await response.json()).error);
  }

  async *search(request: SearchRequest, signal: AbortSignal): AsyncGenerator<Told> {
    const asked = await this.#ask(request, signal);
    if (asked === undefined) return;
    try {
      yield* this.#listen(asked, signal);
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      // Also when it is over: nobody will ask for it again.
      this.#fetch(`${API}/searches/${asked.id}`, { method: 'DELETE' }).catch(() => undefined);
    }
  }

  /** @returns undefined once the signal was raised */
  async #ask(request: SearchRequest, signal: AbortSignal): Promise<SearchAnswer | undefined> {
    const body = await formOf(request);
    try {
      const response = await this.#fetch(`${API}/searches`, { method: 'POST', body, signal });
      return (await response.json()) as SearchAnswer;
    } catch (error) {
      if (signal.aborted) return undefined;
      throw error;
    }
  }

  async *#listen(asked: SearchAnswer, signal: AbortSignal): AsyncGenerator<Told> {
    const response = await this.#fetch(asked.events, { signal });
    const traces: ToldStep['losses'][][] = [];
    // One face at a time: where the line is slower than the search, steps go without.
    let fetching = false;
    let face: Pixels | undefined;
    const fetchFace = async () => {
      if (fetching) return;
      fetching = true;
      face = (await this.#face(asked, signal).catch(() => undefined))?.pixels;
      fetching = false;
    };
    for await (const event of serverEvents(response.body!)) {
      if (event.type === 'step') {
        const { step, steps, restart, losses, lr } = event.data as Omit<ToldStep, 'type'>;
        traces[restart] ??= [];
        traces[restart].push(losses);
        fetchFace();
        yield { type: 'step', step, steps, restart, losses, lr, face };
        face = undefined;
      } else if (event.type === 'done') {
        const { best_step: bestStep, restart, losses, met } = event.data as DoneData;
        const { pixels, png } = await this.#face(asked, signal);
        yield { type: 'result', face: pixels, met, losses, bestStep, restart, trace: traces[restart], png };
      } else if (event.type === 'failed' || event.type === 'stopped') throw failureOf(event);
    }
  }

  async #face({ face }: SearchAnswer, signal: AbortSignal): Promise<{ pixels: Pixels; png: Uint8Array<ArrayBuffer> }> {
    const blob = await (await this.#fetch(face, { signal })).blob();
    return { pixels: await pixelsOf(blob), png: new Uint8Array(await blob.arrayBuffer()) };
  }

  /** @throws BackendError that says what the server does */
  async #fetch(address: string, init: RequestInit = {}): Promise<Response> {
    const response = await fetch(new URL(address, API), { ...init, headers: this.#headers }).catch((error) => {
      if (init.signal?.aborted) throw error;
      throw new BackendError('other', 'the server does not answer any more; start it again and load the page anew');
    });
    if (response.ok) return response;
    const { error } = await response.json().catch(() => ({ error: `the server answers ${response.status}` }));
    throw new BackendError('other', error);
  }
}

interface DoneData {
  readonly best_step: number;
  readonly restart: number;
  readonly losses: ToldStep['losses'];
  readonly met: boolean;
}

function failureOf({ data }: ServerEvent): BackendError {
  const { error, reason } = data as { readonly error?: string; readonly reason?: string };
  return new BackendError('other', error ?? `the search was stopped: ${reason}`);
}

/** The form that asks for a search. */
async function formOf({ picture, model, size, seed, restarts, options }: SearchRequest): Promise<FormData> {
  const named = namedOptions(
    { search: options, restarts, fit: 'pad', background: 'white', precision: 'f32' },
    { class: undefined },
  );
  const form = new FormData();
  form.append('picture', await pngOf(picture), 'picture.png');
  const fields = { ...named, model, size, seed, preview: true };
  for (const [name, value] of Object.entries(fields)) form.append(name, String(value));
  return form;
}

async function pngOf({ width, height, data }: Pixels): Promise<Blob> {
  const canvas = new OffscreenCanvas(width, height);
  canvas.getContext('2d')!.putImageData(new ImageData(new Uint8ClampedArray(data), width, height), 0, 0);
  return canvas.convertToBlob({ type: 'image/png' });
}

async function pixelsOf(png: Blob): Promise<Pixels> {
  const bitmap = await createImageBitmap(png, { colorSpaceConversion: 'none' });
  const { width, height } = bitmap;
  const context = new OffscreenCanvas(width, height).getContext('2d')!;
  context.drawImage(bitmap, 0, 0);
  return context.getImageData(0, 0, width, height);
}
