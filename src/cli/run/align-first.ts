// What `run` has to do with faces in its pictures: with --align it crops to them first; without, it looks at some of the
// pictures and says when that would have been better.

import { join } from 'node:path';
import { CROP_SIDE } from '../../align/crop.js';
import type { Face } from '../../align/detector.js';
import { cropQuad, quadCentre, quadRotation, quadSize } from '../../align/quad.js';
import { openFaceDetector } from '../../align/worker-detector.js';
import { readImage8 } from '../../image/read.js';
import { usualWorkers } from '../align/align-request.js';
import type { Console } from '../shared/console.js';
import { performAlign } from '../shared/perform-align.js';
import type { Picture } from '../shared/pictures.js';
import type { RunRequest } from '../shared/run-request.js';
import { counted } from '../shared/values.js';

/** Where in the output folder of a run the crops are. */
export const alignedFolder = 'aligned';

export interface Aligned {
  /** The crops, as pictures of the run: NAME_0, NAME_1, … */
  readonly pictures: readonly Picture[];
  /** Pictures that failed or have no face; each was told. */
  readonly without: number;
  readonly interrupted: boolean;
}

/** Crops the pictures of a run to their faces. */
export async function alignFirst(
  request: RunRequest,
  pictures: readonly Picture[],
  console: Console,
): Promise<Aligned> {
  const out = join(request.out, alignedFolder);
  const aligning = {
    ...{ inputs: request.inputs, out, sizes: [CROP_SIDE], detect: request.detect, background: request.background },
    ...{ landmarks: undefined, overlay: false, shard: request.shard, workers: usualWorkers(), strict: false },
    // What is searched again need not be looked for again.
    ...{ force: false, json: false },
  };
  console.note(`looking for faces in ${counted(pictures.length, 'picture')}`);
  const { lines, failed, without, interrupted } = await performAlign(aligning, pictures, { console });
  const paths = new Map(pictures.map(({ name, path }) => [name, path]));
  for (const { output, faces, status, reason } of lines) {
    if (status === 'done' && faces.length === 0) console.error(`${paths.get(output)}: ${reason}`);
  }
  const crops = lines.flatMap(({ output, faces }) =>
    faces.map(({ files }, i) => ({ name: `${output}_${i}`, path: join(out, files[CROP_SIDE]) })),
  );
  return {
    pictures: crops.map(({ name, path }, index) => ({ path, relative: `${name}.png`, name, index })),
    without: failed + without,
    interrupted,
  };
}

/** So many of the pictures, evenly chosen, are looked at for the hint. */
const MOST_LOOKED_AT = 8;
/** Pictures below this side, in pixels, are targets rather than pictures. */
const LEAST_SIDE = 64;
/** A crop this near to the whole picture needs no making: ratio of sizes, distance of middles in sides, degrees. */
const NEAR = { size: 1.3, centre: 0.12, rotation: 12 };
/** Faces below this part of the picture's side are not looked for. */
const LEAST_PART = 1 / 12;

/** Says which command would have been better when the pictures' faces are not where the generator expects them. */
export async function hintAlign(pictures: readonly Picture[], background: string, console: Console): Promise<void> {
  const step = Math.max(pictures.length / MOST_LOOKED_AT, 1);
  const some = pictures.filter((_, i) => Math.floor(i / step) !== Math.floor((i - 1) / step));
  const detector = openFaceDetector({ workers: usualWorkers() });
  try {
    const astray = await Promise.all(
      some.map(async (picture) => ((await isAstray(picture.path)) ? picture : undefined)),
    );
    const first = astray.find((picture) => picture !== undefined);
    if (first === undefined) return;
    const count = astray.filter((picture) => picture !== undefined).length;
    const others = count > 1 ? ` (as in ${count} of the ${counted(some.length, 'picture')} looked at)` : '';
    console.note(
      `${first.path}: shows a face, but not where the generator's faces are${others}; --align crops pictures to their faces first`,
    );
  } finally {
    await detector.close();
  }

  async function isAstray(path: string): Promise<boolean> {
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
