// An engine and a generator on it, and the searches that they do.

import {
  DeviceLostError,
  type Engine,
  FacewrightError,
  facePixels,
  type Generator,
  isBetter,
  OutOfMemoryError,
  openBrowserEngine,
  type Pixels,
  randomStart,
  readGenerator,
  type SearchResult,
  search,
  searchNotes,
  type Target,
  targetFromPixels,
  withNotes,
} from 'facewright/browser';
import {
  BackendError,
  type BackendInfo,
  type Readying,
  type SearchRequest,
  type Told,
  type ToldResult,
} from '../backend.js';
import { demoWeights } from './demo-weights.js';

/** A square picture needs neither; they stand in the notes of every face. */
const SQUARE = { fit: 'pad', background: 'white' } as const;

interface Kept {
  readonly result: SearchResult;
  readonly restart: number;
}

export class Session {
  /** Whether a failure left the device in a state that nobody knows. */
  #spoilt = false;

  private constructor(
    private readonly engine: Engine,
    private readonly generator: Generator,
  ) {}

  /**
   * @param weights a safetensors file; by default the demo generator's
   * @throws BackendError
   */
  static async open(weights: File | undefined, onReadying: (readying: Readying) => void): Promise<Session> {
    onReadying({ what: 'engine' });
    const engine = await openBrowserEngine().catch(because('no-engine'));
    try {
      onReadying({ what: 'weights' });
      const bytes = weights
        ? new Uint8Array(await weights.arrayBuffer())
        : await demoWeights((share) => onReadying({ what: 'weights', share }));
      const generator = await readGenerator(bytes, {
        engine,
        name: weights?.name.replace(/\.safetensors$/i, '') ?? 'demo-128',
        onFit: (share) => onReadying({ what: 'prior', share }),
      });
      return new Session(engine, generator);
    } catch (error) {
      engine.close();
      return because('no-generator')(error as Error);
    }
  }

  get info(): BackendInfo {
    const { name, licence, resolution, noiseSides, badNoise } = this.generator.info;
    const { adapter, software } = this.engine.info;
    return { generator: { name, licence, resolution, noiseSides, badNoise }, engine: { adapter, software } };
  }

  /** Searches as often as is asked, and tells every step and the best result. @throws what `search` throws */
  async search(request: SearchRequest, signal: AbortSignal, tell: (told: Told) => void): Promise<void> {
    if (this.#spoilt) await this.generator.reopen();
    this.#spoilt = false;
    try {
      const target = targetFromPixels(request.picture, { size: request.size, ...SQUARE });
      let best: Kept | undefined;
      for (let restart = 0; restart < request.restarts; restart++) {
        const result = await this.#searchOnce(request, target, restart, signal, tell);
        if (!best || isBetter(result, best.result)) best = { result, restart };
      }
      if (best) tell(await this.#resultOf(request, best));
    } catch (error) {
      this.#spoilt = error instanceof DeviceLostError || error instanceof OutOfMemoryError;
      throw error;
    }
  }

  async #searchOnce(
    { options, seed }: SearchRequest,
    { rgb, size }: Target,
    restart: number,
    signal: AbortSignal,
    tell: (told: Told) => void,
  ): Promise<SearchResult> {
    const { generator } = this;
    const start = await randomStart(generator.info, options, { seed, target: rgb, duplicate: 0, restart });
    const running = search(generator, [{ rgb, size, start }], options, { signal, intermediate: true });
    for await (const { step, steps, losses, lr, images } of running) {
      tell({ type: 'step', step, steps, restart, losses: losses[0], lr, face: this.#face(images![0]) });
    }
    return (await running.results)[0];
  }

  #face(image: Float32Array): Pixels {
    const side = this.generator.info.resolution;
    return { width: side, height: side, data: facePixels(image, side) };
  }

  async #resultOf(request: SearchRequest, { result, restart }: Kept): Promise<ToldResult> {
    const face = this.#face(result.image);
    const { met, losses, bestStep, trace } = result;
    const { options, seed, size, restarts } = request;
    const asked = { ...SQUARE, search: options, seed, size, restarts, result, restart };
    const png = withNotes(await encodePng(face), searchNotes('facewright web', this.generator, asked));
    return { type: 'result', face, met, losses, bestStep, restart, trace, png };
  }
}

/** Throws on what people can mend as a failure of a kind; anything else is a defect, and stays what it is. */
function because(kind: 'no-engine' | 'no-generator') {
  return (error: Error): never => {
    if (error instanceof FacewrightError) throw new BackendError(kind, error.message);
    throw error;
  };
}

async function encodePng({ width, height, data }: Pixels): Promise<Uint8Array> {
  const canvas = new OffscreenCanvas(width, height);
  canvas.getContext('2d')!.putImageData(new ImageData(data as Uint8ClampedArray<ArrayBuffer>, width, height), 0, 0);
  return new Uint8Array(await (await canvas.convertToBlob({ type: 'image/png' })).arrayBuffer());
}
