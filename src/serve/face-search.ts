// What the machine does for one request: a picture becomes a target, and a face is searched for.

import { FacewrightError } from '../errors.js';
import type { Target } from '../image/to-target.js';
import { encodePng, toRgb8 } from '../image/write.js';
import type { Generator } from '../model/generator.js';
import { isBetter, type SearchResult, search } from '../pulse/search.js';
import { randomStart } from '../pulse/start.js';
import { withNotes } from '../results/picture-notes.js';
import { creatorTool } from '../runs/out-folder.js';
import { Recovery } from '../runs/recovery.js';
import { targetPng } from '../runs/result-writer.js';
import { searchNotes } from '../runs/search-notes.js';
import type { Asked } from './asked.js';
import type { LiveSearch } from './live-search.js';

/** A search that is asked for, with its target: of the picture itself nothing is kept. */
export class FaceSearch {
  #latest: Float32Array | undefined;
  /** Of the latest, for all who ask for it. */
  #preview: Promise<Uint8Array> | undefined;
  #face: Uint8Array | undefined;

  /** @param generator that searches: it stays open until the search is over */
  constructor(
    readonly generator: Generator,
    readonly asked: Asked,
    readonly target: Target,
  ) {}

  /** The target as PNG. */
  targetPng(): Promise<Uint8Array> {
    return targetPng(this.target);
  }

  /** The face as PNG: with its notes when it is found; with a preview, the best so far of the restart that runs; undefined without any. */
  async facePng(): Promise<Uint8Array | undefined> {
    if (this.#face !== undefined || this.#latest === undefined) return this.#face;
    this.#preview ??= pngOf(this.#latest, this.generator.info.resolution);
    return this.#preview;
  }

  /**
   * Searches, from as many starts as were asked for, and keeps the best face.
   *
   * @throws AbortedError when the search is stopped; FacewrightError when it fails
   */
  async perform(live: LiveSearch): Promise<void> {
    try {
      await this.#perform(live);
    } finally {
      this.#show(undefined);
    }
  }

  async #perform(live: LiveSearch): Promise<void> {
    const began = performance.now();
    const recovery = new Recovery(this.generator, async (message) => live.tell({ type: 'notice', message }));
    let best: { readonly result: SearchResult; readonly restart: number } | undefined;
    for (let restart = 0; restart < this.asked.restarts; ) {
      try {
        const result = await this.#once(live, restart);
        recovery.succeeded();
        if (best === undefined || isBetter(result, best.result)) best = { result, restart };
        restart++;
      } catch (error) {
        // Begun anew where the device was lost; thrown where nothing would help.
        if ((await recovery.after(error, 1)) === undefined) throw error;
      }
    }
    const { result, restart } = best!;
    if (!Number.isFinite(result.losses.TOTAL) || !Number.isFinite(result.losses.L2)) {
      throw new FacewrightError('the search ended in numbers that are not finite; a smaller learning-rate may help');
    }
    const seconds = (performance.now() - began) / 1000;
    const notes = searchNotes(creatorTool.serve, this.generator, { ...this.asked, result, restart });
    this.#face = withNotes(await pngOf(result.image, this.generator.info.resolution), notes);
    const { losses, met } = result;
    live.tell({ type: 'done', best_step: result.bestStep, restart, losses, eps: this.asked.search.eps, met, seconds });
  }

  #show(image: Float32Array | undefined): void {
    this.#latest = image;
    this.#preview = undefined;
  }

  async #once(live: LiveSearch, restart: number): Promise<SearchResult> {
    const { generator } = this;
    const { search: options, seed, preview } = this.asked;
    const { rgb, size } = this.target;
    const start = await randomStart(generator.info, options, { seed, target: rgb, duplicate: 0, restart });
    const extra = { signal: live.signal, intermediate: preview };
    const running = search(generator, [{ rgb, size, start }], options, extra);
    for await (const { step, steps, losses, lr, images } of running) {
      if (images) this.#show(images[0]);
      live.tell({ type: 'step', step, steps, restart, losses: losses[0], lr });
    }
    return (await running.results)[0];
  }
}

function pngOf(image: Float32Array, side: number): Promise<Buffer> {
  return encodePng({ data: toRgb8(image, side, side), width: side, height: side }, { creatorTool: creatorTool.serve });
}
