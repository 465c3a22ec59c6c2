// Plots of dots and intervals, a row for each figure.

import { escapeXml } from '../../image/xmp.js';
import { labelLines, textWidth } from '../../plot/label.js';
import { MARGIN, round, svgDocument, text } from '../../plot/svg.js';
import { type Scale, scaleOf } from './axis.js';
import { countText, figureText, intervalText, unitText, valueText } from './format.js';
import type { Figure, Measure } from './report-data.js';

export interface PlotRow {
  readonly name: string;
  /** What stands above this row and its neighbours, and what the row is then called. */
  readonly heading?: { readonly name: string; readonly label: string };
  readonly figure: Figure | undefined;
}

export interface Plot {
  /** Of its own in a page: letters, digits, dashes and underscores. */
  readonly id: string;
  readonly title: string;
  readonly measure: Pick<Measure, 'title' | 'unit' | 'decimals'>;
  /** Values that the axis has to reach. */
  readonly axis?: { readonly from?: number; readonly to?: number };
  readonly rows: readonly PlotRow[];
}

/** All lengths are pixels. */
const WIDTH = 760;
const ROW = 22;
const LINE = 16;
const HEADING = 30;
const TOP = 66;
const MOST_LABEL = 250;
/** Between columns. */
const GAP = 14;
/** Sizes of letters. */
const VALUE_SIZE = 12;
const SMALL = 11;

/** With more rows than this the axis is written above them, too. */
const TALL = 16;

// The colour of dots is told from white and from black alike (4:1 and 5:1).
const ACCENT = '#3d85c6';

/** A plot as a whole SVG document. Rows without a figure are left out. */
export function plot({ id, title, measure, axis, rows }: Plot): string {
  const known = rows.filter((row): row is PlotRow & { figure: Figure } => row.figure !== undefined);
  const label = (row: PlotRow) => row.heading?.label ?? row.name;
  const indent = known.some(({ heading }) => heading !== undefined) ? 12 : 0;
  const labelWidth = Math.min(Math.max(...known.map((row) => textWidth(label(row)))), MOST_LABEL) + indent;
  const columns = columnsOf(known, measure);
  const left = MARGIN + labelWidth + GAP;
  const right = columns.left - GAP;
  const scale = scaleOf(
    known.map(({ figure }) => figure),
    axis ?? {},
    { from: left, to: right },
  );
  const parts: string[] = [];
  let y = TOP;
  for (const [i, row] of known.entries()) {
    const { heading } = row;
    if (heading !== undefined && heading.name !== known[i - 1]?.heading?.name) {
      parts.push(text(heading.name, MARGIN, y + HEADING - 9, { size: 13, bold: true }));
      y += HEADING;
    }
    const lines = labelLines(label(row), labelWidth - indent);
    const height = Math.max(ROW, lines.length * LINE + 6);
    parts.push(rowOf(row, lines, { ...columns, y: y + height / 2, x: MARGIN + indent, left, right }, scale, measure));
    y += height;
  }
  const height = y + 34;
  const said = `${known.map(({ name, figure }) => `${name}: ${figureText(figure, measure)}`).join('; ')}`;
  return svgDocument({
    id,
    title,
    description: said,
    width: WIDTH,
    height,
    parts: [
      text(INTERVAL, columns.interval, TOP - 8, { size: SMALL, end: true, faint: true }),
      text('n', columns.n, TOP - 8, { size: SMALL, end: true, faint: true }),
      ...axisOf(scale, measure, { top: TOP, bottom: y, both: known.length > TALL }),
      ...parts,
    ],
  });
}

/** What stands above the intervals. */
const INTERVAL = '95 % interval';

/** Where the numbers beside the rows end, and where the first of them may begin. */
interface Columns {
  readonly left: number;
  readonly value: number;
  readonly interval: number;
  readonly n: number;
}

function columnsOf(rows: readonly { readonly figure: Figure }[], measure: Plot['measure']): Columns {
  const widest = (size: number, texts: readonly string[]) => Math.max(...texts.map((each) => textWidth(each, size)));
  const figures = rows.map(({ figure }) => figure);
  const n = WIDTH - MARGIN;
  const interval = n - GAP - widest(SMALL, ['n', ...figures.map((figure) => countText(figure.n))]);
  const value = interval - GAP - widest(SMALL, [INTERVAL, ...figures.map((figure) => intervalText(figure, measure))]);
  return {
    left:
      value -
      widest(
        VALUE_SIZE,
        figures.map((figure) => valueText(figure.value, measure)),
      ),
    value,
    interval,
    n,
  };
}

interface Place extends Columns {
  readonly y: number;
  readonly x: number;
}

function rowOf(
  { name, figure }: PlotRow & { readonly figure: Figure },
  lines: readonly string[],
  { y, x, left, right, ...columns }: Place & { readonly right: number },
  scale: Scale,
  measure: Plot['measure'],
): string {
  const first = y + 4.5 - ((lines.length - 1) * LINE) / 2;
  const n = countText(figure.n);
  const tip = `${name}: ${figureText(figure, measure)}, n ${n} (${figure.emoji} independent)`;
  const [low, high] = [scale.at(figure.low), scale.at(figure.high)];
  return [
    '<g>',
    `<title>${escapeXml(tip)}</title>`,
    `<rect x="${left}" y="${round(y - ROW / 2)}" width="${right - left}" height="${ROW}" fill="none" pointer-events="all"/>`,
    `<path d="M${left} ${round(y)}H${right}" stroke="currentColor" stroke-opacity=".13"/>`,
    ...lines.map((line, i) => text(line, x, first + i * LINE, { size: 13 })),
    `<path d="M${round(low.x)} ${round(y)}H${round(high.x)}${endOf(low, y, -1)}${endOf(high, y, 1)}" fill="none" ` +
      `stroke="${ACCENT}" stroke-width="2" stroke-linejoin="round"/>`,
    `<circle cx="${round(scale.at(figure.value).x)}" cy="${round(y)}" r="4.5" fill="${ACCENT}"/>`,
    text(valueText(figure.value, measure), columns.value, y + 4.5, { size: VALUE_SIZE, end: true }),
    text(intervalText(figure, measure), columns.interval, y + 4.5, { size: SMALL, end: true, faint: true }),
    text(n, columns.n, y + 4.5, { size: SMALL, end: true, faint: true }),
    '</g>',
  ].join('');
}

/** How an interval ends: across, or in an arrow where it goes on beyond the axis. */
function endOf({ x, beyond }: { x: number; beyond: boolean }, y: number, side: 1 | -1): string {
  if (!beyond) return `M${round(x)} ${round(y - 4)}V${round(y + 4)}`;
  return `M${round(x - 5 * side)} ${round(y - 4)}L${round(x)} ${round(y)}L${round(x - 5 * side)} ${round(y + 4)}`;
}

function axisOf(
  { ticks, decimals, at }: Scale,
  { unit }: Plot['measure'],
  { top, bottom, both }: { top: number; bottom: number; both: boolean },
): string[] {
  return ticks.flatMap((tick) => {
    const x = round(at(tick).x);
    const label = valueText(tick, { unit: '', decimals }) + unitText(unit);
    const strong = tick === 0 ? '.55' : '.16';
    return [
      `<path d="M${x} ${top}V${bottom}" stroke="currentColor" stroke-opacity="${strong}"/>`,
      text(label, x, bottom + 17, { size: SMALL, middle: true, faint: true }),
      ...(both ? [text(label, x, top - 8, { size: SMALL, middle: true, faint: true })] : []),
    ];
  });
}
