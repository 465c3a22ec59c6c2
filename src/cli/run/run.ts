// facewright run: finds a face for every picture.

import type { ArgumentsCamelCase } from 'yargs';
import { AbortedError } from '../../errors.js';
import { Arguments } from '../shared/arguments.js';
import { Console } from '../shared/console.js';
import { BrokenOffError, endCode, exitCode } from '../shared/exit.js';
import { inFolder } from '../shared/out-folder.js';
import { performRun, type RunSummary, type Written } from '../shared/perform-run.js';
import { findPictures, type Picture } from '../shared/pictures.js';
import { type RunRequest, readRunRequest } from '../shared/run-request.js';
import { duration, loss, table } from '../shared/table.js';
import { counted, partOf } from '../shared/values.js';
import { withGenerator } from '../shared/with-generator.js';
import { alignFirst, hintAlign } from './align-first.js';

export async function runCommand(parsed: ArgumentsCamelCase): Promise<number> {
  const words = new Arguments(parsed);
  const console = new Console(words.flag('quiet'));
  const request = readRunRequest(words);
  const pictures = partOf(await findPictures(request), request.shard);
  const ended = await inFolder(request.out, () => runPictures(request, pictures, console));
  if (!request.json) console.result(resultTable(ended.summary, request.out, process.stdout.columns));
  for (const line of summaryLines(ended, request)) console.note(line);
  return ended.code;
}

/** Aligns the pictures if that is asked for, says if it should have been, and searches. */
async function runPictures(request: RunRequest, pictures: readonly Picture[], console: Console): Promise<EndedRun> {
  if (!request.align) {
    // It takes a second or more, which nobody should wait for who is not told.
    if (!console.quiet) await hintAlign(pictures, request.background, console);
    return runWith(request, pictures, console);
  }
  const aligned = await alignFirst(request, pictures, console);
  if (aligned.interrupted) throw new AbortedError('stopped while faces were looked for');
  if (aligned.pictures.length === 0) {
    throw new BrokenOffError('there is no face in any picture, so nothing was searched for');
  }
  const ended = await runWith(request, aligned.pictures, console);
  if (aligned.without > 0) console.note(`${counted(aligned.without, 'picture')} without a face left out`);
  return ended.code === exitCode.done && aligned.without > 0 ? { ...ended, code: exitCode.someFailed } : ended;
}

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
  onWritten?: (written: Written) => void,
): Promise<EndedRun> {
  return withGenerator(request.generator, console, STOPPING, async (generator, { signal }) => {
    const began = performance.now();
    const summary = await performRun(request, pictures, { generator, console, signal, onWritten });
    const seconds = (performance.now() - began) / 1000;
    return { summary, seconds, code: endCode(summary, request.strict, summary.missed) };
  });
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

/** What the table takes beside the files' names. */
const OTHER_COLUMNS = 46;

/** A row for every result. @param width of the terminal, in characters */
export function resultTable({ lines }: RunSummary, out: string, width = 100): string {
  if (lines.length === 0) return 'nothing was written';
  const rows = lines.map((line) => {
    if (line.status === 'failed' || line.losses === null) return [line.output, '', 'failed', '', ''];
    const { L2 } = line.losses;
    return [
      line.output,
      loss(L2),
      line.met ? 'yes' : `missed by ${loss(L2 - line.eps)}`,
      `${line.best_step! + 1}`,
      duration(line.seconds),
    ];
  });
  return table(
    [
      { title: `in ${out}`, most: Math.max(20, width - OTHER_COLUMNS) },
      { title: 'L2', right: true },
      { title: `within ${lines[0].eps}` },
      { title: 'best step', right: true },
      { title: 'time', right: true },
    ],
    rows,
  );
}
