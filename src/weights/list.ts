/** What there is to fetch, and what of it is here. */

import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { cachePath } from '../node/paths.js';
import { placeOf } from './locate.js';
import { OFFERS, type WeightsOffer } from './offers.js';
import { byCodeUnits } from './words.js';

export interface ListedOffer {
  readonly offer: WeightsOffer;
  /** Where it lies, or would. */
  readonly path: string;
  /** What it takes on the disk; undefined where it is not here, or not all of it. */
  readonly bytes: number | undefined;
}

export interface FoundFile {
  readonly path: string;
  readonly bytes: number;
}

export interface WeightsList {
  /** Where files are fetched to. */
  readonly folder: string;
  readonly offers: readonly ListedOffer[];
  /** Files that were fetched by an address of their own. */
  readonly others: readonly FoundFile[];
}

/** @param cache by default the user's cache folder */
export async function listWeights(cache = cachePath()): Promise<WeightsList> {
  const folder = join(cache, 'weights');
  const offers = OFFERS.map(async (offer) => {
    const { path, files } = placeOf(offer, cache);
    const sizes = await Promise.all((files.length === 0 ? [path] : files.map((file) => file.path)).map(sizeOf));
    const known = sizes.filter((size) => size !== undefined);
    const bytes = known.length === sizes.length ? known.reduce((sum, size) => sum + size, 0) : undefined;
    return { offer, path, bytes };
  });
  return { folder, offers: await Promise.all(offers), others: await addressed(folder) };
}

/** The files in the folders that are named after addresses (`locateWeights`). */
async function addressed(folder: string): Promise<FoundFile[]> {
  const found: FoundFile[] = [];
  for (const name of (await names(folder)).filter((entry) => /^[0-9a-f]{16}$/.test(entry))) {
    for (const file of (await names(join(folder, name))).filter((entry) => !entry.startsWith('.'))) {
      const path = join(folder, name, file);
      const bytes = await sizeOf(path);
      if (bytes !== undefined) found.push({ path, bytes });
    }
  }
  return found;
}

/** The names in a folder, sorted; none where there is no folder. */
async function names(folder: string): Promise<string[]> {
  return readdir(folder).then(
    (entries) => entries.sort(byCodeUnits),
    () => [],
  );
}

async function sizeOf(path: string): Promise<number | undefined> {
  const status = await stat(path).catch(() => undefined);
  return status?.isFile() === true ? status.size : undefined;
}
