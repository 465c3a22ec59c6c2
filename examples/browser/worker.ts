// The search, in a worker: the page stays at ease whatever the GPU does.

import {
  defaultSearchOptions,
  errorText,
  openBrowserEngine,
  type Pixels,
  randomStart,
  readGenerator,
  search,
  targetFromPixels,
} from 'facewright/browser';

/** What the page asks for. */
export interface Asked {
  /** A safetensors file. */
  readonly weights: Uint8Array;
  readonly pixels: Pixels;
  /** Side of the target in pixels. */
  readonly size: number;
  readonly seed: number;
  readonly steps: number;
}

/** What the page is told. */
export type Told =
  | { readonly step: number; readonly l2: number; readonly face: Float32Array; readonly side: number }
  | { readonly met: boolean; readonly l2: number; readonly adapter: string }
  | { readonly failed: string };

const tell = (told: Told) => postMessage(told);

addEventListener('message', ({ data }: MessageEvent<Asked>) => {
  find(data).catch((error) => tell({ failed: errorText(error) }));
});

async function find({ weights, pixels, size, seed, steps }: Asked): Promise<void> {
  const engine = await openBrowserEngine();
  try {
    const generator = await readGenerator(weights, { engine, name: 'weights' });
    const options = { ...defaultSearchOptions(generator.info), steps };
    const { rgb } = targetFromPixels(pixels, { size, fit: 'pad', background: 'white' });
    const start = await randomStart(generator.info, options, { seed, target: rgb, duplicate: 0, restart: 0 });
    const running = search(generator, [{ rgb, size, start }], options, { intermediate: true });
    for await (const { step, losses, images } of running) {
      tell({ step, l2: losses[0].L2, face: images![0], side: generator.info.resolution });
    }
    const [{ met, losses }] = await running.results;
    tell({ met, l2: losses.L2, adapter: engine.info.adapter });
    generator.close();
  } finally {
    engine.close();
  }
}
