/** From what a person calls a generator (a path, a name of the catalogue, an address) to files on this machine. */

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { FacewrightError } from '../errors.js';
import { fileNameOf, isAddress, parseAddress, shownAddress } from '../fetch/address.js';
import { type FetchOptions, fetchFile } from '../fetch/fetch-file.js';
import { nearest } from '../nearest.js';
import { cachePath, demoModelPath } from '../node/paths.js';
import { recogniseContent } from './content.js';
import { OFFERS, type OfferedFile, SHIPPED, type WeightsOffer } from './offers.js';
import { LARGEST_FILE_BYTES } from './read-file.js';

export interface LocateOptions extends Pick<FetchOptions, 'signal' | 'onEvent' | 'patience'> {
  /** Folder for what is fetched; by default the user's cache folder. */
  readonly cache?: string;
  /** Fetch it again, whatever is there. */
  readonly again?: boolean;
  /** The generators that have names; by default `OFFERS`. */
  readonly catalogue?: readonly WeightsOffer[];
  /** Called before each file that is fetched: whose it is, and under which licence, is to be told by then. */
  readonly onFile?: (file: FetchedFile) => void;
}

/** A file that is about to be fetched. */
export interface FetchedFile {
  /** Undefined for an address that the catalogue does not have. */
  readonly offer: WeightsOffer | undefined;
  /** As it may be printed. */
  readonly url: string;
  /** Where it is put. */
  readonly path: string;
}

/** A generator's files. */
export interface LocatedWeights {
  /** A file or a folder, for `readWeights` and `openGenerator`. */
  readonly path: string;
  readonly offer: WeightsOffer | undefined;
}

/** Where the files of an offer lie, or would. */
export interface OfferPlace {
  /** The file, or the folder where it has several. */
  readonly path: string;
  readonly files: readonly { readonly file: OfferedFile; readonly path: string }[];
}

/**
 * The files of a generator, fetched into the cache first where they are not there: a path that exists; a name of the catalogue
 * (`weights list`); or an address of the web.
 *
 * @throws FacewrightError for a name that nothing has, and when fetching fails; AbortedError when the signal is raised
 */
export async function locateWeights(model: string, options: LocateOptions = {}): Promise<LocatedWeights> {
  if (existsSync(model)) return { path: model, offer: undefined };
  const offer = (options.catalogue ?? OFFERS).find(({ name }) => name === model);
  if (offer !== undefined) return { path: await fetchOffer(offer, options), offer };
  if (isAddress(model)) return await fetchAddress(model, options);
  // What looks like a path is one: whoever reads it says that it is missing.
  if (/[/\\.]/.test(model)) return { path: model, offer: undefined };
  throw unknownName(model, options.catalogue);
}

/** The error for a name that is neither a file nor in the catalogue. */
export function unknownName(name: string, catalogue: readonly WeightsOffer[] = OFFERS): FacewrightError {
  const names = catalogue.map((offer) => offer.name);
  const meant = nearest(name, names);
  const hint =
    meant === undefined ? 'facewright weights list shows the names that there are' : `did you mean ${meant}?`;
  return new FacewrightError(`${name}: no such file or folder, and no name of the catalogue; ${hint}`);
}

/**
 * Where an offer lies in the cache.
 *
 * @param cache by default the user's cache folder
 * @throws FacewrightError where it would be in the cache folder of a user who has none
 */
export function placeOf(offer: WeightsOffer, cache?: string): OfferPlace {
  if (offer.name === SHIPPED) return { path: demoModelPath, files: [] };
  const path = join(cache ?? cachePath(), 'weights', offer.name);
  if (offer.files.length === 1) {
    const file = offer.files[0];
    const only = `${path}${extensionOf(file.url)}`;
    return { path: only, files: [{ file, path: only }] };
  }
  return {
    path,
    files: offer.files.map((file) => ({ file, path: join(path, file.file ?? fileNameOf(new URL(file.url))) })),
  };
}

/** Fetches what of an offer is not there. @returns its file or folder */
async function fetchOffer(offer: WeightsOffer, options: LocateOptions): Promise<string> {
  const place = placeOf(offer, options.cache);
  if (place.files.length === 0 && offer.name !== SHIPPED) {
    throw new FacewrightError(
      `${offer.name}: its owner offers it on a page only: fetch it from ${offer.page} with a browser, and give the file`,
    );
  }
  for (const { file, path } of place.files) {
    if (existsSync(path) && options.again !== true) continue;
    options.onFile?.({ offer, url: shownAddress(parseAddress(file.url)), path });
    await fetchInto(path, file.url, fetching(options, file));
  }
  return place.path;
}

async function fetchAddress(address: string, options: LocateOptions): Promise<LocatedWeights> {
  const url = parseAddress(address);
  const shown = shownAddress(url);
  const catalogue = options.catalogue ?? OFFERS;
  const offer = catalogue.find(({ files }) => files.length === 1 && files[0].url === url.href);
  if (offer !== undefined) return { path: await fetchOffer(offer, options), offer };
  // Files of different addresses are often called the same.
  const folder = createHash('sha256').update(shown).digest('hex').slice(0, 16);
  const path = join(options.cache ?? cachePath(), 'weights', folder, fileNameOf(url));
  if (!existsSync(path) || options.again === true) {
    options.onFile?.({ offer: undefined, url: shown, path });
    await fetchInto(path, address, fetching(options, {}));
  }
  return { path, offer: undefined };
}

/** Fetches a file into a folder of the cache, which does not stay where nothing came. */
async function fetchInto(path: string, address: string, options: FetchOptions): Promise<void> {
  try {
    await fetchFile(address, path, options);
  } catch (error) {
    await rmdir(dirname(path)).catch(() => undefined); // something is in it: there it stays
    throw error;
  }
}

function fetching({ signal, onEvent, patience }: LocateOptions, { bytes, sha256 }: Partial<OfferedFile>): FetchOptions {
  return { signal, onEvent, patience, bytes, sha256, largest: LARGEST_FILE_BYTES, refuse: refuseOthers };
}

/** What a file is that cannot be weights, by how it begins. */
function refuseOthers(beginning: Uint8Array): string | undefined {
  const content = recogniseContent(beginning);
  return content.kind === 'other' ? `${content.what}; give the address of a weight file itself` : undefined;
}

function extensionOf(url: string): string {
  return /\.(?:pkl|pth?|safetensors)$/i.exec(new URL(url).pathname)?.[0] ?? '';
}
