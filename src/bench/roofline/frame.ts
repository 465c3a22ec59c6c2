// What the points of a roofline stand in: the axes, and the roof.

import { textWidth } from '../../plot/label.js';
import { round, text } from '../../plot/svg.js';
import type { Ceilings } from '../kernels/kernels-report.js';
import { quantity, roundQuantity } from '../units.js';
import type { LogScale } from './log-scale.js';
import { type Box, boxAt, overlap } from './place.js';

/** The place of the points, in pixels, and how values become places. */
export interface Frame {
  readonly area: Box;
  readonly x: LogScale;
  readonly y: LogScale;
}

const SMALL = 11;
/** Places along a line that its label may have, from the first on. */
const PLACES = 24;

/** Grid, numbers and titles of both axes. */
export function axes({ area, x, y }: Frame): string[] {
  const { left, right, top, bottom } = area;
  const line = (path: string, strong: boolean) =>
    `<path d="${path}" stroke="currentColor" stroke-opacity="${strong ? '.2' : '.07'}"/>`;
  const middle = (top + bottom) / 2;
  return [
    ...x.grid.map((value) => line(`M${round(x.at(value))} ${top}V${bottom}`, x.ticks.includes(value))),
    ...y.grid.map((value) => line(`M${left} ${round(y.at(value))}H${right}`, y.ticks.includes(value))),
    ...x.ticks.map((value) =>
      text(value.toLocaleString('en'), x.at(value), bottom + 17, { size: SMALL, middle: true, faint: true }),
    ),
    ...y.ticks.map((value) =>
      text(roundQuantity(value, 'FLOP/s'), left - 8, y.at(value) + 4, { size: SMALL, end: true, faint: true }),
    ),
    text('floating point operations for each byte that has to be moved', (left + right) / 2, bottom + 36, {
      size: 12,
      middle: true,
    }),
    `<g transform="rotate(-90 24 ${round(middle)})">${text('floating point operations a second', 24, middle, { size: 12, middle: true })}</g>`,
  ];
}

/** The lines of the roof: what copying allows, up to what multiply-adds do. */
export function roof({ fma, copy }: Ceilings, { area, x, y }: Frame): string[] {
  const ridge = fma / copy;
  const [from, to] = [Math.max(x.low, y.low / copy), Math.min(x.high, ridge)];
  const at = (intensity: number, speed: number) => `${round(x.at(intensity))} ${round(y.at(speed))}`;
  const slope = from < to ? `M${at(from, from * copy)}L${at(to, to * copy)}` : '';
  const flat = ridge < x.high ? `M${at(Math.max(ridge, x.low), fma)}H${area.right}` : '';
  return [`<path d="${slope}${flat}" fill="none" stroke="currentColor" stroke-width="2" stroke-linejoin="round"/>`];
}

/** What stands at the lines of the roof, where it covers the fewest points. */
export function ceilingLabels(
  { fma, copy }: Ceilings,
  { area, x, y }: Frame,
  points: readonly Box[],
): { readonly parts: string[]; readonly boxes: Box[] } {
  const ridge = Math.min(Math.max(x.at(fma / copy), area.left), area.right);
  const flat = `multiply-adds: ${quantity(fma, 'FLOP/s')}`;
  const slope = `copying: ${quantity(copy, 'B/s')}`;
  const flatWidth = textWidth(flat, SMALL);
  const slopeWidth = textWidth(slope, SMALL);
  const parts: string[] = [];
  const boxes: Box[] = [];
  // From the right end to the ridge, above the line; where that is too short, at its end: left of the ridge the roof is lower.
  const level = y.at(fma) - 12;
  const end = area.right - flatWidth / 2 - 4;
  const onFlat = along(end, Math.min(ridge + flatWidth / 2, end)).map((at) => ({
    at,
    box: boxAt(at, level, flatWidth, 16),
  }));
  const flatPlace = leastCovering(onFlat, points);
  if (flatPlace && ridge < area.right) {
    parts.push(text(flat, flatPlace.at, level + 4, { size: SMALL, middle: true }));
    boxes.push(flatPlace.box);
  }
  // Both axes are logarithmic, with one unit of each the same change along the line.
  const unit = (scale: LogScale) => scale.at(10 * scale.low) - scale.at(scale.low);
  const angle = Math.atan2(unit(y), unit(x));
  const start = Math.max(area.left, x.at(Math.max(x.low, y.low / copy)));
  const reach = { x: (slopeWidth / 2) * Math.cos(angle), y: (slopeWidth / 2) * Math.abs(Math.sin(angle)) };
  const onSlope = along(start + reach.x + 8, ridge - reach.x).map((at) => {
    const height = y.at(copy * x.low) + ((at - area.left) / unit(x)) * unit(y);
    // Off the line, at right angles to it.
    const middle = { x: at + 10 * Math.sin(angle), y: height - 10 * Math.cos(angle) };
    return { at, middle, box: boxAt(middle.x, middle.y, 2 * reach.x + 12, 2 * reach.y + 12) };
  });
  const slopePlace = leastCovering(onSlope, points);
  if (slopePlace && ridge - start > 2 * reach.x) {
    const { x: cx, y: cy } = slopePlace.middle;
    const turn = `rotate(${round((angle * 180) / Math.PI)} ${round(cx)} ${round(cy)})`;
    parts.push(`<g transform="${turn}">${text(slope, cx, cy + 4, { size: SMALL, middle: true })}</g>`);
    boxes.push(slopePlace.box);
  }
  return { parts, boxes };
}

function along(from: number, to: number): number[] {
  return Array.from({ length: PLACES }, (_, i) => from + ((to - from) * i) / (PLACES - 1));
}

/** The first of the places that cover the least of the points. */
function leastCovering<P extends { readonly box: Box }>(places: readonly P[], points: readonly Box[]): P | undefined {
  const covered = places.map(({ box }) => points.reduce((sum, point) => sum + overlap(box, point), 0));
  return places[covered.indexOf(Math.min(...covered))];
}
