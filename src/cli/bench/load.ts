// facewright bench load: how long weight files of full size take to open.

import type { ArgumentsCamelCase } from 'yargs';
import { loadingTable, measureLoading } from '../../bench/loading.js';
import { Arguments } from '../shared/arguments.js';
import { Console } from '../shared/console.js';
import { exitCode } from '../shared/exit.js';

export async function loadCommand(parsed: ArgumentsCamelCase): Promise<number> {
  const words = new Arguments(parsed);
  const console = new Console(words.flag('quiet'));
  const results = await measureLoading((file) => console.note(`opening ${file} …`));
  console.result(words.flag('json') ? JSON.stringify(results) : loadingTable(results));
  return exitCode.done;
}
