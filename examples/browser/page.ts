// The page: a picture goes to the worker, and faces come back.

import { facePixels } from 'facewright/browser';
import type { Asked, Told } from './worker.js';

const element = <T extends Element>(selector: string) => document.querySelector<T>(selector)!;
const [shown, said] = [element<HTMLCanvasElement>('#face'), element('output')];
const [weights, picture] = [element<HTMLInputElement>('#weights'), element<HTMLInputElement>('#picture')];

element('form').addEventListener('submit', (event) => {
  event.preventDefault();
  find().catch((error) => {
    said.textContent = String(error);
  });
});

async function find(): Promise<void> {
  const [model, image] = [weights.files?.[0], picture.files?.[0]];
  if (!model || !image) throw new Error('a .safetensors file and a picture are wanted');
  const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
  worker.addEventListener('message', ({ data }: MessageEvent<Told>) => {
    show(data);
    if (!('step' in data)) worker.terminate();
  });
  const asked: Asked = {
    weights: new Uint8Array(await model.arrayBuffer()),
    pixels: await pixelsOf(image),
    size: Number(element<HTMLInputElement>('#size').value),
    seed: Number(element<HTMLInputElement>('#seed').value),
    steps: Number(element<HTMLInputElement>('#steps').value),
  };
  worker.postMessage(asked, [asked.weights.buffer]);
}

/** In the picture's own size: facewright scales it down itself, with the kernel of the search. */
async function pixelsOf(image: Blob): Promise<ImageData> {
  const bitmap = await createImageBitmap(image);
  const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d')!;
  context.drawImage(bitmap, 0, 0);
  return context.getImageData(0, 0, bitmap.width, bitmap.height);
}

function show(told: Told): void {
  if ('failed' in told) {
    said.textContent = told.failed;
  } else if ('step' in told) {
    const { side } = told;
    [shown.width, shown.height] = [side, side];
    shown.getContext('2d')!.putImageData(new ImageData(facePixels(told.face, side), side), 0, 0);
    said.textContent = `step ${told.step}: L2 ${told.l2.toFixed(4)}`;
  } else {
    said.textContent = `${told.met ? 'met' : 'missed'}: L2 ${told.l2.toFixed(4)}, on ${told.adapter}`;
  }
}
