// The one big picture: every pair of emoji and face, close together, as PNG and as tiles to zoom into.

import { readdir, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { Canvas } from '../../image/canvas.js';
import { fitText, type TextStyle, textPath, textWidth } from '../../image/text.js';
import { xmpPacket } from '../../image/write.js';
import { makeFolder, temporaryIn } from '../../node/whole-file.js';
import { canonical } from '../../results/journal.js';
import type { Entry } from './entries.js';
import { groupBy } from './group.js';
import { shortHash, sitePaths } from './paths.js';
import { CREATOR } from './pictures.js';
import type { SiteFolder } from './site-folder.js';
import { subgroupTitle } from './titles.js';

/** A change to how sheets look has to change this, or old ones are taken for new ones. */
const LAYOUT = 1;

/** More pixels than this take too much memory at once (3 bytes each here, 4 more where text is drawn over them). */
const MOST_PIXELS = 120_000_000;

/** Sides in pixels. */
const MARGIN = 48;
const PAIR_GAP = 8;
const FOOTER_LINE = 26;

const PAPER = 0xf3;
const TITLE: TextStyle = { size: 40, colour: '#18181b', bold: true };
const SUBTITLE: TextStyle = { size: 20, colour: '#6b6b70' };
const FOOTER: TextStyle = { size: 16, colour: '#6b6b70' };

/** Width to height: that of a wide screen. */
const ASPECT = 1.5;

const TILE = { size: 256, overlap: 1 };
const PREVIEW = { width: 1600, height: 800 };

/** A part of the sheet: one PNG, one picture in the viewer. */
export interface SheetPart {
  readonly png: string;
  /** The folder of its tiles, a folder in it for each level. */
  readonly tiles: string;
  readonly width: number;
  readonly height: number;
}

/** The sheet, and where on it everything is. */
export interface BigSheet {
  readonly parts: readonly SheetPart[];
  readonly layout: SheetLayout;
  readonly tile: typeof TILE;
}

/** Pairs in a grid; null where the name of a subgroup stands before its pairs. In pixels. */
export interface SheetLayout {
  readonly columns: number;
  readonly rowsPerPart: number;
  /** Side of a picture. */
  readonly cell: number;
  /** From one pair to the next. */
  readonly pitch: { readonly x: number; readonly y: number };
  readonly left: number;
  readonly top: number;
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
  const fitting = Math.floor((30_000 - 2 * MARGIN) / pitch.x);
  const columns = Math.max(3, Math.min(fitting, Math.round(Math.sqrt((places.length * pitch.y * ASPECT) / pitch.x))));
  const top = MARGIN + (words.title === '' ? 0 : 104);
  const width = columns * pitch.x;
  const most = Math.floor(Math.min(MOST_PIXELS / (width + 2 * MARGIN), 30_000) - top - 400);
  const rows = Math.ceil(places.length / columns);
  const parts = Math.ceil(rows / Math.max(1, Math.floor(most / pitch.y)));
  return { columns, rowsPerPart: Math.ceil(rows / Math.max(parts, 1)), cell, pitch, left: MARGIN, top, places };
}

/** Makes the sheet, its tiles and its preview, unless they are there. @param signal stops it between two parts */
export async function makeBigSheet(
  site: SiteFolder,
  entries: readonly Entry[],
  words: SheetWords,
  signal?: AbortSignal,
): Promise<BigSheet> {
  const layout = layOut(entries, words);
  const perPart = layout.columns * layout.rowsPerPart;
  const count = Math.max(1, Math.ceil(layout.places.length / perPart));
  const parts: SheetPart[] = [];
  for (let i = 0; i < count; i++) {
    signal?.throwIfAborted();
    const places = layout.places.slice(i * perPart, (i + 1) * perPart);
    const what = places.map((place) => (typeof place === 'string' ? place : [place.id, place.pictures]));
    const hash = shortHash(canonical({ LAYOUT, TILE, words, what, columns: layout.columns, cell: layout.cell, i }));
    parts.push(
      await makePart(site, layout, places, words, { hash, png: count === 1 ? 'sheet.png' : `sheet-${i + 1}.png` }),
    );
  }
  return { parts, layout, tile: TILE };
}

async function makePart(
  site: SiteFolder,
  layout: SheetLayout,
  places: SheetLayout['places'],
  words: SheetWords,
  { hash, png }: { hash: string; png: string },
): Promise<SheetPart> {
  const tiles = `tiles/${hash}`;
  const { width, height } = partSize(layout, places.length, words);
  const first = png === 'sheet.png' || png === 'sheet-1.png';
  const part = { png, tiles, width, height };
  // The tiles come last, and are named after the content: where they are, the PNG is the one that belongs to them.
  const kept = site.keepBelow(tiles) > 0 && site.keep(png) && (!first || site.keep(sitePaths.preview));
  if (kept) return part;
  const page = await drawPart(site, layout, places, words, width, height);
  await site.write(png, page);
  const picture = () => sharp(page, { limitInputPixels: false });
  if (first) {
    const crop = { width, height: Math.min(height, Math.round((width * PREVIEW.height) / PREVIEW.width)) };
    const preview = picture()
      .extract({ left: 0, top: 0, ...crop })
      .resize({ width: PREVIEW.width, withoutEnlargement: true })
      .withXmp(xmpPacket(CREATOR));
    await site.write(sitePaths.preview, await preview.webp({ quality: 84 }).toBuffer());
  }
  await writeTiles(site, tiles, picture());
  return part;
}

/** Tiles are cut beside their place and moved there when all are done. */
async function writeTiles(site: SiteFolder, tiles: string, picture: Sharp): Promise<void> {
  const folder = site.at(tiles);
  await makeFolder(dirname(folder));
  const temporary = temporaryIn(dirname(folder));
  try {
    await picture
      .withXmp(xmpPacket(CREATOR))
      .webp({ quality: 86 })
      .tile({ ...TILE, layout: 'dz' })
      .toFile(`${temporary}.dz`);
    await rm(`${temporary}_files/vips-properties.xml`, { force: true });
    await rm(folder, { recursive: true, force: true });
    await rename(`${temporary}_files`, folder);
  } finally {
    await rm(`${temporary}.dzi`, { force: true });
    await rm(`${temporary}_files`, { recursive: true, force: true });
  }
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    if (entry.isFile()) site.add(`${tiles}/${entry.parentPath.slice(folder.length + 1)}/${entry.name}`);
  }
}

function partSize(layout: SheetLayout, places: number, { footer, title, subtitle }: SheetWords) {
  const { columns, pitch, top } = layout;
  const widest = Math.max(
    columns * pitch.x,
    textWidth(title, TITLE),
    textWidth(subtitle, SUBTITLE),
    ...footer.map((line) => textWidth(line, FOOTER)),
  );
  const rows = Math.ceil(places / columns);
  return {
    width: Math.ceil(widest) + 2 * MARGIN,
    height: top + rows * pitch.y + 24 + footer.length * FOOTER_LINE + MARGIN,
  };
}

async function drawPart(
  site: SiteFolder,
  layout: SheetLayout,
  places: SheetLayout['places'],
  words: SheetWords,
  width: number,
  height: number,
): Promise<Buffer> {
  const { columns, cell, pitch, left, top } = layout;
  const canvas = new Canvas(width, height, PAPER);
  canvas.draw(textPath(words.title, left, MARGIN + 30, TITLE));
  canvas.draw(textPath(words.subtitle, left, MARGIN + 68, SUBTITLE));
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
  const foot = top + Math.ceil(places.length / columns) * pitch.y + 24;
  for (const [i, line] of words.footer.entries())
    canvas.draw(textPath(line, left, foot + 12 + i * FOOTER_LINE, FOOTER));
  return canvas.toPng();
}

/** The name of a subgroup in the place of a pair, word by word on lines that end at the pair's lower edge. */
function drawHeading(canvas: Canvas, text: string, box: { x: number; y: number; width: number; height: number }): void {
  const style: TextStyle = { size: Math.round(box.height / 5.2), colour: '#18181b', bold: true };
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
  canvas.draw(`<rect x="${box.x}" y="${box.y}" width="${box.width}" height="3" fill="#18181b"/>`);
  for (const [i, line] of shown.entries()) {
    const y = bottom - (shown.length - 1 - i) * step;
    canvas.draw(textPath(fitText(line, room, style), box.x + 2, y, style));
  }
}
