// What stands under a roofline: which colour is what, and which number.

import { labelLines, textWidth } from '../../plot/label.js';
import { MARGIN, round, text } from '../../plot/svg.js';
import type { Ceilings } from '../kernels/kernels-report.js';
import { shortShape } from '../kernels/select.js';
import { percent, quantity } from '../units.js';
import { colouredFamilies, colourOf } from './colours.js';
import type { Family, RooflinePoint } from './points.js';

/** Something that was drawn, and where the next thing may begin. */
export interface Block {
  readonly parts: readonly string[];
  readonly bottom: number;
}

const SIZE = 12;
const SMALL = 11;
const ROW = 20;
const LINE = 14;
const GAP = 14;

/** The families with their shares of the step, side by side, in as many rows as they need. */
export function legend(families: readonly Family[], top: number, width: number): Block {
  const parts: string[] = [];
  let [x, y] = [MARGIN, top];
  for (const { colour, name, share } of colouredFamilies(families)) {
    const label = `${name} ${percent(share)}`;
    const wide = 16 + textWidth(label, SIZE) + GAP;
    if (x > MARGIN && x + wide > width - MARGIN) [x, y] = [MARGIN, y + ROW];
    parts.push(dot(x + 5, y - 4, colour), text(label, x + 16, y, { size: SIZE }));
    x += wide;
  }
  return { parts, bottom: y };
}

interface Column {
  readonly title: string;
  /** Where its texts end. */
  readonly end: number;
  readonly cell: (point: RooflinePoint) => string;
}

/** A line for each of the numbered points. */
export function keyTable(
  points: readonly RooflinePoint[],
  { fma, copy }: Ceilings,
  families: readonly Family[],
  top: number,
  width: number,
): Block {
  const end = width - MARGIN;
  const columns: Column[] = [
    { title: 'of the step', end: end - 236, cell: ({ share }) => percent(share) },
    { title: 'FLOP/s', end: end - 158, cell: ({ speed }) => quantity(speed, '') },
    {
      title: 'of the roof',
      end: end - 82,
      cell: ({ speed, intensity }) => percent(speed / Math.min(fma, copy * intensity)),
    },
    { title: 'FLOP a byte', end, cell: ({ intensity }) => intensity.toPrecision(3) },
  ];
  const parts = columns.map((column) => text(column.title, column.end, top, { size: SMALL, end: true, faint: true }));
  const [kernelAt, most] = [MARGIN + 40, end - 236 - 62 - (MARGIN + 40)];
  let y = top + 2;
  for (const [index, point] of points.entries()) {
    const lines = labelLines(`${point.kernel}: ${shortShape(point.shape)}`, (most * 13) / SMALL);
    y += ROW;
    parts.push(
      dot(MARGIN + 5, y - 4, colourOf(point.family, families)),
      text(String(index + 1), MARGIN + 30, y, { size: SIZE, bold: true, end: true }),
      ...lines.map((line, i) => text(line, kernelAt, y + i * LINE, { size: SIZE })),
      ...columns.map((column) => text(column.cell(point), column.end, y, { size: SIZE, end: true })),
    );
    y += (lines.length - 1) * LINE;
  }
  return { parts, bottom: y };
}

function dot(x: number, y: number, colour: string): string {
  return `<circle cx="${round(x)}" cy="${round(y)}" r="5" fill="${colour}"/>`;
}
