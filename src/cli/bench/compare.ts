// facewright bench compare: two reports of bench kernels, held against each other; and a report as a roofline.

import type { ArgumentsCamelCase } from 'yargs';
import { compareReports, failuresOf, type NamedReport } from '../../bench/compare/compare.js';
import { compareText } from '../../bench/compare/compare-text.js';
import { readKernelsReport } from '../../bench/compare/read-report.js';
import { roofline } from '../../bench/roofline/roofline.js';
import { writeWholeFile } from '../../node/whole-file.js';
import { counted } from '../../words.js';
import { Arguments } from '../shared/arguments.js';
import { Console } from '../shared/console.js';
import { exitCode, UsageError } from '../shared/exit.js';
import { realNumber } from '../shared/values.js';
import { checkPlot } from './plot-file.js';

export async function compareCommand(parsed: ArgumentsCamelCase): Promise<number> {
  const words = new Arguments(parsed);
  const console = new Console(words.flag('quiet'));
  const paths = words.texts('inputs');
  const plot = words.text('plot');
  const fail = words.value('fail', readBound);
  checkPlot(plot);
  if (paths.length !== 2 && !(paths.length === 1 && plot !== undefined)) {
    throw new UsageError(
      `${counted(paths.length, 'report')}: name the older one and the newer one, or one with --plot; bench kernels --json writes them`,
    );
  }
  if (paths.length === 1 && fail !== undefined) throw new UsageError('--fail needs two reports, the older one first');
  const reports = await Promise.all(
    paths.map(async (name): Promise<NamedReport> => ({ name, report: await readKernelsReport(name) })),
  );
  const newer = reports.at(-1)!;
  const old = reports.length === 2 ? reports[0] : undefined;
  const comparison = old && compareReports(old, newer, { force: words.flag('force') });
  if (plot !== undefined) {
    await writeWholeFile(plot, roofline(newer.report, old?.report));
    console.note(`wrote ${plot}`);
  }
  if (comparison === undefined) return exitCode.done;
  const failures = fail === undefined ? { kernels: [], step: false } : failuresOf(comparison, fail);
  console.result(
    words.flag('json')
      ? JSON.stringify({ ...comparison, failures })
      : compareText(comparison, { fail, all: words.flag('all') }),
  );
  return failures.kernels.length > 0 || failures.step ? exitCode.someFailed : exitCode.done;
}

/** `5%`, or `5`, as 0.05. */
function readBound(option: string, text: string): number {
  const range = 'of per cent that is 0 or more, for example 5%';
  return realNumber(option, text.replace(/\s*%$/, ''), range, (value) => value >= 0) / 100;
}
