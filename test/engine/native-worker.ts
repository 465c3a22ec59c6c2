// A short search on the native engine: in a worker thread when started as one, and for comparison elsewhere.

import { parentPort, workerData } from 'node:worker_threads';
import { openNative } from '../../dist/node/native.js';
import { defaultSearchOptions } from '../../dist/pulse/options.js';
import { search } from '../../dist/pulse/search.js';
import { randomStart } from '../../dist/pulse/start.js';
import { normals } from '../random.js';
import { tinyGenerator } from '../tiny-generator.js';

const SIZE = 4;

/** The face found for a picture, [3, 16, 16]. */
export async function searchTiny(picture: number, steps = 40): Promise<Float32Array> {
  const generator = tinyGenerator(openNative());
  try {
    const options = { ...defaultSearchOptions(generator.info), steps };
    const rgb = Uint8Array.from(normals(`worker ${picture}`, SIZE * SIZE * 3), (x) => 128 + 40 * x);
    const start = await randomStart(generator.info, options, { seed: 1, target: rgb, duplicate: 0, restart: 0 });
    const [{ image }] = await search(generator, [{ rgb, size: SIZE, start }], options).results;
    return image;
  } finally {
    generator.close();
  }
}

if (parentPort && workerData?.picture !== undefined) {
  parentPort.postMessage(await searchTiny(workerData.picture, workerData.steps));
}
