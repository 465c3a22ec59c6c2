// Tables as CSV (RFC 4180).

import type { JournalLine } from '../../results/journal.js';
import { angleShift } from './colour.js';
import type { Measurements } from './measures.js';
import type { Measure, ReportTable } from './report-data.js';
import { sizeOf } from './subject.js';

export type Cell = string | number | boolean | null | undefined;

/** Rows of cells, with CRLF after each; unknown cells are empty, and so are numbers that are not finite. */
export function csv(rows: readonly (readonly Cell[])[]): string {
  return rows.map((row) => `${row.map(cellText).join(',')}\r\n`).join('');
}

function cellText(cell: Cell): string {
  if (cell === null || cell === undefined) return '';
  if (typeof cell === 'number') return Number.isFinite(cell) ? String(cell) : '';
  if (typeof cell === 'boolean') return cell ? 'yes' : 'no';
  // Spreadsheets take such a beginning for a formula, and run it; names come from files that anyone may have written.
  const text = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A table of the report: each figure with the ends of its interval, its n and the number of emoji that it counts. */
export function tableCsv({ rows }: ReportTable, measures: readonly Measure[]): string {
  const known = measures.filter(({ key }) => rows.some(({ figures }) => Object.hasOwn(figures, key)));
  const head = known.flatMap(({ key }) => [key, `${key}_low`, `${key}_high`, `${key}_n`, `${key}_emoji`]);
  return csv([
    ['row', 'pictures', ...head],
    ...rows.map(({ name, n, figures }) => [
      name,
      n,
      ...known.flatMap(({ key }) => {
        if (!Object.hasOwn(figures, key)) return [null, null, null, null, null];
        const { value, low, high, n: count, emoji } = figures[key];
        return [...[value, low, high].map(short), count, emoji];
      }),
    ]),
  ]);
}

/** Every result with all that is known of it, for analyses of one's own. */
export function picturesCsv(lines: readonly JournalLine[], measured: Measurements): string {
  return csv([pictureColumns.map(([title]) => title), ...lines.map((line) => rowOf(line, measured))]);
}

function rowOf(line: JournalLine, measured: Measurements): Cell[] {
  return pictureColumns.map(([, read]) => {
    const cell = read(line, measured.get(line.output));
    return typeof cell === 'number' ? short(cell) : cell;
  });
}

type Read = (line: JournalLine, measured: ReturnType<Measurements['get']>) => Cell;

const pictureColumns: readonly (readonly [string, Read])[] = [
  ['output', ({ output }) => output],
  ['input', ({ input }) => input],
  ['status', ({ status }) => status],
  ['failure', ({ failure, error }) => failure ?? error],
  ['set', ({ emoji }) => emoji?.set],
  ['emoji', ({ emoji }) => emoji?.character],
  ['code_points', ({ emoji }) => emoji?.codePoints],
  ['name', ({ emoji }) => emoji?.name],
  ['base', ({ emoji }) => emoji?.base],
  ['base_name', ({ emoji }) => emoji?.baseName],
  ['tone', ({ emoji }) => emoji?.tone],
  ['group', ({ emoji }) => emoji?.group],
  ['subgroup', ({ emoji }) => emoji?.subgroup],
  ['categories', ({ emoji }) => emoji?.categories.join(';')],
  ['frame', ({ emoji }) => emoji?.frame],
  ['size', sizeOf],
  ['seed', ({ seed }) => seed],
  ['duplicate', ({ duplicate }) => duplicate],
  ['model', ({ model }) => model.name],
  ['steps', ({ steps }) => steps],
  ['best_step', ({ best_step }) => best_step],
  ['l2', ({ losses }) => losses?.L2],
  ['eps', ({ eps }) => eps],
  ['within_eps', ({ status, met }) => (status === 'done' ? met : null)],
  ['colour_difference', (_, known) => known?.colourDifference],
  ['target_angle', (_, known) => known?.angle?.target],
  ['result_angle', (_, known) => known?.angle?.result],
  ['angle_shift', (_, known) => (known?.angle === undefined ? null : angleShift(known.angle))],
  ['spread', (_, known) => known?.spread],
  ['seconds', ({ status, seconds }) => (status === 'done' ? seconds : null)],
];

/** Seven digits, which is more than is meant. Whole numbers, as seeds are, stay whole. */
function short(value: number): number {
  return Number.isInteger(value) ? value : Number(value.toPrecision(7));
}
