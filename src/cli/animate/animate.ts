// facewright animate: searches whose steps were saved, as animations.

import { join } from 'node:path';
import type { ArgumentsCamelCase } from 'yargs';
import { errorText } from '../../errors.js';
import { type AnimateSummary, animateResults, type ResultGroup } from '../../index.js';
import { inFolder } from '../../runs/out-folder.js';
import { counted } from '../../words.js';
import { Arguments } from '../shared/arguments.js';
import { Console } from '../shared/console.js';
import { exitCode } from '../shared/exit.js';
import { interruptible } from '../shared/interrupt.js';
import { duration } from '../shared/table.js';
import { type AnimateRequest, readAnimateRequest } from './animate-request.js';
import { findGroups } from './find-groups.js';

export async function animateCommand(parsed: ArgumentsCamelCase): Promise<number> {
  const words = new Arguments(parsed);
  const console = new Console(words.flag('quiet'));
  const request = readAnimateRequest(words);
  const groups = await findGroups(request, console);
  const { folder } = request.out;
  return inFolder(folder, () =>
    interruptible(
      () => console.note('stopping; again: stop at once'),
      async ({ signal }) => {
        const began = performance.now();
        const { written, failed, wanted, interrupted } = await animate(request, groups, console, signal);
        const seconds = duration((performance.now() - began) / 1000);
        if (written > 0) console.note(`${counted(written, 'animation')} written to ${folder} in ${seconds}`);
        if (failed > 0) console.note(`${failed} of ${wanted} failed`);
        if (interrupted) console.note(`stopped with ${written} of ${wanted} done`);
        if (interrupted) return exitCode.interrupted;
        return failed > 0 ? exitCode.someFailed : exitCode.done;
      },
    ),
  );
}

/** Makes the animations, and tells of them. */
async function animate(
  { out: { folder, file }, film, force, json }: AnimateRequest,
  groups: readonly ResultGroup[],
  console: Console,
  signal: AbortSignal,
): Promise<AnimateSummary> {
  const running = animateResults(groups, { out: folder, file, film, overwrite: force, signal });
  let done = 0;
  const tell = (part: number) => console.progress({ done: done + part, count: `${done} of ${groups.length} done` });
  try {
    for await (const event of running) {
      if (event.type === 'started') console.beginProgress(event.wanted);
      else if (event.type === 'drawn') tell(event.part);
      else {
        done++;
        if (event.type === 'failed') console.error(`${event.group.name}: ${errorText(event.error)}`);
        else {
          const of = event.group.members.map(({ result }) => `${result.name}.png`);
          const line = { v: 1, output: event.file, of, format: film.format, bytes: event.bytes };
          console.result(json ? JSON.stringify(line) : join(folder, event.file));
        }
        tell(0);
      }
    }
  } finally {
    console.endProgress();
  }
  return running.summary;
}
