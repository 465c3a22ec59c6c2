// facewright bench kernels: the WGSL kernels of a search step, one by one.

import type { ArgumentsCamelCase } from 'yargs';
import { compareReports } from '../../bench/compare/compare.js';
import { readKernelsReport } from '../../bench/compare/read-report.js';
import { openBenchDevice } from '../../bench/kernels/bench-device.js';
import type { KernelsReport } from '../../bench/kernels/kernels-report.js';
import { kernelsText, samplesCsv } from '../../bench/kernels/kernels-text.js';
import { type KernelsEvent, measureKernels, openOracle } from '../../bench/kernels/measure-kernels.js';
import { kernelFilter } from '../../bench/kernels/select.js';
import { roofline } from '../../bench/roofline/roofline.js';
import { benchModel } from '../../bench/search-step.js';
import { writeWholeFile } from '../../node/whole-file.js';
import { Arguments, batchSize } from '../shared/arguments.js';
import { Console } from '../shared/console.js';
import { exitCode, UsageError } from '../shared/exit.js';
import { kernelsIsa } from './kernels-isa.js';
import { checkPlot } from './plot-file.js';
import { isTry, tryCommand } from './try.js';

/** What only some of the three ways to look at kernels take: measured, compiled (--isa), or an author's own (--try). */
const measuredOnly = ['variants', 'csv', 'plot', 'against'];
const isaOnly = ['precision', 'listing', 'gate', 'write-gate'];

export async function kernelsCommand(parsed: ArgumentsCamelCase): Promise<number> {
  const words = new Arguments(parsed);
  const filters = words.texts('inputs');
  if (filters.length > 1) {
    throw new UsageError(
      `kernels ${filters.join(' ')}: one filter at most; several names go into one as '${filters.join('|')}'`,
    );
  }
  const family = words.text('isa');
  const own = isTry(words);
  if (own && family !== undefined) throw new UsageError('--isa and --try: choose one of them');
  if (own) refuse(words, [...measuredOnly, ...isaOnly], 'is not for --try; leave it out');
  if (family !== undefined) refuse(words, [...measuredOnly, 'adapter'], 'is not for --isa; leave it out');
  else refuse(words, isaOnly, 'is for --isa: name a family of GPUs, for example --isa navi31');
  if (own) return tryCommand(words);
  const console = new Console(words.flag('quiet'));
  if (family !== undefined) return kernelsIsa(family, words, console, kernelFilter(filters[0] ?? ''));
  return measureAll(words, filters[0], console);
}

/** @throws UsageError when one of the options was given */
function refuse(words: Arguments, names: readonly string[], why: string): void {
  const given = names.find((name) => words.flag(name) || words.text(name) !== undefined);
  if (given !== undefined) throw new UsageError(`--${given} ${why}`);
}

async function measureAll(words: Arguments, filter: string | undefined, console: Console): Promise<number> {
  if (words.flag('json') && words.flag('csv')) throw new UsageError('--json and --csv: choose one of them');
  const [plot, against] = [words.text('plot'), words.text('against')];
  if (against !== undefined && plot === undefined) {
    throw new UsageError('--against is for --plot: name the picture, for example --plot roofline.svg');
  }
  checkPlot(plot);
  const old = against === undefined ? undefined : { name: against, report: await readKernelsReport(against) };
  const batch = batchSize(words) ?? 1;
  const model = await benchModel(words.text('model') ?? 'demo');
  const bench = await openBenchDevice({ adapter: words.text('adapter') });
  const oracle = openOracle();
  try {
    const request = { model, batch, filter, variants: words.flag('variants'), oracle };
    const report = await measureKernels(bench, request, (event) => tellProgress(console, event));
    console.endProgress();
    console.result(resultText(report, words));
    if (plot !== undefined) {
      if (old !== undefined) compareReports(old, { name: 'this run', report });
      await writeWholeFile(plot, roofline(report, old?.report));
      console.note(`wrote ${plot}`);
    }
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
