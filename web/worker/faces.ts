// Looks for faces in one picture, in a worker of its own: what it takes (150 MB) goes back to the browser when the worker ends.

import type { Face } from '../../src/align/detector.js';
import { findFaces, LEAST_FACE } from '../../src/align/find-faces.js';
import type { Networks } from '../../src/align/networks.js';
import { openNetworks } from '../../src/align/open-networks.js';
import { cropQuad, quadCentre, quadRotation, quadSize } from '../../src/align/quad.js';
import type { Rgb8Image } from '../../src/image/rgb.js';
import * as tf from '../../src/vendor/tensorflow.js';
import type { Crop } from '../state/faces.js';
import type { FacesAnswer, FacesQuestion } from './messages.js';

/** More faces than that are not told of: the largest are. */
const MOST_FACES = 8;

/**
 * Narrower faces, as a part of the picture's longer side, are not looked for: who waits has not come for one in a crowd. At 2048 px that
 * is a fifth of the time of all that `align` looks for.
 */
const LEAST_PART = 1 / 30;

addEventListener('message', async ({ data }: MessageEvent<FacesQuestion>) => {
  postMessage(await answer(data).catch((error: Error): FacesAnswer => ({ type: 'failed', message: error.message })));
});

async function answer({ picture }: FacesQuestion): Promise<FacesAnswer> {
  const networks = await openNetworksBeside();
  const minFace = Math.max(LEAST_FACE, LEAST_PART * Math.max(picture.width, picture.height));
  const { faces } = findFaces(networks, pixelsOf(picture), { maxFaces: MOST_FACES, minFace });
  return { type: 'looked', crops: faces.map(cropOf) };
}

function cropOf({ landmarks }: Face): Crop {
  const quad = cropQuad(landmarks);
  const [x, y] = quadCentre(quad);
  return { x, y, side: quadSize(quad), turned: quadRotation(quad) };
}

/** The networks that lie beside the page, as tools/build-web.mjs puts them there. */
function openNetworksBeside(): Promise<Networks> {
  const beside = (file: string) => new URL(`faces/${file}`, self.location.href).href;
  tf.setWasmPaths(beside(''));
  return openNetworks(tf, async (name) => {
    const [model, weights] = await Promise.all([get(beside(`${name}.json`)), get(beside(`${name}.bin`))]);
    return { model: await model.json(), weights: await weights.arrayBuffer() };
  });
}

async function get(address: string): Promise<Response> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`the server answers ${response.status} for ${address}, which belongs to the page`);
  return response;
}

/** On white, as `facewright align` takes pictures where nothing else is said. */
function pixelsOf(picture: ImageBitmap): Rgb8Image {
  const { width, height } = picture;
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })!;
  context.fillStyle = 'white';
  context.fillRect(0, 0, width, height);
  context.drawImage(picture, 0, 0);
  picture.close();
  const { data: rgba } = context.getImageData(0, 0, width, height);
  const data = new Uint8Array(3 * width * height);
  for (let i = 0; i < width * height; i++) for (let c = 0; c < 3; c++) data[3 * i + c] = rgba[4 * i + c];
  return { width, height, data };
}
