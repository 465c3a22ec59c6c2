// facewright weights: the generators that there are, and what is done with their files.

import type { ArgumentsCamelCase } from 'yargs';
import { nearest } from '../../nearest.js';
import { listed } from '../../words.js';
import { Arguments } from '../shared/arguments.js';
import { Console } from '../shared/console.js';
import { UsageError } from '../shared/exit.js';
import { convert } from './convert.js';
import { fetch } from './fetch.js';
import { inspect } from './inspect.js';
import { list } from './list.js';

/** What is done, with the words after its name. @returns the exit code */
type Action = (inputs: readonly string[], words: Arguments, console: Console) => Promise<number>;

const actions: Readonly<Record<string, Action>> = { list, fetch, inspect, convert };

export async function weightsCommand(parsed: ArgumentsCamelCase): Promise<number> {
  const words = new Arguments(parsed);
  const [name, ...inputs] = words.texts('inputs');
  const names = Object.keys(actions);
  if (name === undefined) {
    throw new UsageError(`what with weights? ${listed(names, 'or')}, for example facewright weights list`);
  }
  if (!Object.hasOwn(actions, name)) {
    const meant = nearest(name, names);
    throw new UsageError(`weights ${name}: must be ${listed(names, 'or')}${meant ? `; did you mean ${meant}?` : ''}`);
  }
  for (const option of ['half', 'fit']) {
    if (name !== 'convert' && words.flag(option)) throw new UsageError(`--${option} is for weights convert`);
  }
  return actions[name](inputs, words, new Console(words.flag('quiet')));
}
