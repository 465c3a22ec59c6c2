// An alignment: many pictures, from their files to the last line of align.jsonl.

import { join } from 'node:path';
import { CROP_SIDE } from '../align/crop.js';
import { readLandmarks } from '../align/landmarks-file.js';
import { openFaceDetector } from '../align/worker-detector.js';
import { loadAddon } from '../node/native.js';
import { Journal, journalName } from '../results/journal.js';
import type { AlignEvent, AlignLine, AlignSummary } from './align-events.js';
import { type AlignOptions, type AlignSetting, settleAlignOptions } from './align-options.js';
import { Aligner, filesOf, writtenFiles } from './aligner.js';
import { type FolderClaim, inClaimedFolder } from './claimed-folder.js';
import { creatorTool, FolderGuard } from './out-folder.js';
import type { Picture } from './pictures.js';
import { type Emit, Running } from './running.js';

/**
 * Finds the faces of pictures and crops to them, as `facewright align` does, with a line for each picture in align.jsonl.
 * What is there already is skipped; a picture that fails is told and noted, and does not stop the others.
 *
 * @returns the alignment, to be iterated over; its `summary` says what came of it
 * @throws FacewrightError (from the alignment itself) before any work, when the folder cannot be written, another process is
 *   at work there, files are in the way, the landmarks do not fit or the addon is not there; BrokenOffError when nothing can
 *   be written any more
 *
 * @example
 * const pictures = await findPictures({ inputs: ['photos'], out: 'crops' });
 * const { lines } = await alignPictures(pictures, { out: 'crops' }).summary;
 * const crops = croppedPictures(lines, 'crops'); // for searchPictures
 */
export function alignPictures(pictures: readonly Picture[], options: AlignOptions): Running<AlignEvent, AlignSummary> {
  const setting = settleAlignOptions(options);
  return new Running(
    (emit, signal) =>
      inClaimedFolder(setting.out, journalName('align', setting.shard), (claim) =>
        perform(pictures, setting, claim, emit, signal),
      ),
    options.signal,
  );
}

async function perform(
  pictures: readonly Picture[],
  setting: AlignSetting,
  claim: FolderClaim,
  emit: Emit<AlignEvent>,
  signal: AbortSignal,
): Promise<AlignSummary> {
  // Without it no crop can be made: better said now than after the first detection.
  loadAddon();
  const { out, landmarks: file, shard, workers, overwrite } = setting;
  const inputs = pictures.map(({ path }) => path);
  const given = file === undefined ? undefined : await readLandmarks(file, inputs);
  const journal = await Journal.open<AlignLine>(out, 'align', shard);
  const ours = new Set(journal.lines.flatMap(writtenFiles));
  const guard = await FolderGuard.open(out, { inputs, ours, tool: creatorTool.align, overwrite });
  const detector = openFaceDetector({ workers });
  try {
    // How many faces there are is not known yet: more are looked at when they are.
    await guard.check(pictures.flatMap((picture) => filesOf(picture.name, 1, setting)));
    await emit({ type: 'started', wanted: pictures.length });
    return await new Aligner({ pictures, setting, journal, claim, guard, detector, given, emit, signal }).perform();
  } finally {
    await detector.close();
    await journal.close();
  }
}

/**
 * The crops of an alignment as pictures of a run: NAME_0, NAME_1, …
 *
 * @param out the alignment's output folder
 * @param size of the crops, one of those that the alignment wrote
 */
export function croppedPictures(lines: readonly AlignLine[], out: string, size = CROP_SIDE): Picture[] {
  const crops = lines.flatMap(({ output, faces }) =>
    faces.map(({ files }, i) => ({ name: `${output}_${i}`, path: join(out, files[size]) })),
  );
  return crops.map(({ name, path }, index) => ({ path, relative: `${name}.png`, name, index }));
}
