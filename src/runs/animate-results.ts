// From saved results to animations: one file after the other.

import { join } from 'node:path';
import { AbortedError } from '../errors.js';
import { requireFormat } from '../image/animation/encode.js';
import { type FilmOptions, makeFilm } from '../image/animation/film.js';
import { writeWholeFile } from '../node/whole-file.js';
import { creatorTool, exists, FolderGuard, isOurAnimation } from './out-folder.js';
import { type Emit, Running } from './running.js';
import type { ResultGroup } from './saved-results.js';
import { savedTrack } from './saved-track.js';

/** What animations are like, and where they go. */
export interface AnimateOptions {
  /** The folder for the animations; made when missing. */
  readonly out: string;
  /** The name of the only one; by default each is called after its results. */
  readonly file?: string;
  readonly film: Omit<FilmOptions, 'creatorTool' | 'signal' | 'title'>;
  /** Write over files that facewright did not write. */
  readonly overwrite?: boolean;
  /** Stops the work; the animation in work is not written. */
  readonly signal?: AbortSignal;
}

/** Files are not in the way, and the work begins. */
export interface AnimateStarted {
  readonly type: 'started';
  /** How many animations are asked for. */
  readonly wanted: number;
}

/** An animation is being drawn. */
export interface AnimateDrawn {
  readonly type: 'drawn';
  readonly group: ResultGroup;
  /** How much of it, 0 to 1. */
  readonly part: number;
}

/** An animation was written. */
export interface AnimateWritten {
  readonly type: 'written';
  readonly group: ResultGroup;
  /** Relative to the output folder. */
  readonly file: string;
  /** The length of the file. */
  readonly bytes: number;
}

/** There is no animation of these results. */
export interface AnimateFailed {
  readonly type: 'failed';
  readonly group: ResultGroup;
  readonly error: unknown;
}

/** An event of `animateResults`: `started` first, then those of one animation after the other. */
export type AnimateEvent = AnimateStarted | AnimateDrawn | AnimateWritten | AnimateFailed;

/** How it ended. */
export interface AnimateSummary {
  readonly written: number;
  readonly failed: number;
  readonly wanted: number;
  /** Whether the signal stopped it before its end. */
  readonly interrupted: boolean;
}

/**
 * Writes animations of searches whose steps were saved.
 *
 * @returns the work, to be iterated over; its `summary` says what came of it
 * @throws FacewrightError (from the work itself) before anything is written, when files are in the way or ffmpeg is missing
 *
 * @example
 * const groups = groupResults(await savedResults('faces'), undefined);
 * await animateResults(groups, { out: 'faces', film: { ...usualFilm, format: 'webp', target: true, curve: true } }).summary;
 */
export function animateResults(
  groups: readonly ResultGroup[],
  options: AnimateOptions,
): Running<AnimateEvent, AnimateSummary> {
  return new Running((emit, signal) => perform(groups, options, emit, signal), options.signal);
}

async function perform(
  groups: readonly ResultGroup[],
  options: AnimateOptions,
  emit: Emit<AnimateEvent>,
  signal: AbortSignal,
): Promise<AnimateSummary> {
  const { out, film } = options;
  await requireFormat(film.format, signal);
  const fileOf = ({ name }: ResultGroup) => options.file ?? `${name}.${film.format}`;
  await protect(groups, groups.map(fileOf), options);
  await emit({ type: 'started', wanted: groups.length });
  let written = 0;
  let failed = 0;
  for (const group of groups) {
    if (signal.aborted) break;
    const file = fileOf(group);
    try {
      // Whoever watches is told, and not waited for.
      const content = await animate(group, film, signal, (part) => void emit({ type: 'drawn', group, part }));
      await writeWholeFile(join(out, file), content);
      written++;
      await emit({ type: 'written', group, file, bytes: content.length });
    } catch (error) {
      if (error instanceof AbortedError) break;
      failed++;
      await emit({ type: 'failed', group, error });
    }
  }
  const interrupted = signal.aborted && written + failed < groups.length;
  return { written, failed, wanted: groups.length, interrupted };
}

async function animate(
  { members, title }: ResultGroup,
  film: AnimateOptions['film'],
  signal: AbortSignal,
  onFrame: (part: number) => void,
): Promise<Buffer> {
  // A face alone has no words below it.
  const measure = film.target || film.curve || members.length > 1;
  const tracks = await Promise.all(members.map(({ result, label }) => savedTrack(result, label, measure)));
  return makeFilm(tracks, { ...film, title, creatorTool: creatorTool.animate, signal }, onFrame);
}

/** Looks for files that would be lost. What a run wrote is of our making too. */
async function protect(
  groups: readonly ResultGroup[],
  files: readonly string[],
  { out, overwrite = false }: AnimateOptions,
): Promise<void> {
  const ours = new Set<string>();
  for (const file of files) {
    const path = join(out, file);
    if ((await exists(path)) && (await isOurAnimation(path, [creatorTool.run]))) ours.add(file);
  }
  const inputs = groups.flatMap(({ members }) => members.map(({ result }) => join(result.base, result.line.input)));
  const guard = await FolderGuard.open(out, { inputs, ours, tool: creatorTool.animate, overwrite });
  await guard.check(files);
}
