// From a file that was dropped, chosen or pasted to the pixels of its square.

import type { Pixels } from 'facewright/browser';
import type { Frame } from '../state/frame.js';
import type { Picture } from '../state/state.js';

/** Drawings without a size of their own are drawn with so many pixels on their longer side. */
const DRAWN_SIDE = 1024;

/** A larger square is scaled down to this side first: its numbers take 16 bytes a pixel, and no target tells the difference. */
const MOST_PIXELS_A_SIDE = 4096;

/** The picture in a file. @throws Error with a sentence where the browser cannot show it */
export async function readPicture(file: Blob, fileName: string): Promise<Picture> {
  const name = fileName.replace(/\.[^.]+$/, '') || 'picture';
  const drawn = file.type === 'image/svg+xml' ? await drawSvg(file, fileName) : file;
  const address = URL.createObjectURL(drawn);
  try {
    const { naturalWidth: width, naturalHeight: height } = await loadImage(address);
    if (width === 0 || height === 0) throw new Error();
    return { name, address, width, height };
  } catch {
    URL.revokeObjectURL(address);
    throw new Error(`${fileName}: not a picture that this browser can show; PNG, JPEG, WebP, GIF and SVG will do`);
  }
}

/** The image at an address, decoded. */
export async function loadImage(address: string): Promise<HTMLImageElement> {
  const image = new Image();
  image.src = address;
  await image.decode();
  return image;
}

/** The pixels of a square of an image, in its own size up to 4096. */
export function cutOut(image: HTMLImageElement, { left, top, side }: Frame): Pixels {
  const drawn = Math.min(side, MOST_PIXELS_A_SIDE);
  const canvas = new OffscreenCanvas(drawn, drawn);
  const context = canvas.getContext('2d', { willReadFrequently: true })!;
  context.imageSmoothingQuality = 'high';
  context.drawImage(image, left, top, side, side, 0, 0, drawn, drawn);
  return context.getImageData(0, 0, drawn, drawn);
}

async function drawSvg(file: Blob, fileName: string): Promise<Blob> {
  const address = URL.createObjectURL(file);
  try {
    const image = await loadImage(address);
    const scale = DRAWN_SIDE / Math.max(image.naturalWidth, image.naturalHeight, 1);
    const [width, height] = [image.naturalWidth, image.naturalHeight].map(
      (side) => Math.round(side * scale) || DRAWN_SIDE,
    );
    const canvas = new OffscreenCanvas(width, height);
    canvas.getContext('2d')!.drawImage(image, 0, 0, width, height);
    return await canvas.convertToBlob({ type: 'image/png' });
  } catch {
    throw new Error(`${fileName}: not a drawing that this browser can show`);
  } finally {
    URL.revokeObjectURL(address);
  }
}
