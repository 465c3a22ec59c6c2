// The report as Markdown that reads well as it is.

import { countText, figureText } from './format.js';
import type { ReportData, ReportTable } from './report-data.js';

/** @param plotOf the file of a plot, as a link from the report; undefined where there is none */
export function markdown(report: ReportData, plotOf: (table: string, measure: string) => string): string {
  const { measures, tables, about } = report;
  return [
    '# What the pictures say, measured',
    about.map((line) => `- ${plain(line)}`).join('\n'),
    '## What is measured',
    measures.map(({ title, explanation }) => `- **${plain(title)}**: ${plain(explanation)}`).join('\n'),
    ...tables.flatMap((table) => [
      `## ${plain(table.title)}`,
      plain(table.reading),
      tableOf(table, report),
      ...(table.plots.length > 0
        ? [table.plots.map(({ measure }) => `![${titleOf(report, measure)}](${plotOf(table.key, measure)})`).join('\n')]
        : []),
    ]),
    '',
  ].join('\n\n');
}

const titleOf = ({ measures }: ReportData, measure: string) =>
  plain(measures.find(({ key }) => key === measure)?.title ?? measure);

function tableOf({ rows }: ReportTable, { measures }: ReportData): string {
  const known = measures.filter(({ key }) => rows.some(({ figures }) => Object.hasOwn(figures, key)));
  const cells = [
    ['', 'pictures', ...known.map(({ title }) => plain(title))],
    ...rows.map(({ name, n, figures }) => [
      plain(name),
      countText(n),
      ...known.map((measure) => {
        if (!Object.hasOwn(figures, measure.key)) return '';
        const figure = figures[measure.key];
        return `${figureText(figure, measure)}, n ${countText(figure.n)}`;
      }),
    ]),
  ];
  const widths = cells[0].map((_, column) => Math.max(3, ...cells.map((row) => [...row[column]].length)));
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, i) => (i === 0 ? cell + pad(cell, widths[i]) : pad(cell, widths[i]) + cell)).join(' | ')} |`;
  const rule = `|${widths.map((width, i) => (i === 0 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`;
  const [head, ...rest] = cells;
  return [line(head), rule, ...rest.map(line)].join('\n');
}

const pad = (text: string, width: number) => ' '.repeat(width - [...text].length);

/** Text without what Markdown or HTML would take for more than text: names come from files. */
function plain(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').replace(/[\\`*_[\]<>|&#!~]/g, (sign) => `\\${sign}`);
}
