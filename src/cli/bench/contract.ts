// facewright bench contract: what a kernel of one's own has to keep, as WGSL to begin with.

import type { ArgumentsCamelCase } from 'yargs';
import { contractNames, contractOf } from '../../bench/try/contract.js';
import { contractText } from '../../bench/try/contract-text.js';
import { readShaders } from '../../index.js';
import { Arguments } from '../shared/arguments.js';
import { Console } from '../shared/console.js';
import { exitCode, UsageError } from '../shared/exit.js';

export async function contractCommand(parsed: ArgumentsCamelCase): Promise<number> {
  const names = new Arguments(parsed).texts('inputs');
  const shaders = await readShaders();
  if (names.length !== 1) {
    throw new UsageError(`contract of what? one of ${contractNames(shaders).join(', ')}`);
  }
  new Console().result(contractText(contractOf(names[0], shaders)).trimEnd());
  return exitCode.done;
}
