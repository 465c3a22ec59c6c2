// One batch: pictures of equal target size, searched together, as often as --restarts says.

import { join } from 'node:path';
import { FacewrightError } from '../errors.js';
import { downscale } from '../image/bicubic.js';
import type { Target } from '../image/target.js';
import { encodePng, toRgb8 } from '../image/write.js';
import type { Generator } from '../model/generator.js';
import { writeWholeFile } from '../node/whole-file.js';
import type { SearchOptions } from '../pulse/options.js';
import { isBetter, type SearchLosses, type SearchProgress, type SearchResult, search } from '../pulse/search.js';
import { randomStart, type SearchStart } from '../pulse/start.js';
import { type PictureNotes, withNotes } from '../results/picture-notes.js';
import { type SavedStarts, savedStart } from './latents-file.js';
import { creatorTool } from './out-folder.js';
import type { Picture } from './pictures.js';
import { Recording } from './recording.js';
import type { ResultFiles } from './result-files.js';

/** One result that is to be found: a picture, or one of its duplicates. */
export interface Job {
  readonly picture: Picture;
  readonly target: Target;
  /** From 1; 0 where the picture has only one result, or had only one. */
  readonly duplicate: number;
  readonly seed: number;
  readonly key: string;
  readonly files: ResultFiles;
}

/** What all batches of a run have in common. */
export interface SearchSetting {
  readonly generator: Generator;
  readonly options: SearchOptions;
  readonly restarts: number;
  /** From --start. */
  readonly starts: SavedStarts | undefined;
  /** The output folder, when the picture after every step is to be written to it. */
  readonly intermediates: string | undefined;
  /** Whether searches are recorded for animations. */
  readonly record: boolean;
  readonly signal: AbortSignal;
}

/** The best of the restarts of one job. */
export interface Found {
  readonly result: SearchResult;
  /** Which restart it is, from 0. */
  readonly restart: number;
  /** The way there, where it was to be recorded. */
  readonly recording: Recording | undefined;
}

/** What a batch tells after every step. */
export interface BatchStep {
  /** Steps done, of all restarts. */
  readonly step: number;
  /** Of each job in this step. */
  readonly losses: readonly SearchLosses[];
}

/**
 * Searches for all jobs of a batch.
 *
 * @throws AbortedError when the signal is raised; FacewrightError when the engine cannot do it
 */
export async function searchBatch(
  setting: SearchSetting,
  jobs: readonly Job[],
  onStep: (step: BatchStep) => Promise<void>,
): Promise<Found[]> {
  const { generator, options, restarts, signal, intermediates, record } = setting;
  const { resolution } = generator.info;
  let best: Found[] = [];
  for (let restart = 0; restart < restarts; restart++) {
    const targets = await Promise.all(
      jobs.map(async (job) => ({ ...job.target, start: await startOf(setting, job, restart) })),
    );
    const recordings = record ? jobs.map(({ target }) => new Recording(options.steps, target)) : [];
    const running = search(generator, targets, options, {
      signal,
      intermediate: intermediates !== undefined || record,
    });
    for await (const progress of running) {
      await onStep({ step: restart * options.steps + progress.step, losses: progress.losses });
      if (intermediates !== undefined) await writeIntermediates(intermediates, generator, jobs, progress);
      for (const [i, recording] of recordings.entries()) {
        recording.add(progress.step - 1, progress.images![i], resolution);
      }
    }
    const results = await running.results;
    best = results.map((result, i) => better(best[i], { result, restart, recording: recordings[i] }));
  }
  return best;
}

/** The earlier one on ties. */
function better(known: Found | undefined, found: Found): Found {
  return known === undefined || isBetter(found.result, known.result) ? found : known;
}

async function startOf(setting: SearchSetting, job: Job, restart: number): Promise<SearchStart> {
  const { generator, options, starts } = setting;
  const { seed, duplicate, target, picture } = job;
  const random = await randomStart(generator.info, options, { seed, target: target.rgb, duplicate, restart });
  return starts === undefined ? random : savedStart(starts, picture.index, random, options);
}

async function writeIntermediates(
  folder: string,
  { info: { resolution } }: Generator,
  jobs: readonly Job[],
  { step, images }: SearchProgress,
): Promise<void> {
  if (images === undefined) throw new FacewrightError('the engine gave no pictures in between');
  for (const [i, { files, target }] of jobs.entries()) {
    const { high, low } = files.intermediate(step - 1);
    await writePicture(join(folder, high), images[i], resolution);
    await writePicture(join(folder, low), downscale(images[i], resolution, target.size), target.size);
  }
}

/**
 * Writes a planar picture [3, side, side] of [0, 1] as PNG.
 *
 * @param identifier for its XMP: the key of its result
 * @param notes of how it was made, where the file is to have them
 */
export async function writePicture(
  path: string,
  planar: Float32Array | Float64Array,
  side: number,
  { identifier, notes }: { readonly identifier?: string; readonly notes?: PictureNotes } = {},
): Promise<void> {
  const image = { data: toRgb8(planar, side, side), width: side, height: side };
  const png = await encodePng(image, { creatorTool: creatorTool.run, identifier });
  await writeWholeFile(path, notes === undefined ? png : withNotes(png, notes));
}
