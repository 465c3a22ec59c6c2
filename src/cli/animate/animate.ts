// facewright animate: searches whose steps were saved, as animations.

import type { ArgumentsCamelCase } from 'yargs';
import { Arguments } from '../shared/arguments.js';
import { Console } from '../shared/console.js';
import { exitCode } from '../shared/exit.js';
import { interruptible } from '../shared/interrupt.js';
import { inFolder } from '../shared/out-folder.js';
import { duration } from '../shared/table.js';
import { counted } from '../shared/values.js';
import { readAnimateRequest } from './animate-request.js';
import { findGroups, performAnimate } from './perform-animate.js';

export async function animateCommand(parsed: ArgumentsCamelCase): Promise<number> {
  const words = new Arguments(parsed);
  const console = new Console(words.flag('quiet'));
  const request = readAnimateRequest(words);
  const found = await findGroups(request, console);
  const { folder } = request.out;
  return inFolder(folder, () =>
    interruptible(
      () => console.note('stopping; again: stop at once'),
      async ({ signal }) => {
        const began = performance.now();
        const { written, failed, wanted, interrupted } = await performAnimate(request, found, { console, signal });
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
