// What is measured of the pictures themselves: colours of targets and faces, and how far apart the faces of several
// seeds are.

import { join } from 'node:path';
import { FacewrightError } from '../../errors.js';
import { resample8 } from '../../image/bicubic.js';
import { readImage8 } from '../../image/read.js';
import type { Rgb8Image } from '../../image/rgb.js';
import { groupBy } from '../../results/group-by.js';
import type { JournalLine } from '../../results/journal.js';
import { faceColour, faceDifference, type Pixels, typologyAngle } from './colour.js';
import type { Measured } from './report-data.js';
import { SpreadSum } from './spread.js';
import { searchOf } from './subject.js';

export interface MeasureOptions {
  /** Told of each picture that cannot be read, in a sentence; it is left out. */
  readonly onWarning?: (text: string) => void;
  /** Told how many results are done. */
  readonly onProgress?: (done: number) => void;
  /** Pictures that are read at once; default 4. */
  readonly concurrency?: number;
}

/** Side at which faces of several seeds are compared, in pixels. */
const SPREAD_SIDE = 64;

/**
 * Measures the results that were found. Colours are compared where FFHQ's crops have the face (region.ts), between the
 * target and the face scaled down to it by the search's own D; not with emoji that were searched for as a whole (frame
 * `art`), whose faces may be anywhere. Pictures of no emoji are taken for crops.
 *
 * A result of 128 px takes 2 ms of a core, one of 1024 px 29 ms, most of it for D (AMD EPYC, Node 20).
 *
 * @param folder what the paths of the lines are relative to
 * @param lines of run.jsonl; those that failed are passed over
 * @returns by the lines' outputs; without those of which nothing could be read
 */
export async function measureResults(
  folder: string,
  lines: readonly JournalLine[],
  { onWarning, onProgress, concurrency = 4 }: MeasureOptions = {},
): Promise<Map<string, Measured>> {
  const measured = new Map<string, Measured>();
  const done = lines.filter(({ status }) => status === 'done');
  // Faces of several seeds are read one after the other, so that few have to be kept.
  const searches = [...groupBy(done, searchOf).values()];
  let count = 0;
  const warn = (error: unknown) => {
    if (!(error instanceof FacewrightError)) throw error;
    onWarning?.(error.message);
  };
  const work = async () => {
    for (let search = searches.pop(); search !== undefined; search = searches.pop()) {
      const spread = new SpreadSum();
      for (const line of search) {
        try {
          measured.set(line.output, await measure(folder, line, search.length > 1 ? spread : undefined));
        } catch (error) {
          warn(error);
        }
        onProgress?.(++count);
      }
      const first = search.map(({ output }) => measured.get(output)).find((found) => found !== undefined);
      if (first !== undefined && spread.count > 1) measured.set(first.output, { ...first, spread: spread.value });
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  return measured;
}

/** @param spread gets the face, if there are several */
async function measure(folder: string, line: JournalLine, spread: SpreadSum | undefined): Promise<Measured> {
  const { output } = line;
  const face = await readSquare(join(folder, output));
  spread?.add(resample8(face, Math.min(SPREAD_SIDE, face.width)).data);
  if (line.target === null || line.emoji?.frame === 'art') return { output };
  const target = await readSquare(join(folder, line.target));
  const size = target.width;
  const result = resample8(face, size).data;
  const angle = (pixels: Pixels) => typologyAngle(faceColour(pixels, size));
  return {
    output,
    colourDifference: faceDifference(target.data, result, size),
    angle: { target: angle(target.data), result: angle(result) },
  };
}

async function readSquare(path: string): Promise<Rgb8Image> {
  // They are opaque; were one not, white is what is behind pictures elsewhere.
  const picture = await readImage8(path, { background: 'white' });
  if (picture.width === picture.height) return picture;
  throw new FacewrightError(
    `${path}: ${picture.width} × ${picture.height} px, where a square was written; run it again`,
  );
}
