// A thread that finds faces: the networks are opened once, and pictures come one after the other.

import { parentPort } from 'node:worker_threads';
import { FacewrightError } from '../errors.js';
import type { Rgb8Image } from '../image/rgb.js';
import { openBundledNetworks } from './bundled-networks.js';
import type { Detected, DetectOptions } from './detector.js';
import { findFaces } from './find-faces.js';

/** What the thread is asked. */
export interface WorkerQuestion {
  readonly id: number;
  readonly picture: Rgb8Image;
  readonly options: DetectOptions;
}

/** What it answers. */
export type WorkerAnswer =
  | { readonly id: number; readonly found: Detected }
  | { readonly id: number; readonly error: string; readonly known: boolean };

const networks = openBundledNetworks();
// Whoever asks first is told.
networks.catch(() => {});

parentPort?.on('message', async ({ id, picture, options }: WorkerQuestion) => {
  let answer: WorkerAnswer;
  try {
    answer = { id, found: findFaces(await networks, picture, options) };
  } catch (error) {
    const { message } = error as Error;
    answer = { id, error: message, known: error instanceof FacewrightError };
  }
  parentPort!.postMessage(answer);
});
