// A run as `run` and `demo` carry it out: with a generator that is opened for it, told of, and summed up.

import {
  type Generator,
  type GeneratorInfo,
  type Picture,
  type RunEvent,
  type RunOptions,
  type RunSummary,
  searchPictures,
} from '../../index.js';
import { counted } from '../../words.js';
import type { Console } from './console.js';
import { endCode } from './exit.js';
import { type RunRequest, searchOptionsFor } from './run-request.js';
import { duration } from './table.js';
import { tellRun } from './tell-run.js';
import { withGenerator } from './with-generator.js';

/** What is said at the first Ctrl-C of a search. */
export const STOPPING = 'stopping once what is found is written; again: stop at once';

/** How a run ended. */
export interface EndedRun {
  readonly summary: RunSummary;
  readonly seconds: number;
  /** The exit code. */
  readonly code: number;
}

/**
 * Opens the generator and carries the run out; the results are the caller's to report.
 *
 * @throws FacewrightError when nothing was begun
 */
export async function runWith(
  request: RunRequest,
  pictures: readonly Picture[],
  console: Console,
  onEvent?: (event: RunEvent) => void,
): Promise<EndedRun> {
  return withGenerator(request.generator, console, STOPPING, async (generator, { signal }) => {
    const began = performance.now();
    const run = searchPictures(generator, pictures, { ...runOptions(request, generator), signal });
    const summary = await tellRun(run, { generator, console, json: request.json, onEvent });
    const seconds = (performance.now() - began) / 1000;
    return { summary, seconds, code: endCode(summary, request.strict, summary.missed) };
  });
}

/** The run that a request means with a generator. */
export function runOptions(request: RunRequest, { info }: Generator): RunOptions {
  return { ...request, search: searchOptionsFor(request, info), ownSizes: ownSizesOf(request, info) };
}

/** Which small squares are targets as they are: the original took every picture so. */
export function ownSizesOf(
  { original }: Pick<RunRequest, 'original'>,
  { resolution }: GeneratorInfo,
): number | undefined {
  return original ? resolution / 2 : undefined;
}

/** What is said at the end, on stderr. */
export function summaryLines({ summary, seconds }: EndedRun, { out }: RunRequest): string[] {
  const { lines, failed, missed, earlier, seed, interrupted, wanted } = summary;
  const done = lines.length - failed;
  const said: string[] = [];
  if (done > earlier) {
    said.push(`${counted(done - earlier, 'face')} written to ${out} in ${duration(seconds)}, seed ${seed}`);
  } else if (done === wanted) said.push(`nothing was left to do in ${out}, seed ${seed}`);
  if (missed > 0) {
    const eps = lines[0].eps;
    said.push(`${missed} of ${done} came no closer than eps ${eps} (L2); their best is written all the same`);
  }
  if (failed > 0) said.push(`${failed} of ${wanted} failed`);
  if (interrupted) said.push(`stopped with ${lines.length} of ${wanted} done; the same command goes on from here`);
  return said;
}
