// facewright bench search: what a face takes, searched for as run does.

import type { ArgumentsCamelCase } from 'yargs';
import { measureSearches, randomGenerator, type SearchesOptions, type SearchesResult } from '../../bench/search.js';
import { benchModel, benchShapes } from '../../bench/search-step.js';
import { searchesTable } from '../../bench/search-text.js';
import { type Engine, type Generator, openGenerator } from '../../index.js';
import { Arguments, batchSize } from '../shared/arguments.js';
import { Console } from '../shared/console.js';
import { exitCode } from '../shared/exit.js';
import { wholeNumber } from '../shared/values.js';
import { machineLine, openBenchEngine } from './bench-engine.js';

export async function searchCommand(parsed: ArgumentsCamelCase): Promise<number> {
  const words = new Arguments(parsed);
  const console = new Console(words.flag('quiet'));
  const options: SearchesOptions = {
    pictures: words.value('count', (option, text) => wholeNumber(option, text, 1)),
    batch: batchSize(words),
    steps: words.value('steps', (option, text) => wholeNumber(option, text, 1)),
    size: words.value('size', (option, text) => wholeNumber(option, text, 1)),
    onBatch: (done, batches) => console.note(`batch ${done} of ${batches}`),
  };
  const results: SearchesResult[] = [];
  for (const model of words.text('model')?.split(',') ?? [undefined]) {
    const open = {
      engine: () => openBenchEngine(words),
      generator: (engine: Engine) => openFor(model, engine, console),
    };
    results.push(await measureSearches(open, options));
  }
  const machine = machineLine(results[0].engine);
  console.result(words.flag('json') ? JSON.stringify(results) : `${machine}\n\n${searchesTable(results)}`);
  return exitCode.done;
}

/** A generator with random weights of a shape that is known by name, or that of a file; by default the demo generator. */
async function openFor(model: string | undefined, engine: Engine, console: Console): Promise<Generator> {
  if (benchShapes.some(({ name }) => name === model)) return randomGenerator(engine, await benchModel(model!));
  return openGenerator({ model, engine, onMessage: (text) => console.note(text) });
}
