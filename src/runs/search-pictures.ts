// A run: many pictures, from the opened generator to the last line of run.jsonl.

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { FacewrightError } from '../errors.js';
import { requireFormat } from '../image/animation/encode.js';
import type { Generator } from '../model/generator.js';
import { checkSearchOptions, defaultSearchOptions, type SearchOptions } from '../pulse/options.js';
import { Journal, journalName } from '../results/journal.js';
import { counted } from '../words.js';
import { type FolderClaim, inClaimedFolder } from './claimed-folder.js';
import type { RunEvent, RunSummary } from './events.js';
import { readStarts, type SavedStarts } from './latents-file.js';
import { namedOptions } from './named-options.js';
import { type RunOptions, type RunSetting, settleRunOptions } from './options.js';
import { type Picture, sizeOf } from './pictures.js';
import { Runner } from './runner.js';
import { type Emit, Running } from './running.js';

/**
 * Searches for faces that look like the pictures, as `facewright run` does: targets are made ahead, searched for in
 * batches, and written with a line each in run.jsonl while the next are searched for. What is there already is skipped.
 * A picture that fails is told and noted, and does not stop the others. Nothing is printed.
 *
 * @returns the run, to be iterated over; its `summary` says what came of it
 * @throws FacewrightError at once for options that cannot be. The run itself throws FacewrightError before any work when
 *   the options do not fit the generator, the folder cannot be written, another process is at work there or files are in the way;
 *   later, BrokenOffError when nothing can be written there any more, and DeviceLostError when a device was lost four times in a row or cannot be opened again: what
 *   was written so far stays, and the same run goes on from there
 *
 * @example
 * const generator = await openGenerator();
 * const pictures = await findPictures({ inputs: ['photos'], out: 'faces' });
 * const run = searchPictures(generator, pictures, { out: 'faces', seed: 1, search: { steps: 50 } });
 * for await (const event of run) {
 *   if (event.type === 'found') console.log(event.line.output, event.result.losses.L2);
 *   if (event.type === 'failed') console.error(event.line.error);
 * }
 * const { lines, failed } = await run.summary;
 * generator.close();
 */
export function searchPictures(
  generator: Generator,
  pictures: readonly Picture[],
  options: RunOptions,
): Running<RunEvent, RunSummary> {
  const setting = settleRunOptions(options);
  return new Running(
    (emit, signal) =>
      inClaimedFolder(setting.out, journalName('run', setting.shard), (claim) =>
        perform(generator, pictures, setting, claim, emit, signal),
      ),
    options.signal,
  );
}

async function perform(
  generator: Generator,
  pictures: readonly Picture[],
  setting: RunSetting,
  claim: FolderClaim,
  emit: Emit<RunEvent>,
  signal: AbortSignal,
): Promise<RunSummary> {
  if (generator.fit === undefined) {
    throw new FacewrightError(
      `${generator.info.name}: a search needs the Gaussian fit of the model, and there is neither that nor a mapping network, ` +
        'from which it can be made; give the whole generator (of PULSE: mapping.pt beside synthesis.pt)',
    );
  }
  const options = { ...defaultSearchOptions(generator.info), ...setting.search };
  for (const size of new Set(pictures.map((picture) => sizeOf(picture, setting, generator.info)))) {
    checkSearchOptions(options, generator.info, size);
  }
  if (setting.animate) await requireFormat(setting.animate.format, signal);
  const start = await openStart(setting, pictures, options, generator);
  const journal = await Journal.open(setting.out, 'run', setting.shard);
  try {
    const { precision } = generator.engine.info;
    const named = namedOptions({ ...setting, search: options, precision }, generator.info, start?.digest);
    const parts = { generator, pictures, setting, options, named, starts: start?.starts, journal, claim, emit, signal };
    const runner = new Runner(parts);
    await runner.protect();
    return await runner.perform();
  } finally {
    await journal.close();
  }
}

async function openStart(
  { start }: RunSetting,
  pictures: readonly Picture[],
  options: SearchOptions,
  generator: Generator,
): Promise<{ starts: SavedStarts; digest: string } | undefined> {
  if (start === undefined) return undefined;
  const starts = await readStarts(start, generator, options);
  if (starts.count !== 1 && starts.count !== pictures.length) {
    throw new FacewrightError(
      `--start ${start}: holds ${starts.count} starts for ${counted(pictures.length, 'picture')}; ` +
        'it takes one for each, or one for all',
    );
  }
  const digest = createHash('sha256')
    .update(await readFile(start))
    .digest('hex');
  return { starts, digest };
}
