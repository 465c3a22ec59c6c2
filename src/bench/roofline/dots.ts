// The points of a roofline as they are drawn.

import { escapeXml } from '../../image/xmp.js';
import { textWidth } from '../../plot/label.js';
import { round, text } from '../../plot/svg.js';
import { percent, quantity } from '../units.js';
import type { Frame } from './frame.js';
import { type Box, boxAt, type Candidate, placeLabels } from './place.js';
import type { RooflinePoint } from './points.js';

/** A point with its place, all in pixels. */
export interface Dot {
  readonly point: RooflinePoint;
  readonly colour: string;
  readonly x: number;
  readonly y: number;
  readonly r: number;
  /** Where it was in the older run. */
  readonly from?: { readonly x: number; readonly y: number };
}

/** The radius of a point that is the whole step, and the least of any. */
const WHOLE = 42;
const LEAST = 3;
/** The least of one that holds its number. */
const ROOMY = 9;
/** Arrows shorter than this say nothing. */
const SHORTEST = 5;
const NUMERAL = 12;

/** Places a point: its area is its share of the step. */
export function dotOf(point: RooflinePoint, colour: string, { x, y }: Frame): Dot {
  const at = ({ intensity, speed }: { intensity: number; speed: number }) => ({ x: x.at(intensity), y: y.at(speed) });
  const r = Math.max(LEAST, WHOLE * Math.sqrt(point.share));
  return { point, colour, ...at(point), r, from: point.before && at(point.before) };
}

export function boxOf({ x, y, r }: Dot): Box {
  return boxAt(x, y, 2 * r, 2 * r);
}

export function circleOf({ point, colour, x, y, r }: Dot): string {
  const { kernel, shape, share, speed, intensity } = point;
  const tip = `${kernel}, ${shape}: ${percent(share)} of the step, ${quantity(speed, 'FLOP/s')}, ${intensity.toPrecision(3)} FLOP a byte`;
  return (
    `<circle cx="${round(x)}" cy="${round(y)}" r="${round(r)}" fill="${colour}" fill-opacity=".8" stroke="${colour}">` +
    `<title>${escapeXml(tip)}</title></circle>`
  );
}

/** The way from where a point was in the older run, a ring there, to the point's rim. */
export function arrowOf({ colour, x, y, r, from }: Dot): string[] {
  if (!from || !hasMoved({ x, y, r, from })) return [];
  const angle = Math.atan2(y - from.y, x - from.x);
  const [endX, endY] = [x - r * Math.cos(angle), y - r * Math.sin(angle)];
  const barb = (turn: number) =>
    `${round(endX - 7 * Math.cos(angle + turn))} ${round(endY - 7 * Math.sin(angle + turn))}`;
  const tip = `${round(endX)} ${round(endY)}`;
  return [
    `<g class="moved" fill="none" stroke="${colour}" stroke-width="1.5"><circle cx="${round(from.x)}" cy="${round(from.y)}" r="2.5"/>` +
      `<path d="M${round(from.x)} ${round(from.y)}L${tip}M${barb(0.45)}L${tip}L${barb(-0.45)}"/></g>`,
  ];
}

/** Whether a point has left where it was far enough for an arrow. */
export function hasMoved({ x, y, r, from }: Pick<Dot, 'x' | 'y' | 'r' | 'from'>): boolean {
  return from !== undefined && Math.hypot(x - from.x, y - from.y) >= r + SHORTEST;
}

/** What an arrow covers, in pieces, as a slanting one leaves most of its box free. */
function arrowBoxes({ x, y, r, from }: Dot): Box[] {
  if (!from || !hasMoved({ x, y, r, from })) return [];
  const pieces = Math.ceil(Math.hypot(x - from.x, y - from.y) / 8);
  return Array.from({ length: pieces + 1 }, (_, i) =>
    boxAt(from.x + ((x - from.x) * i) / pieces, from.y + ((y - from.y) * i) / pieces, 8, 8),
  );
}

interface NumeralPlace extends Candidate {
  readonly x: number;
  readonly y: number;
  /** From the point's rim to the number, where it stands away from it. */
  readonly leader?: string;
}

/** The number of each point, from 1, in it where there is room, or else near it. */
export function numerals(dots: readonly Dot[], taken: readonly Box[], all: readonly Dot[], within: Box): string[] {
  const places = dots.map((dot, index) => placesFor(dot, String(index + 1)));
  const placed = placeLabels(places, {
    taken,
    avoided: all.flatMap((dot) => [boxOf(dot), ...arrowBoxes(dot)]),
    within,
  });
  return placed.flatMap((place, index) => {
    if (!place) return [];
    const inside = place.cost < 0;
    const number = text(String(index + 1), place.x, place.y + 4.2, { size: NUMERAL, bold: true, middle: true });
    const drawn = inside ? number.replace('<text ', '<text class="in" ') : number;
    return [...(place.leader ? [`<path d="${place.leader}" stroke="currentColor" stroke-opacity=".6"/>`] : []), drawn];
  });
}

/** Within the point, and around it at growing distances. */
function placesFor({ x, y, r }: Dot, number: string): NumeralPlace[] {
  const width = textWidth(number, NUMERAL) + 2;
  const places: NumeralPlace[] = [];
  if (r >= ROOMY) places.push({ x, y, box: boxAt(x, y, width, NUMERAL), cost: -2 * 10 });
  for (const [ring, distance] of [8, 18, 30, 44].entries()) {
    for (let step = 0; step < 16; step++) {
      const angle = (step * Math.PI) / 8;
      const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
      const [cx, cy] = [x + (r + distance) * cos, y + (r + distance) * sin];
      const end = r + distance - 8;
      const leader =
        ring === 0
          ? undefined
          : `M${round(x + r * cos)} ${round(y + r * sin)}L${round(x + end * cos)} ${round(y + end * sin)}`;
      // To the right is what readers expect.
      places.push({
        x: cx,
        y: cy,
        box: boxAt(cx, cy, width, NUMERAL),
        cost: 3 * ring + (step === 0 ? 0 : 0.5),
        leader,
      });
    }
  }
  return places;
}
