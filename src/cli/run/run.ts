// facewright run: finds a face for every picture.

import type { ArgumentsCamelCase } from 'yargs';
import {
  AbortedError,
  BrokenOffError,
  enqueuePictures,
  findPictures,
  type Picture,
  type RunSummary,
} from '../../index.js';
import { inFolder } from '../../runs/out-folder.js';
import { counted } from '../../words.js';
import { Arguments } from '../shared/arguments.js';
import { Console } from '../shared/console.js';
import { exitCode } from '../shared/exit.js';
import { interruptible } from '../shared/interrupt.js';
import { describeQueuedRun, type QueueRequest, readQueueRequest } from '../shared/queue-request.js';
import { type RunRequest, readRunRequest } from '../shared/run-request.js';
import { type EndedRun, runWith, summaryLines } from '../shared/run-with.js';
import { duration, loss, table } from '../shared/table.js';
import { LEAVING, tellEnqueue } from '../shared/tell-enqueue.js';
import { PassedOverFiles } from '../shared/tell-passed-over.js';
import { alignFirst } from './align-first.js';
import { hintAlign } from './hint-align.js';

export async function runCommand(parsed: ArgumentsCamelCase): Promise<number> {
  const words = new Arguments(parsed);
  const console = new Console(words.flag('quiet'));
  const request = readRunRequest(words);
  const queued = readQueueRequest(words, request);
  const passedOver = new PassedOverFiles();
  const pictures = await findPictures({ ...request, onPassedOver: passedOver.add });
  passedOver.tell(console);
  if (queued !== undefined) return enqueueRun(queued, pictures, console);
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

/** Puts the pictures into a queue, and waits for what workers find. */
async function enqueueRun(request: QueueRequest, pictures: readonly Picture[], console: Console): Promise<number> {
  const { run, queue, detach = false } = request;
  const aligned = run.align ? await alignFirst(run, pictures, console) : undefined;
  if (aligned?.interrupted) throw new AbortedError('stopped while faces were looked for');
  const code = await interruptible(
    () => console.note(LEAVING),
    async ({ signal }) => {
      const { described, options } = await describeQueuedRun(request, console, signal);
      const running = enqueuePictures(described, aligned?.pictures ?? pictures, options);
      return tellEnqueue(running, { console, json: run.json, queue, detach, strict: run.strict });
    },
  );
  return code === exitCode.done && (aligned?.without ?? 0) > 0 ? exitCode.someFailed : code;
}

/** What the table takes beside the files' names. */
const OTHER_COLUMNS = 46;

/** A row for every result. @param width of the terminal, in characters */
function resultTable({ lines }: RunSummary, out: string, width = 100): string {
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
