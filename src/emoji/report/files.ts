// The files of a report.

import type { JournalLine } from '../../results/journal.js';
import { picturesCsv, tableCsv } from './csv.js';
import { markdown } from './markdown.js';
import type { Measurements } from './measures.js';
import type { ReportData } from './report-data.js';

/** The file by which a report knows its own folder. */
export const reportFile = 'report.json';

/** What report.json begins with, so that it is known for one of ours. */
const FORMAT = 'facewright report 1';

const plotFile = (table: string, measure: string) => `plots/${table}-${measure}.svg`;

/**
 * The files of a report, by their paths in its folder: report.md, report.json, a CSV for each table, pictures.csv with a
 * row for each result, and the plots.
 */
export function reportFiles(
  report: ReportData,
  lines: readonly JournalLine[],
  measured: Measurements,
): Map<string, string> {
  const files = new Map<string, string>([
    ['report.md', markdown(report, plotFile)],
    ...[...reportCsv(report, lines, measured)].map(([key, text]) => [`${key}.csv`, text] as const),
    ...report.tables.flatMap(({ key, plots }) =>
      plots.map(({ measure, svg }) => [plotFile(key, measure), `${svg}\n`] as const),
    ),
  ]);
  const names = [...files.keys()];
  return files.set(reportFile, `${JSON.stringify({ ...reportJson(report), files: names }, null, 2)}\n`);
}

/** The report's CSV files without their ending: a table each by its key, and `pictures`, with a row for each result. */
export function reportCsv(
  report: ReportData,
  lines: readonly JournalLine[],
  measured: Measurements,
): Map<string, string> {
  const tables = report.tables.map((table) => [table.key, tableCsv(table, report.measures)] as const);
  return new Map([...tables, ['pictures', picturesCsv(lines, measured)]]);
}

/** The report as JSON: plots are the names of their files. */
export function reportJson({ about, measures, tables }: ReportData): object {
  return {
    format: FORMAT,
    about,
    measures,
    tables: tables.map(({ plots, ...table }) => ({
      ...table,
      plots: plots.map(({ measure }) => ({ measure, file: plotFile(table.key, measure) })),
    })),
  };
}

/**
 * The files that an earlier report wrote into a folder.
 *
 * @param text of its report.json
 * @returns undefined when the text is none of ours
 */
export function earlierFiles(text: string): string[] | undefined {
  try {
    const { format, files } = JSON.parse(text) as { format?: unknown; files?: unknown };
    if (format !== FORMAT || !Array.isArray(files)) return undefined;
    // The list may be anyone's: only what a report can have written is believed.
    return files.filter(
      (file): file is string => typeof file === 'string' && /^(plots\/)?[a-z0-9_-]+\.(md|csv|svg)$/.test(file),
    );
  } catch {
    return undefined;
  }
}
