// Builds a gallery: pictures, the sheet, pages, the overview last.

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AbortedError } from '../../errors.js';
import { packagePath, vendorPath } from '../../node/paths.js';
import type { JournalLine } from '../../results/journal.js';
import { licenceText } from '../../words.js';
import { countedText as counted } from '../report/format.js';
import type { Measured, ReportData } from '../report/report-data.js';
import { type BigSheet, makeBigSheet } from './big-sheet.js';
import { makeEntries } from './entries.js';
import { fileName, sitePaths } from './paths.js';
import { PictureMaker } from './pictures.js';
import { pagesOf } from './render.js';
import { arrange, type Credit, found, notice, type Site } from './site.js';
import { SiteFolder } from './site-folder.js';

/** Pictures that are made at once: decoding and encoding run on the threads of libuv's pool. */
const AT_ONCE = 8;

export interface GalleryOptions {
  /** The folder of the results. */
  readonly folder: string;
  /** The folder of the gallery. */
  readonly out: string;
  /** The results, as `readResults` gives them. */
  readonly lines: readonly JournalLine[];
  readonly title: string;
  /** Whose the drawings are. */
  readonly credits: readonly Credit[];
  /** What the report measured, by output. */
  readonly measured?: ReadonlyMap<string, Measured>;
  readonly report?: ReportData;
  /** The report's tables as CSV, by key. */
  readonly csv?: ReadonlyMap<string, string>;
  /** Write into a folder that has files of other origin in it. */
  readonly force?: boolean;
  readonly signal?: AbortSignal;
  /** @param done of `total` units of work @param what is done at the moment */
  onProgress?(done: number, total: number, what: string): void;
}

export interface GallerySummary {
  /** The path of index.html. */
  readonly index: string;
  readonly results: number;
  readonly pages: number;
  /** Pictures that were made, and that were there. */
  readonly made: number;
  readonly reused: number;
  /** Files of earlier builds that were removed. */
  readonly removed: number;
  /** Pictures that could not be read, with the reason. */
  readonly problems: readonly { readonly file: string; readonly why: string }[];
}

/**
 * Makes a static site of the results of a run. It opens from a disk, without network. What an earlier build made is
 * taken as it is, and removed where it is out of date; a build that is stopped leaves the earlier index.html in place.
 *
 * @throws FacewrightError when the folder cannot be written or is not a gallery's
 * @throws AbortedError when `signal` says so
 */
export async function buildGallery(options: GalleryOptions): Promise<GallerySummary> {
  const { lines, signal, onProgress } = options;
  const site = await SiteFolder.open(options.out, options.force ?? false);
  await site.plan([]);
  const entries = makeEntries(lines, options.measured);
  const total = entries.length + Math.ceil(entries.length / 5) + 1;
  const maker = new PictureMaker(options.folder, site);
  let done = 0;
  onProgress?.(0, total, 'pictures');
  await eachAtOnce(entries, AT_ONCE, async (entry) => {
    throwIfStopped(signal);
    entry.pictures = await maker.picturesOf(entry);
    onProgress?.(++done, total, `${done} of ${counted(entries.length, 'result')}`);
  });
  throwIfStopped(signal);
  onProgress?.(done, total, 'the sheet');
  const arranged = arrange(entries);
  const draft: Site = {
    title: options.title,
    entries,
    ...arranged,
    credits: options.credits,
    report: options.report,
    csv: new Map([...(options.csv?.keys() ?? [])].map((key) => [key, `report/${fileName(key)}.csv`])),
  };
  const sheet = await sheetOf(site, draft, signal);
  throwIfStopped(signal);
  onProgress?.(total - 1, total, 'pages');
  const pages = await writePages(site, { ...draft, sheet }, options.csv, signal);
  const removed = await site.finish();
  onProgress?.(total, total, 'pages');
  return {
    index: site.at(sitePaths.index),
    results: entries.length,
    pages,
    made: maker.made,
    reused: maker.reused,
    removed,
    problems: [...maker.problems].map(([file, why]) => ({ file, why })),
  };
}

async function sheetOf(folder: SiteFolder, site: Site, signal?: AbortSignal): Promise<BigSheet | undefined> {
  const shown = found(site.entries).filter(({ pictures }) => pictures.thumbnail !== undefined);
  if (shown.length === 0) return undefined;
  const words = {
    title: site.title,
    subtitle: `${counted(shown.length, 'pair')}: what was given, and beside it the face that was found to look like it when small.`,
    footer: [
      `${notice.title} They were made up by a generator; never use them to identify anyone.`,
      ...site.credits.map(({ text }) => text),
      ...site.models.map(({ name, licence }) => `Faces: generator ${name}, ${licenceText(licence)}`),
    ],
  };
  return makeBigSheet(folder, shown, words, signal);
}

/** @returns how many pages there are */
async function writePages(
  folder: SiteFolder,
  site: Site,
  csv: ReadonlyMap<string, string> | undefined,
  signal?: AbortSignal,
): Promise<number> {
  const pages = pagesOf(site);
  const assets = await assetsOf(site);
  for (const [key, path] of site.csv) assets.set(path, csv!.get(key)!);
  await folder.plan([...assets.keys(), ...pages.keys()]);
  for (const [path, content] of assets) await folder.write(path, content);
  for (const [path, render] of pages) {
    throwIfStopped(signal);
    if (path !== sitePaths.index) await folder.write(path, render());
  }
  await folder.write(sitePaths.index, pages.get(sitePaths.index)!());
  return pages.size;
}

/** The style, the script, and with a sheet the viewer. */
async function assetsOf(site: Site): Promise<Map<string, string | Uint8Array>> {
  const assets = new Map<string, string | Uint8Array>();
  const styles = [packagePath('src', 'palette.css'), packagePath('src', 'emoji', 'gallery', 'style.css')];
  assets.set(sitePaths.style, (await Promise.all(styles.map((path) => readFile(path, 'utf8')))).join('\n'));
  assets.set(sitePaths.script, await script());
  if (site.sheet !== undefined) {
    assets.set(sitePaths.viewer, await readFile(vendorPath('openseadragon.min.js')));
    assets.set(sitePaths.viewerLicence, await readFile(vendorPath('openseadragon.LICENSE.txt')));
  }
  return assets;
}

/** The page's script: its parts, one after the other, in a scope of their own. Modules would not load from a disk. */
async function script(): Promise<string> {
  const folder = packagePath('dist', 'emoji', 'gallery', 'page');
  const files = (await readdir(folder)).filter((file) => file.endsWith('.js')).sort();
  const parts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
  return `(() => {\n'use strict';\n${parts.join('')}})();\n`;
}

async function eachAtOnce<T>(things: readonly T[], atOnce: number, work: (thing: T) => Promise<void>): Promise<void> {
  const waiting = things.values();
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (const thing of waiting) await work(thing);
    }),
  );
}

function throwIfStopped(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new AbortedError('stopped; the same command goes on from here');
}
