/** Lines of text as SVG paths, set in the font of font.ts. Lengths are in pixels. */
import { BEARING, GRID, glyphs } from './font.js';

export interface TextStyle {
  /** Nominal size as in CSS: about 1.4 times the height of the capitals. */
  readonly size: number;
  /** `rrggbb` with its `#`. */
  readonly colour: string;
  readonly bold?: boolean;
  /** Where `x` is in the line; default `start`. */
  readonly anchor?: 'start' | 'middle' | 'end';
}

/** Signs that have a near equal in the font. */
const ALIKE: Readonly<Record<string, string>> = { '‘': "'", '’': "'", '“': '"', '”': '"', '—': '–', '−': '–' };

/** The text in characters that the font has: accents are dropped, each other unknown character becomes `?`. */
export function transliterate(text: string): string {
  const plain = text.normalize('NFD').replace(/\p{M}/gu, '');
  return [...plain].map(nearest).join('');
}

function nearest(character: string): string {
  if (glyphs.has(character)) return character;
  if (/\s/.test(character)) return ' ';
  return ALIKE[character] ?? '?';
}

/** Width of the strokes, and pixels per grid unit, of a style. */
function metrics({ size, bold }: TextStyle): { stroke: number; unit: number } {
  const stroke = size * (bold === true ? 0.125 : 0.085);
  // Small letters are a whole number of pixels high, and stand on a whole pixel (see textPath): both edges are sharp.
  return { stroke, unit: (Math.round(size * 0.55) - stroke) / GRID.xHeight };
}

/** The glyphs of a line with their places, and its width, all in grid units; `stroke` as well. */
function typeset(text: string, stroke: number): { places: { x: number; path: string }[]; width: number } {
  const places: { x: number; path: string }[] = [];
  let x = 0;
  for (const character of transliterate(text)) {
    const glyph = glyphs.get(character);
    if (glyph === undefined) {
      x += GRID.space;
      continue;
    }
    x += BEARING[glyph.sides[0]] + stroke / 2;
    places.push({ x, path: glyph.path });
    x += glyph.width + BEARING[glyph.sides[1]] + stroke / 2;
  }
  return { places, width: x };
}

/** Width of a line. */
export function textWidth(text: string, style: TextStyle): number {
  const { stroke, unit } = metrics(style);
  return typeset(text, stroke / unit).width * unit;
}

/** The text if it is at most `width` wide, else as much of its beginning as fits with an ellipsis. */
export function fitText(text: string, width: number, style: TextStyle): string {
  const characters = [...transliterate(text)];
  if (textWidth(text, style) <= width) return text;
  while (characters.length > 0 && textWidth(`${characters.join('').trimEnd()}…`, style) > width) characters.pop();
  return `${characters.join('').trimEnd()}…`;
}

/** A line of text with its baseline at `y`, as an SVG element. */
export function textPath(text: string, x: number, y: number, style: TextStyle): string {
  const { stroke, unit } = metrics(style);
  const { places, width } = typeset(text, stroke / unit);
  if (places.length === 0) return '';
  const shift = { start: 0, middle: 0.5, end: 1 }[style.anchor ?? 'start'] * width * unit;
  // The first bearing is left out, so that lines of different sizes begin at one edge.
  const bearing = style.anchor === undefined || style.anchor === 'start' ? places[0].x * unit - stroke / 2 : 0;
  const left = x - shift - bearing;
  const top = Math.round(y) - stroke / 2 - GRID.baseline * unit;
  const paths = places.map((place) => `<path transform="translate(${round(place.x)} 0)" d="${place.path}"/>`);
  return `<g transform="translate(${round(left)} ${round(top)}) scale(${round(unit)})" fill="none" stroke="${style.colour}" \
stroke-width="${round(stroke / unit)}" stroke-linecap="round" stroke-linejoin="round">${paths.join('')}</g>`;
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
