// With --align, `run` crops its pictures to their faces first.

import { join } from 'node:path';
import { alignPictures, croppedPictures, type Picture } from '../../index.js';
import { counted } from '../../words.js';
import type { Console } from '../shared/console.js';
import { interruptible } from '../shared/interrupt.js';
import type { RunRequest } from '../shared/run-request.js';
import { STOPPING_ALIGNMENT, tellAlignment } from '../shared/tell-alignment.js';

/** Where in the output folder of a run the crops are. */
const ALIGNED = 'aligned';

interface Aligned {
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
  const { detect, background, shard } = request;
  const out = join(request.out, ALIGNED);
  console.note(`looking for faces in ${counted(pictures.length, 'picture')}`);
  const { lines, failed, without, interrupted } = await interruptible(
    () => console.note(STOPPING_ALIGNMENT),
    // What is searched again need not be looked for again.
    ({ signal }) => tellAlignment(alignPictures(pictures, { out, detect, background, shard, signal }), console, false),
  );
  const paths = new Map(pictures.map(({ name, path }) => [name, path]));
  for (const { output, faces, status, reason } of lines) {
    if (status === 'done' && faces.length === 0) console.error(`${paths.get(output)}: ${reason}`);
  }
  return { pictures: croppedPictures(lines, out), without: failed + without, interrupted };
}
