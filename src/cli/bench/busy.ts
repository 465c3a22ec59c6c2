// facewright bench busy: a step of the native engine while other processes want the same cores.

import type { ArgumentsCamelCase } from 'yargs';
import { busyTable, measureBusy } from '../../bench/busy.js';
import { benchModel } from '../../bench/search-step.js';
import { loadAddon, openNative } from '../../index.js';
import { Arguments } from '../shared/arguments.js';
import { Console } from '../shared/console.js';
import { exitCode } from '../shared/exit.js';
import { wholeNumber } from '../shared/values.js';
import { machineLine } from './bench-engine.js';

const ROUNDS = 5;
const SECONDS = 3;

export async function busyCommand(parsed: ArgumentsCamelCase): Promise<number> {
  const words = new Arguments(parsed);
  const console = new Console(words.flag('quiet'));
  const number = (name: string, usual: number) =>
    words.value(name, (option, text) => wholeNumber(option, text, 1)) ?? usual;
  const rounds = number('rounds', ROUNDS);
  const result = await measureBusy({
    open: (threads) => openNative({ threads }),
    threads: loadAddon().machine().processors,
    model: await benchModel(words.text('model') ?? 'demo'),
    rounds,
    seconds: number('seconds', SECONDS),
    onRound: (done) => console.note(`round ${done} of ${rounds}`),
  });
  console.result(words.flag('json') ? JSON.stringify(result) : `${machineLine(result.engine)}\n\n${busyTable(result)}`);
  return exitCode.done;
}
