// facewright bench step --trace: when each kernel of a step runs, and what the processor does meanwhile.

import { benchModel } from '../../bench/search-step.js';
import { summarise, summaryText } from '../../bench/trace/summary.js';
import { traceFile } from '../../bench/trace/trace-events.js';
import { traceStep } from '../../bench/trace/trace-step.js';
import { writeWholeFile } from '../../node/whole-file.js';
import { type Arguments, batchSize } from '../shared/arguments.js';
import type { Console } from '../shared/console.js';
import { exitCode, UsageError } from '../shared/exit.js';
import { wholeNumber } from '../shared/values.js';
import { openWatchedEngine } from './bench-engine.js';

export async function traceCommand(path: string, words: Arguments, console: Console): Promise<number> {
  const name = words.text('model') ?? 'demo';
  if (name.includes(',')) throw new UsageError(`--model ${name}: --trace takes one model`);
  const steps = words.value('steps', (option, text) => wholeNumber(option, text, 1));
  const batch = batchSize(words);
  const trace = await traceStep((watch) => openWatchedEngine(words, watch), await benchModel(name), { batch, steps });
  await writeWholeFile(path, JSON.stringify(traceFile(trace)));
  const summary = summarise(trace);
  console.result(words.flag('json') ? JSON.stringify(summary) : summaryText(trace, summary));
  console.note(`wrote ${path}; ui.perfetto.dev opens it`);
  return exitCode.done;
}
