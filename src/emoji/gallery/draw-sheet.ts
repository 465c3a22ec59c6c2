// The pixels of the big sheet: where every pair goes, and the drawing.

import sharp from 'sharp';
import { Canvas } from '../../image/canvas.js';
import { fitText, type TextStyle, textPath, textWidth } from '../../image/text.js';
import { groupBy } from '../../results/group-by.js';
import type { Entry } from './entries.js';
import type { SiteFolder } from './site-folder.js';
import { subgroupTitle } from './titles.js';

/** More pixels than this take too much memory at once (3 bytes each here, 4 more where text is drawn over them). */
const MOST_PIXELS = 120_000_000;

/** A little less than canvases allow. */
const LONGEST_SIDE = 30_000;

/** In pixels; those of the words are for a sheet of usual width. */
const MARGIN = 48;
const PAIR_GAP = 8;
const FOOTER_LINE = 22;
/** Title and subtitle; the space above the footer. */
const HEAD = 84;
const FOOT = 24;

const PAPER = 0xf3;
const INK = '#18181b';
const SOFT = '#6b6b70';
const titleStyle = (scale: number): TextStyle => ({ size: 34 * scale, colour: INK, bold: true });
const subtitleStyle = (scale: number): TextStyle => ({ size: 18 * scale, colour: SOFT });
const footerStyle = (scale: number): TextStyle => ({ size: 14 * scale, colour: SOFT });

/** Width to height: that of a wide screen. */
const ASPECT = 1.75;

/** Pairs in a grid, and the name of a subgroup in the place before its own. In pixels. */
export interface SheetLayout {
  readonly columns: number;
  readonly rowsPerPart: number;
  /** Side of a picture. */
  readonly cell: number;
  /** From one pair to the next. */
  readonly pitch: { readonly x: number; readonly y: number };
  readonly left: number;
  readonly top: number;
  /** How much larger than usual the words are: on a wide sheet they would be lost. */
  readonly scale: number;
  readonly places: readonly (Entry | string)[];
}

/** The text above and below the pairs. */
export interface SheetWords {
  readonly title: string;
  readonly subtitle: string;
  readonly footer: readonly string[];
}

/** Where every pair goes. @param entries those with a drawing and a face, in order */
export function layOut(entries: readonly Entry[], words: SheetWords): SheetLayout {
  const places: (Entry | string)[] = [];
  const grouped = groupBy(entries, ({ line }) => line.emoji?.subgroup);
  for (const [subgroup, members] of grouped) {
    if (subgroup !== undefined) places.push(subgroupTitle(subgroup));
    places.push(...members);
  }
  const cell = entries.length <= 400 ? 128 : entries.length <= 2000 ? 96 : 64;
  const gap = cell >= 96 ? PAIR_GAP : 6;
  const pitch = { x: 2 * cell + gap, y: cell + gap };
  const fitting = Math.floor((LONGEST_SIDE - 2 * MARGIN) / pitch.x);
  const columns = Math.max(3, Math.min(fitting, Math.round(Math.sqrt((places.length * pitch.y * ASPECT) / pitch.x))));
  const width = columns * pitch.x;
  const scale = Math.min(4, Math.max(1, width / 1600));
  const top = MARGIN + Math.round(HEAD * scale);
  const foot = FOOT + Math.round(words.footer.length * FOOTER_LINE * scale) + MARGIN;
  const most = Math.floor(Math.min(MOST_PIXELS / (width + 2 * MARGIN), LONGEST_SIDE) - top - foot);
  const rows = Math.ceil(places.length / columns);
  const parts = Math.ceil(rows / Math.max(1, Math.floor(most / pitch.y)));
  return { columns, rowsPerPart: Math.ceil(rows / Math.max(parts, 1)), cell, pitch, left: MARGIN, top, scale, places };
}

/** The size of a part with so many places, in pixels. */
export function partSize(layout: SheetLayout, places: number, { footer, title, subtitle }: SheetWords) {
  const { columns, pitch, top, scale } = layout;
  const widest = Math.max(
    columns * pitch.x,
    textWidth(title, titleStyle(scale)),
    textWidth(subtitle, subtitleStyle(scale)),
    ...footer.map((line) => textWidth(line, footerStyle(scale))),
  );
  const rows = Math.ceil(places / columns);
  return {
    width: Math.ceil(widest) + 2 * MARGIN,
    height: top + rows * pitch.y + FOOT + Math.round(footer.length * FOOTER_LINE * scale) + MARGIN,
  };
}

/** Draws a part. @returns PNG */
export async function drawPart(
  site: SiteFolder,
  layout: SheetLayout,
  places: SheetLayout['places'],
  words: SheetWords,
): Promise<Buffer> {
  const { columns, cell, pitch, left, top, scale } = layout;
  const { width, height } = partSize(layout, places.length, words);
  const canvas = new Canvas(width, height, PAPER);
  canvas.draw(textPath(words.title, left, MARGIN + 26 * scale, titleStyle(scale)));
  canvas.draw(textPath(words.subtitle, left, MARGIN + 58 * scale, subtitleStyle(scale)));
  for (const [i, place] of places.entries()) {
    const x = left + (i % columns) * pitch.x;
    const y = top + Math.floor(i / columns) * pitch.y;
    if (typeof place === 'string') {
      drawHeading(canvas, place, { x, y, width: 2 * cell, height: cell });
      continue;
    }
    const { drawing, thumbnail } = place.pictures;
    for (const [column, picture] of [drawing, thumbnail].entries()) {
      if (picture === undefined) continue;
      const { data, info } = await sharp(site.at(picture.path))
        .removeAlpha()
        .toColourspace('srgb')
        .raw()
        .toBuffer({ resolveWithObject: true });
      const image = { data: new Uint8Array(data), width: info.width, height: info.height };
      await canvas.place(image, { x: x + column * cell, y, width: cell, height: cell }, false, 0);
    }
  }
  const foot = top + Math.ceil(places.length / columns) * pitch.y + FOOT;
  for (const [i, line] of words.footer.entries()) {
    canvas.draw(textPath(line, left, foot + (12 + i * FOOTER_LINE) * scale, footerStyle(scale)));
  }
  return canvas.toPng();
}

/** The name of a subgroup in the place of a pair, word by word on lines that end at the pair's lower edge. */
function drawHeading(canvas: Canvas, text: string, box: { x: number; y: number; width: number; height: number }): void {
  const style: TextStyle = { size: Math.round(box.height / 3.8), colour: INK, bold: true };
  const inset = Math.round(box.height / 10);
  const room = box.width - 2 * inset;
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const longer = `${lines.at(-1) ?? ''} ${word}`;
    if (lines.length > 0 && textWidth(longer, style) <= room) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  const step = Math.round(style.size * 1.3);
  const shown = lines.slice(0, 3);
  const bottom = box.y + box.height - inset - 4;
  canvas.draw(`<rect x="${box.x}" y="${box.y}" width="${box.width}" height="3" fill="${INK}"/>`);
  for (const [i, line] of shown.entries()) {
    const y = bottom - (shown.length - 1 - i) * step;
    canvas.draw(textPath(fitText(line, room, style), box.x + 2, y, style));
  }
}
