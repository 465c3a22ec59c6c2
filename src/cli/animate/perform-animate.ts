// From saved results to files: one animation after the other.

import { join } from 'node:path';
import { AbortedError } from '../../errors.js';
import { requireFormat } from '../../image/animation/encode.js';
import { makeFilm } from '../../image/animation/film.js';
import { writeWholeFile } from '../../node/whole-file.js';
import type { Console } from '../shared/console.js';
import { errorText, UsageError } from '../shared/exit.js';
import { creatorTool, exists, FolderGuard, isOurAnimation } from '../shared/out-folder.js';
import { counted } from '../shared/values.js';
import type { AnimateRequest } from './animate-request.js';
import { chosen, type Group, groups, hasIntermediates, savedResults } from './saved-results.js';
import { savedTrack } from './saved-track.js';

export interface AnimateSummary {
  readonly written: number;
  readonly failed: number;
  readonly wanted: number;
  readonly interrupted: boolean;
}

/**
 * What is to be animated.
 *
 * @throws FacewrightError when that is nothing: it says what to do
 */
export async function findGroups(request: AnimateRequest, console: Console): Promise<Group[]> {
  const { folder, beside, out, names } = request;
  const results = chosen(await savedResults(folder), request);
  const there = await Promise.all(results.map(hasIntermediates));
  const animated = results.filter((_, i) => there[i]);
  const without = results.length - animated.length;
  if (without > 0 && names.length > 0) {
    const missing = results.find((result) => !animated.includes(result))!;
    throw new UsageError(`${missing.name}: its steps were not saved; ${HOW_TO_SAVE}`);
  }
  if (animated.length === 0) throw new UsageError(`${folder}: no result in it has its steps saved; ${HOW_TO_SAVE}`);
  if (without > 0) console.note(`${counted(without, 'result')} left out, whose steps were not saved`);
  const found = groups(animated, beside);
  if (found.length === 0) {
    const what = { size: 'sizes', set: 'sets', seed: 'seeds', names: 'names' }[beside!];
    throw new UsageError(`--beside ${beside}: none of these results is there in several ${what}; leave it out`);
  }
  if (out.file !== undefined && found.length > 1) {
    throw new UsageError(
      `--out ${join(out.folder, out.file)}: is one file, and there are ${found.length} animations; ` +
        'name one result, or give a folder',
    );
  }
  return found;
}

const HOW_TO_SAVE = 'run it again with --save-intermediate, or with --animate webp, which keeps no pictures in between';

/**
 * Writes the animations into a folder that can be written.
 *
 * @throws FacewrightError before any work, when files are in the way or ffmpeg is missing; what goes wrong with an
 *   animation is told and counted
 */
export async function performAnimate(
  request: AnimateRequest,
  found: readonly Group[],
  { console, signal }: { console: Console; signal: AbortSignal },
): Promise<AnimateSummary> {
  const { out, film, json } = request;
  await requireFormat(film.format, signal);
  const fileOf = ({ name }: Group) => out.file ?? `${name}.${film.format}`;
  await protect(request, found, found.map(fileOf));
  const tally = { written: 0, failed: 0 };
  const tell = (part: number) => {
    const done = tally.written + tally.failed;
    console.progress({ done: done + part, count: `${done} of ${found.length} done` });
  };
  console.beginProgress(found.length);
  try {
    for (const group of found) {
      if (signal.aborted) break;
      const file = fileOf(group);
      try {
        const bytes = await animate(request, group, signal, tell);
        await writeWholeFile(join(out.folder, file), bytes);
        tally.written++;
        const of = group.members.map(({ result }) => `${result.name}.png`);
        const line = { v: 1, output: file, of, format: film.format, bytes: bytes.length };
        console.result(json ? JSON.stringify(line) : join(out.folder, file));
      } catch (error) {
        if (error instanceof AbortedError) break;
        tally.failed++;
        console.error(`${group.name}: ${errorText(error)}`);
      }
      tell(0);
    }
  } finally {
    console.endProgress();
  }
  const interrupted = signal.aborted && tally.written + tally.failed < found.length;
  return { ...tally, wanted: found.length, interrupted };
}

async function animate(
  { film }: AnimateRequest,
  { members, title }: Group,
  signal: AbortSignal,
  onFrame: (part: number) => void,
): Promise<Buffer> {
  // A face alone has no words below it.
  const measure = film.target || film.curve || members.length > 1;
  const tracks = await Promise.all(members.map(({ result, label }) => savedTrack(result, label, measure)));
  return makeFilm(tracks, { ...film, title, creatorTool: creatorTool.animate, signal }, onFrame);
}

/** Looks for files that would be lost. What `run --animate` wrote is of our making too. */
async function protect(
  { out: { folder }, force }: AnimateRequest,
  found: readonly Group[],
  files: readonly string[],
): Promise<void> {
  const ours = new Set<string>();
  for (const file of files) {
    const path = join(folder, file);
    if ((await exists(path)) && (await isOurAnimation(path, [creatorTool.run]))) ours.add(file);
  }
  const inputs = found.flatMap(({ members }) => members.map(({ result }) => join(result.base, result.line.input)));
  const guard = await FolderGuard.open(folder, { inputs, ours, tool: creatorTool.animate, overwrite: force });
  await guard.check(files);
}
