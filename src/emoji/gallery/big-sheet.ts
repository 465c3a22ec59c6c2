// The one big picture: every pair of emoji and face, close together, as PNG and as tiles to zoom into.

import { readdir, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { xmpPacket } from '../../image/xmp.js';
import { makeFolder, temporaryIn } from '../../node/whole-file.js';
import { canonical } from '../../results/journal.js';
import { drawPart, layOut, partSize, type SheetLayout, type SheetWords } from './draw-sheet.js';
import type { Entry } from './entries.js';
import { shortHash, sitePaths } from './paths.js';
import { CREATOR } from './pictures.js';
import type { SiteFolder } from './site-folder.js';

/** A change to how sheets look has to change this, or old ones are taken for new ones. */
const LAYOUT = 1;

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
  /** Its upper part, small. In pixels. */
  readonly preview: { readonly width: number; readonly height: number };
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
  return { parts, layout, tile: TILE, preview: previewSize(parts[0]) };
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
  const page = await drawPart(site, layout, places, words);
  await site.write(png, page);
  const picture = () => sharp(page, { limitInputPixels: false });
  if (first) {
    const size = previewSize(part);
    const preview = picture()
      .extract({ left: 0, top: 0, width, height: Math.min(height, Math.round((size.height * width) / size.width)) })
      .resize({ ...size, fit: 'fill' })
      .withXmp(xmpPacket(CREATOR));
    await site.write(sitePaths.preview, await preview.webp({ quality: 84 }).toBuffer());
  }
  await writeTiles(site, tiles, picture());
  return part;
}

/** Of a sheet that is higher than wide, only the upper part is shown. */
function previewSize({ width, height }: Pick<SheetPart, 'width' | 'height'>) {
  const side = Math.min(width, PREVIEW.width);
  return { width: side, height: Math.round(side * Math.min(PREVIEW.height / PREVIEW.width, height / width)) };
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
