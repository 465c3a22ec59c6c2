// facewright report: measures the pictures that a run wrote.

import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ArgumentsCamelCase } from 'yargs';
import { earlierFiles, reportFile, reportFiles, reportJson } from '../../emoji/report/files.js';
import { intervalText, valueText } from '../../emoji/report/format.js';
import { measureResults } from '../../emoji/report/measure.js';
import { makeReport } from '../../emoji/report/report.js';
import type { Measure, ReportData, ReportRow } from '../../emoji/report/report-data.js';
import { readResults } from '../../index.js';
import { writeWholeFile } from '../../node/whole-file.js';
import { exists, inFolder } from '../../runs/out-folder.js';
import { counted } from '../../words.js';
import { Arguments, onlyFolder } from '../shared/arguments.js';
import { Console } from '../shared/console.js';
import { exitCode, UsageError } from '../shared/exit.js';
import { type Column, duration, table } from '../shared/table.js';

export async function reportCommand(parsed: ArgumentsCamelCase): Promise<number> {
  const words = new Arguments(parsed);
  const console = new Console(words.flag('quiet'));
  const folder = onlyFolder(words, 'report');
  const out = words.text('out') ?? join(folder, 'report');
  const lines = await readResults(folder);
  const began = performance.now();
  return inFolder(out, async () => {
    const done = lines.filter(({ status }) => status === 'done').length;
    let unreadable = 0;
    console.beginProgress(done);
    const progress = (count: number) => console.progress({ done: count, count: `${count} of ${done} measured` });
    if (done > 0) progress(0);
    const measured = await measureResults(folder, lines, {
      onProgress: progress,
      onWarning: (text) => {
        unreadable++;
        console.error(text);
      },
    }).finally(() => console.endProgress());
    const report = makeReport(folder, lines, measured);
    const files = reportFiles(report, lines, measured);
    await writeFiles(out, files, words.flag('force'));
    console.result(words.flag('json') ? JSON.stringify(reportJson(report), null, 2) : reportText(report));
    const plots = report.tables.reduce((sum, { plots }) => sum + plots.length, 0);
    console.note(
      `${join(out, 'report.md')}: ${counted(report.tables.length, 'table')} of ${counted(lines.length, 'result')}, ` +
        `${duration((performance.now() - began) / 1000)}; beside it report.json, CSV files` +
        `${plots > 0 ? ` and ${counted(plots, 'plot')} (SVG)` : ''}`,
    );
    if (unreadable > 0)
      console.note(
        `${counted(unreadable, 'picture')} could not be read and ${unreadable === 1 ? 'is' : 'are'} left out`,
      );
    return unreadable > 0 ? exitCode.someFailed : exitCode.done;
  });
}

/** Writes the files, and takes away those of an earlier report that this one has no more. */
async function writeFiles(out: string, files: ReadonlyMap<string, string>, force: boolean): Promise<void> {
  const earlier = await readEarlier(join(out, reportFile));
  if (earlier === undefined && !force) {
    for (const file of files.keys()) {
      if (!(await exists(join(out, file)))) continue;
      throw new UsageError(
        `${join(out, file)}: is there already, and facewright report did not write it; ` +
          'choose another --out, or overwrite it with --force',
      );
    }
  }
  for (const file of earlier ?? []) {
    if (!files.has(file)) await rm(join(out, file), { force: true });
  }
  // First what says that the others are a report's: so that the command, broken off here, can be given again.
  const first = files.get(reportFile)!;
  for (const [file, content] of [[reportFile, first] as const, ...files])
    await writeWholeFile(join(out, file), content);
}

async function readEarlier(path: string): Promise<string[] | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : earlierFiles(text);
}

/** Columns beside each other, with a row of cells for each row of the report. */
interface Part {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly string[])[];
}

/** The first table, in as many parts as the terminal's width asks for. @param width of the terminal, in characters */
export function reportText({ tables, measures }: ReportData, width = process.stdout.columns ?? 100): string {
  const [{ title, rows }] = tables;
  const most = Math.max(16, Math.floor(width / 3));
  const names: Part = { columns: [{ title, most }], rows: rows.map(({ name }) => [name]) };
  const parts: Part[] = [];
  for (const measure of measures) {
    if (!rows.some(({ figures }) => Object.hasOwn(figures, measure.key))) continue;
    const columns = columnsOf(rows, measure);
    const wider = parts.length === 0 ? undefined : beside(parts.at(-1)!, columns);
    if (wider !== undefined && widthOf(wider) <= width) parts[parts.length - 1] = wider;
    else parts.push(beside(names, columns));
  }
  const texts = parts.map(({ columns, rows }) => {
    // Rows of which nothing in this part is known.
    const known = rows.filter(([, ...cells]) => cells.some((cell) => cell !== ''));
    return table(columns, known);
  });
  return [...texts, 'Each figure with its 95 % confidence interval and n, the pictures it is from.'].join('\n\n');
}

const beside = (left: Part, right: Part): Part => ({
  columns: [...left.columns, ...right.columns],
  rows: left.rows.map((row, i) => [...row, ...right.rows[i]]),
});

const widthOf = ({ columns, rows }: Part) =>
  Math.max(
    ...table(columns, rows)
      .split('\n')
      .map((line) => [...line].length),
  );

/** Value, interval and n. The title stands above the interval, which is the widest. */
function columnsOf(rows: readonly ReportRow[], measure: Measure): Part {
  const { key, title } = measure;
  const own = key === 'l2' ? title : title.toLowerCase();
  return {
    columns: ['', own, 'n'].map((name) => ({ title: name, right: true })),
    rows: rows.map(({ figures }) => {
      if (!Object.hasOwn(figures, key)) return ['', '', ''];
      const figure = figures[key];
      return [valueText(figure.value, measure), intervalText(figure, measure), String(figure.n)];
    }),
  };
}
