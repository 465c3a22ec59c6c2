// facewright bench step: seconds per search step and the share of each kernel.

import { spawnSync } from 'node:child_process';
import type { ArgumentsCamelCase } from 'yargs';
import { type Measurement, measure } from '../../bench/measure.js';
import { type BenchResult, kernelTable, peakLine, summaryTable } from '../../bench/report.js';
import { benchModel, benchShapes } from '../../bench/search-step.js';
import { FacewrightError } from '../../index.js';
import { Arguments, batchSize } from '../shared/arguments.js';
import { Console } from '../shared/console.js';
import { exitCode } from '../shared/exit.js';
import { wholeNumber } from '../shared/values.js';
import { benchEngineOptions, machineLine, openBenchEngine } from './bench-engine.js';
import { traceCommand } from './trace.js';

export async function stepCommand(parsed: ArgumentsCamelCase): Promise<number> {
  const words = new Arguments(parsed);
  const console = new Console(words.flag('quiet'));
  const trace = words.text('trace');
  if (trace !== undefined) return traceCommand(trace, words, console);
  const models = (words.text('model') ?? benchShapes.map(({ name }) => name).join()).split(',');
  const results: BenchResult[] = [];
  for (const model of models) {
    if (models.length > 1) console.note(`measuring ${model} …`);
    results.push(models.length === 1 ? await measureHere(model, words) : measureApart(model, words));
  }
  console.result(words.flag('json') ? JSON.stringify(results) : resultsText(results));
  return exitCode.done;
}

/** Measures the step of one network in this process. */
async function measureHere(model: string, words: Arguments): Promise<BenchResult> {
  const steps = words.value('steps', (option, text) => wholeNumber(option, text, 1)) ?? 3;
  const batch = batchSize(words) ?? 1;
  const opened = await benchModel(model);
  const engine = await openBenchEngine(words);
  const measured: Measurement = await measure(engine, opened, batch, steps);
  return { ...measured, engine: engine.info };
}

/** Measures the step of one network in a process of its own, so that its peak memory is its own. */
function measureApart(model: string, words: Arguments): BenchResult {
  const given = ['steps', 'batch', ...benchEngineOptions].flatMap((name) => {
    const text = words.text(name);
    return text === undefined ? [] : [`--${name}`, text];
  });
  if (words.without('tuned')) given.push('--no-tuned');
  const child = spawnSync(process.execPath, [process.argv[1], 'bench', 'step', '--model', model, '--json', ...given], {
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 2 ** 28,
  });
  if (child.status !== 0) {
    throw new FacewrightError(
      child.stderr
        .toString()
        .trim()
        .replace(/^facewright: /, '') || `${model}: no result`,
    );
  }
  return (JSON.parse(child.stdout.toString()) as BenchResult[])[0];
}

function resultsText(results: readonly BenchResult[]): string {
  const machine = machineLine(results[0].engine);
  const heads = [machine, ...[peakLine(results)].filter((line) => line !== undefined)].join('\n');
  return [heads, summaryTable(results), ...results.map(kernelTable)].join('\n\n');
}
