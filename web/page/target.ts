// The small pictures that are looked at: the target, and a face scaled down as the search scales it.

import { type Pixels, targetFromPixels } from 'facewright/browser';
import { useEffect, useState } from 'preact/hooks';
import type { Frame } from '../state/frame.js';
import type { Picture } from '../state/state.js';
import { cutOut, loadImage } from './picture-file.js';

/** While the frame is moved, the target follows so often. */
const FOLLOW_MS = 60;

/** What is searched for: the square of a picture in its own size, and the target made of it. */
export interface Cut {
  readonly pixels: Pixels;
  readonly target: Pixels;
}

/** A square picture scaled to a side, as whoever searches does it. */
export function scaledDown(pixels: Pixels, size: number): Pixels {
  const { rgb } = targetFromPixels(pixels, { size, fit: 'error', background: 'white' });
  const data = new Uint8ClampedArray(4 * size * size).fill(255);
  for (let i = 0; i < size * size; i++) data.set(rgb.subarray(3 * i, 3 * i + 3), 4 * i);
  return { width: size, height: size, data };
}

/** The cut of a picture at a frame. @throws Error where the picture cannot be read any more */
export async function cutAt(picture: Picture, frame: Frame, size: number): Promise<Cut> {
  const pixels = cutOut(await loadImage(picture.address), frame);
  return { pixels, target: scaledDown(pixels, size) };
}

/** The target of a picture at a frame, a moment after these change; undefined until there is one. */
export function useTarget(
  picture: Picture | undefined,
  frame: Frame | undefined,
  size: number | undefined,
): Pixels | undefined {
  const [target, setTarget] = useState<Pixels>();
  useEffect(() => {
    if (!picture || !frame || size === undefined) return;
    let current = true;
    const timer = setTimeout(() => {
      cutAt(picture, frame, size).then(
        (cut) => {
          if (current) setTarget(cut.target);
        },
        // The picture was exchanged meanwhile.
        () => undefined,
      );
    }, FOLLOW_MS);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [picture, frame, size]);
  return picture && target;
}
