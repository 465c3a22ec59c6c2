// facewright bench kernels: the WGSL kernels of a search step, one by one.

import type { ArgumentsCamelCase } from 'yargs';
import { openBenchDevice } from '../../bench/kernels/bench-device.js';
import type { KernelsReport } from '../../bench/kernels/kernels-report.js';
import { kernelsText, samplesCsv } from '../../bench/kernels/kernels-text.js';
import { type KernelsEvent, measureKernels, openOracle } from '../../bench/kernels/measure-kernels.js';
import { benchModel } from '../../bench/search-step.js';
import { Arguments, batchSize } from '../shared/arguments.js';
import { Console } from '../shared/console.js';
import { exitCode, UsageError } from '../shared/exit.js';

export async function kernelsCommand(parsed: ArgumentsCamelCase): Promise<number> {
  const words = new Arguments(parsed);
  const console = new Console(words.flag('quiet'));
  const filters = words.texts('inputs');
  if (filters.length > 1) {
    throw new UsageError(
      `kernels ${filters.join(' ')}: one filter at most; several names go into one as '${filters.join('|')}'`,
    );
  }
  if (words.flag('json') && words.flag('csv')) throw new UsageError('--json and --csv: choose one of them');
  const batch = batchSize(words) ?? 1;
  const model = await benchModel(words.text('model') ?? 'demo');
  const bench = await openBenchDevice({ adapter: words.text('adapter') });
  const oracle = openOracle();
  try {
    const request = { model, batch, filter: filters[0], variants: words.flag('variants'), oracle };
    const report = await measureKernels(bench, request, (event) => tellProgress(console, event));
    console.endProgress();
    console.result(resultText(report, words));
  } finally {
    console.endProgress();
    bench.close();
    if ('engine' in oracle) oracle.engine.close();
  }
  return exitCode.done;
}

function resultText(report: KernelsReport, words: Arguments): string {
  if (words.flag('json')) return JSON.stringify(report);
  return words.flag('csv') ? samplesCsv(report).trimEnd() : kernelsText(report);
}

function tellProgress(console: Console, event: KernelsEvent): void {
  if (event.type === 'started') {
    console.beginProgress(event.kernels, 'compiling');
    return;
  }
  console.progress({ done: event.done, count: `${event.done} of ${event.kernels} kernels` });
}
