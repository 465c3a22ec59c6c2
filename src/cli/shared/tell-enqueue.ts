// What is told while jobs are enqueued and watched.

import type { EnqueueEvent, EnqueueSummary, Running } from '../../index.js';
import { counted } from '../../words.js';
import type { Console } from './console.js';
import { endCode } from './exit.js';

/** What is said at the first Ctrl-C of who waits for a queue. */
export const LEAVING = 'leaving; what was enqueued stays in the queue; again: leave at once';

export interface EnqueueTelling {
  readonly console: Console;
  /** The lines of results on stdout. */
  readonly json: boolean;
  /** Where the jobs go, for the hint at the end. */
  readonly queue: string;
  readonly detach: boolean;
  readonly strict: boolean;
}

/** Follows an enqueuing to its end, and tells of it. @returns the exit code @throws what it throws */
export async function tellEnqueue(
  running: Running<EnqueueEvent, EnqueueSummary>,
  { console, json, queue, detach, strict }: EnqueueTelling,
): Promise<number> {
  let wanted = 0;
  let enqueued = 0;
  let ended = 0;
  try {
    for await (const event of running) {
      if (event.type === 'started') {
        wanted = event.wanted;
        console.beginProgress(wanted, 'enqueuing');
      } else if (event.type === 'notice') {
        console.note(event.message);
      } else if (event.type === 'enqueued') {
        enqueued += event.added + event.known;
      } else {
        ended++;
        if (event.type === 'failed' && event.line.failure === undefined) {
          console.error(`${event.picture.path}: ${event.line.error}`);
        }
        if (event.type === 'ended' && event.state === 'failed') console.error(`${event.output}: ${event.reason}`);
        if (json && event.line !== undefined) console.result(JSON.stringify(event.line));
      }
      const done = detach ? ended + enqueued : ended;
      const count = detach ? `${enqueued} enqueued` : `${ended} of ${wanted} done`;
      if (event.type !== 'notice') console.progress({ done, count, rate: { unit: 1 } });
    }
  } finally {
    console.endProgress();
  }
  const summary = await running.summary;
  for (const line of summaryOf(summary, detach, queue)) console.note(line);
  const failed = summary.failed + summary.cancelled;
  return endCode({ ...summary, failed }, strict, summary.missed + summary.without);
}

function summaryOf(summary: EnqueueSummary, detach: boolean, queue: string): string[] {
  const { wanted, earlier, added, known, found, failed, without, cancelled, missed, interrupted } = summary;
  const said: string[] = [];
  if (earlier > 0) said.push(`${counted(earlier, 'result')} of ${wanted} done before`);
  const before = known > 0 ? `, ${known} in it before` : '';
  if (added + known > 0) said.push(`${counted(added, 'job')} enqueued${before}`);
  if (found > 0) said.push(`${counted(found, 'face')} found by workers`);
  if (missed > 0) said.push(`${missed} came no closer than eps; their best is written all the same`);
  if (without > 0) said.push(`${without} without a picture or a face`);
  if (failed > 0) said.push(`${failed} of ${wanted} failed; facewright queue failed lists those that workers had`);
  if (cancelled > 0) said.push(`${cancelled} taken out of the queue by somebody`);
  if (interrupted || (detach && added + known > 0)) {
    said.push(`facewright queue status --queue ${queue.replace(/\/\/[^@/]*@/, '//')} tells how far they are`);
  }
  return said;
}
