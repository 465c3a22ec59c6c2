// facewright bench fit: how long the Gaussian fit of a model that comes without one takes.

import type { ArgumentsCamelCase } from 'yargs';
import { fitTable, measureFit } from '../../bench/fit.js';
import { Arguments } from '../shared/arguments.js';
import { Console } from '../shared/console.js';
import { exitCode } from '../shared/exit.js';
import { wholeNumber } from '../shared/values.js';
import { openBenchEngine } from './bench-engine.js';

export async function fitCommand(parsed: ArgumentsCamelCase): Promise<number> {
  const words = new Arguments(parsed);
  const console = new Console(words.flag('quiet'));
  const latents = words.value('latents', (option, text) => wholeNumber(option, text, 2)) ?? 1_000_000;
  const engine = await openBenchEngine(words);
  console.note(`fitting the Gaussian of ${latents} latents …`);
  const fit = await measureFit(engine, latents);
  console.result(words.flag('json') ? JSON.stringify(fit) : fitTable(fit));
  return exitCode.done;
}
