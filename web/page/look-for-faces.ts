// Looks for the faces of a picture, in a worker that is there for as long as that takes.

import { useEffect } from 'preact/hooks';
import { type Crop, type Faces, faceOf } from '../state/faces.js';
import type { Action, Picture } from '../state/state.js';
import type { FacesAnswer, FacesQuestion } from '../worker/messages.js';
import { loadImage } from './picture-file.js';

/** Beside the page's own script: it is loaded with the first picture. */
const WORKER = new URL('./faces.js', import.meta.url);

/** A larger picture is scaled down to this on its longer side: phones have little memory, and smaller faces are too few pixels to cut out. */
const MOST_SIDE = 2048;

/** Looks for faces while the state says so, and tells it what was found. */
export function useFaces(
  picture: Picture | undefined,
  faces: Faces | undefined,
  dispatch: (action: Action) => void,
): void {
  const looking = faces?.state === 'looking';
  useEffect(() => {
    if (!picture || !looking) return;
    const stopping = new AbortController();
    look(picture, stopping.signal).then(
      (crops) => {
        const seen = crops.map((crop) => faceOf(crop, picture));
        dispatch({ type: 'faces', picture, faces: { state: 'looked', seen } });
      },
      (error: Error) => dispatch({ type: 'faces', picture, faces: { state: 'failed', message: error.message } }),
    );
    return () => stopping.abort();
  }, [picture, looking, dispatch]);
}

/** What faces would be cropped to, in pixels of the picture. @throws Error where that cannot be told */
async function look(picture: Picture, signal: AbortSignal): Promise<Crop[]> {
  const image = await loadImage(picture.address);
  const scale = Math.min(1, MOST_SIDE / Math.max(picture.width, picture.height));
  const [resizeWidth, resizeHeight] = [picture.width, picture.height].map((side) =>
    Math.max(Math.round(side * scale), 1),
  );
  const pixels = await createImageBitmap(image, { resizeWidth, resizeHeight, resizeQuality: 'high' });
  signal.throwIfAborted();
  const crops = await askWorker({ picture: pixels }, signal);
  const back = (at: number) => (at + 0.5) / scale - 0.5;
  return crops.map(({ x, y, side, turned }) => ({ x: back(x), y: back(y), side: side / scale, turned }));
}

function askWorker(question: FacesQuestion, signal: AbortSignal): Promise<readonly Crop[]> {
  const worker = new Worker(WORKER, { type: 'module' });
  const answered = new Promise<readonly Crop[]>((resolve, reject) => {
    worker.addEventListener('message', ({ data }: MessageEvent<FacesAnswer>) => {
      if (data.type === 'looked') resolve(data.crops);
      else reject(new Error(data.message));
    });
    worker.addEventListener('error', ({ message }) => reject(new Error(message || 'its script cannot be loaded')));
    signal.addEventListener('abort', () => reject(signal.reason));
  });
  worker.postMessage(question, [question.picture]);
  return answered.finally(() => worker.terminate());
}
