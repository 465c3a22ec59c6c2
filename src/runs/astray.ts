// Whether pictures should be cropped to their faces before they are searched for: a look at some of them.

import type { Face, FaceDetector } from '../align/detector.js';
import { cropQuad, quadCentre, quadRotation, quadSize } from '../align/quad.js';
import { openFaceDetector } from '../align/worker-detector.js';
import { readImage8 } from '../image/read.js';
import { usualWorkers } from './align-options.js';
import type { Picture } from './pictures.js';

/** So many of the pictures, evenly chosen, are looked at for the hint. */
const MOST_LOOKED_AT = 8;
/** Pictures below this side, in pixels, are targets rather than pictures. */
const LEAST_SIDE = 64;
/** A crop this near to the whole picture needs no making: ratio of sizes, distance of middles in sides, degrees. */
const NEAR = { size: 1.3, centre: 0.12, rotation: 12 };
/** Faces below this part of the picture's side are not looked for. */
const LEAST_PART = 1 / 12;

/** What a look at some pictures found. */
export interface Astray {
  /** How many pictures were looked at. */
  readonly looked: number;
  /** Those of them that show a face, but not where a generator's faces are. */
  readonly pictures: readonly Picture[];
}

/**
 * Looks at some of the pictures, at most eight, evenly chosen, for faces that are not where a generator's faces are. What
 * cannot be read is passed over.
 *
 * @param background an opaque CSS colour, under transparent parts
 */
export async function facesAstray(pictures: readonly Picture[], background: string): Promise<Astray> {
  const step = Math.max(pictures.length / MOST_LOOKED_AT, 1);
  const some = pictures.filter((_, i) => Math.floor(i / step) !== Math.floor((i - 1) / step));
  const detector = openFaceDetector({ workers: usualWorkers() });
  try {
    const astray = await Promise.all(some.map(({ path }) => isAstray(detector, path, background)));
    return { looked: some.length, pictures: some.filter((_, i) => astray[i]) };
  } finally {
    await detector.close();
  }
}

async function isAstray(detector: FaceDetector, path: string, background: string): Promise<boolean> {
  try {
    const image = await readImage8(path, { background });
    const { width, height } = image;
    if (Math.min(width, height) < LEAST_SIDE) return false;
    const minFace = Math.max(Math.round(Math.max(width, height) * LEAST_PART), 16);
    const { faces } = await detector.detect(image, { maxFaces: 1, minFace });
    return faces.length > 0 && !fills(faces[0], width, height);
  } catch {
    // What is wrong with the file is said when it is read for the search.
    return false;
  }
}

/** Whether a face lies in its picture as in the crop that would be made of it. */
function fills({ landmarks }: Face, width: number, height: number): boolean {
  const quad = cropQuad(landmarks);
  const side = Math.max(width, height);
  const ratio = quadSize(quad) / side;
  const [x, y] = quadCentre(quad);
  const away = Math.hypot(x - width / 2, y - height / 2) / side;
  return Math.max(ratio, 1 / ratio) < NEAR.size && away < NEAR.centre && Math.abs(quadRotation(quad)) < NEAR.rotation;
}
