// The loss curve of a search as an SVG drawing: L2 over the steps, on a logarithmic scale, with eps.

import type { Box } from '../canvas.js';
import { type TextStyle, textPath, textWidth } from '../text.js';

/** The losses of one search. */
export interface Losses {
  /** L2 of the best picture after each step. */
  readonly best: readonly number[];
  /** L2 of each step's own picture, where that is known. */
  readonly own?: readonly number[] | undefined;
  readonly eps: number;
}

/** From the least to the greatest L2 that is shown, both greater than 0. */
export interface Range {
  readonly least: number;
  readonly most: number;
}

const PANEL = '#ffffff';
const GRID = '#e6e6e9';
const SOFT = '#6b6b70';
const OWN = '#c9cede';
const BEST = '#2f5bd7';
const EPS = '#1a8a5a';

/** Room above and below the curves, as a factor. */
const ROOM = 1.25;

/** What several curves have to show, to stand on one scale. */
export function commonRange(curves: readonly Losses[]): Range {
  const values = curves
    .flatMap(({ best, own, eps }) => [...best, ...(own ?? []), eps])
    .filter((value) => Number.isFinite(value) && value > 0);
  if (values.length === 0) return { least: 0.001, most: 1 };
  const [least, most] = [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))];
  return { least: least / ROOM, most: most * ROOM };
}

/** The round numbers in a range: decades, and their doubles and fives where there are few decades. */
export function marks({ least, most }: Range): number[] {
  const decades = Math.log10(most / least);
  const digits = decades > 2.5 ? [1] : decades > 1.2 ? [1, 3] : [1, 2, 5];
  const found: number[] = [];
  for (let power = Math.floor(Math.log10(least)); power <= Math.ceil(Math.log10(most)); power++) {
    for (const digit of digits) {
      // Through text: 3·10⁻³ is 0.003 then, and not 0.0030000000000000005.
      const value = Number(`${digit}e${power}`);
      if (value >= least && value <= most) found.push(value);
    }
  }
  return found;
}

/**
 * Draws the curve up to a step.
 *
 * @param step from 0; −1 draws the axes alone
 * @param steps of the longest search that is shown beside it, which is how wide the panel is
 * @param unit the length of a pixel where the panel is 256 px wide
 * @returns SVG elements
 */
export function drawCurve(losses: Losses, box: Box, range: Range, step: number, steps: number, unit: number): string {
  const text: TextStyle = { size: 12 * unit, colour: SOFT };
  const ticks = marks(range);
  const labels = ticks.map((value) => String(value));
  const left = box.x + Math.max(...labels.map((label) => textWidth(label, text)), 0) + 16 * unit;
  const right = box.x + box.width - 14 * unit;
  const top = box.y + 34 * unit;
  const bottom = box.y + box.height - 30 * unit;
  const x = (at: number) => left + (steps < 2 ? 0 : ((right - left) * at) / (steps - 1));
  const y = (value: number) => {
    const part = Math.log(value / range.least) / Math.log(range.most / range.least);
    return bottom - (bottom - top) * Math.min(Math.max(part, 0), 1);
  };
  const line = (colour: string, width: number, ...[x1, y1, x2, y2]: number[]) =>
    `<path d="M${round(x1)} ${round(y1)}L${round(x2)} ${round(y2)}" stroke="${colour}" stroke-width="${round(width * unit)}"/>`;
  const parts = [
    `<rect x="${box.x}" y="${box.y}" width="${box.width}" height="${box.height}" rx="${6 * unit}" fill="${PANEL}"/>`,
    textPath('L2', box.x + 10 * unit, box.y + 20 * unit, { ...text, size: 13 * unit }),
  ];
  for (const [i, value] of ticks.entries()) {
    parts.push(line(GRID, 1, left, y(value), right, y(value)));
    parts.push(textPath(labels[i], left - 6 * unit, y(value) + 4 * unit, { ...text, anchor: 'end' }));
  }
  const { eps, best, own } = losses;
  if (eps > 0) {
    const height = y(eps);
    parts.push(
      `<path d="M${round(left)} ${round(height)}H${round(right)}" stroke="${EPS}" stroke-width="${round(1.5 * unit)}" stroke-dasharray="${round(5 * unit)} ${round(4 * unit)}"/>`,
      // At the left the curve is far above.
      textPath(`eps ${eps}`, left, height - 6 * unit, { ...text, colour: EPS }),
    );
  }
  parts.push(textPath('step 1', left, box.y + box.height - 10 * unit, text));
  parts.push(textPath(String(steps), right, box.y + box.height - 10 * unit, { ...text, anchor: 'end' }));
  const upTo = Math.min(step, best.length - 1);
  if (own !== undefined) parts.push(polyline(own, upTo, OWN, 1.5 * unit, x, y));
  parts.push(polyline(best, upTo, BEST, 2.5 * unit, x, y));
  if (upTo >= 0 && best[upTo] > 0) {
    parts.push(`<circle cx="${round(x(upTo))}" cy="${round(y(best[upTo]))}" r="${round(4 * unit)}" fill="${BEST}"/>`);
  }
  return `<g fill="none">${parts.join('')}</g>`;
}

/** What is no number leaves a gap. */
function polyline(
  values: readonly number[],
  upTo: number,
  colour: string,
  width: number,
  x: (at: number) => number,
  y: (value: number) => number,
): string {
  let path = '';
  let drawing = false;
  for (let i = 0; i <= upTo; i++) {
    const value = values[i];
    const known = Number.isFinite(value) && value > 0;
    if (known) path += `${drawing ? 'L' : 'M'}${round(x(i))} ${round(y(value))}`;
    drawing = known;
  }
  if (path === '') return '';
  return `<path d="${path}" stroke="${colour}" stroke-width="${round(width)}" stroke-linejoin="round" stroke-linecap="round"/>`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
