// What the search for faces finds in emoji, against a list that says where there is one; how its crops agree with dlib's;
// and how long searching and cropping take.

import { readFile } from 'node:fs/promises';
import { openBundledNetworks } from '../align/bundled-networks.js';
import { cropFace } from '../align/crop.js';
import { findFaces } from '../align/find-faces.js';
import { landmarksOf, type Point } from '../align/landmarks.js';
import type { Networks } from '../align/networks.js';
import { type CropQuad, cropQuad, quadCentre, quadSize } from '../align/quad.js';
import { svgSetNames } from '../emoji/set-names.js';
import { drawPicture, openEmojiSet } from '../emoji/sets.js';
import type { Rgb8Image } from '../image/rgb.js';
import { packagePath } from '../node/paths.js';

/** Side at which emoji are drawn, on white, in pixels. */
const SIDE = 512;

type Kind = 'person' | 'smiley' | 'none';

/** What was found in the emoji of one set. */
export interface FacesResult {
  readonly set: string;
  readonly source: string;
  /** By kind: how many emoji the set has of the list, and in how many a face was found. */
  readonly counts: Readonly<Record<Kind, { readonly emoji: number; readonly found: number }>>;
  /** Milliseconds for each emoji. */
  readonly milliseconds: readonly number[];
  /** For each face that dlib found too: our crop's size in dlib's, and the distance of the middles in parts of it. */
  readonly agreement: readonly { readonly size: number; readonly centre: number }[];
}

interface EmojiList {
  readonly faces: readonly { readonly unified: string; readonly subgroup: string }[];
  readonly controls: readonly (readonly [unified: string, name: string, subgroup: string])[];
}

interface DlibFaces {
  readonly pictures: readonly {
    readonly set: string;
    readonly unified: string;
    readonly faces: readonly { readonly landmarks: readonly Point[] }[];
  }[];
}

async function read<T>(name: string): Promise<T> {
  return JSON.parse(await readFile(packagePath('test', 'goldens', 'landmarks', name), 'utf8')) as T;
}

/** Looks through all emoji of the list in every set. */
export async function measureFaces(onSet: (set: string) => void): Promise<FacesResult[]> {
  const list = await read<EmojiList>('emoji-list.json');
  const dlib = await read<DlibFaces>('dlib-emoji.json');
  const emoji: { unified: string; kind: Kind }[] = [
    ...list.faces.map(({ unified, subgroup }) => ({
      unified,
      kind: subgroup.startsWith('face') ? ('smiley' as const) : ('person' as const),
    })),
    ...list.controls.map(([unified]) => ({ unified, kind: 'none' as const })),
  ];
  const networks = await openBundledNetworks();
  const results: FacesResult[] = [];
  for (const name of svgSetNames) {
    onSet(name);
    const set = await openEmojiSet(name);
    const counts = { person: none(), smiley: none(), none: none() };
    const milliseconds: number[] = [];
    const agreement: { size: number; centre: number }[] = [];
    const seen = new Map(
      dlib.pictures.filter((one) => one.set === `${name}-svg`).map((one) => [one.unified, one.faces]),
    );
    for (const { unified, kind } of emoji) {
      const drawing = await set.picture(unified);
      if (drawing === undefined) continue;
      const picture = await drawPicture(drawing, SIDE, 'white');
      if (milliseconds.length === 0) findFaces(networks, picture);
      const { quads, took } = look(networks, picture);
      milliseconds.push(took);
      counts[kind].emoji++;
      if (isFound(kind, quads)) counts[kind].found++;
      for (const { landmarks } of seen.get(unified) ?? [])
        agreement.push(...agree(quads, cropQuad(landmarksOf(landmarks))));
    }
    results.push({ set: name, source: set.source, counts, milliseconds, agreement });
  }
  return results;
}

/** A smiley is all face: a crop to less than half of it is one to an eye or a tear. */
const LEAST_SMILEY = 0.5 * SIDE;

/** Whether it counts as found, or as a false alarm where there is no face. */
function isFound(kind: Kind, quads: readonly CropQuad[]): boolean {
  return quads.some((quad) => kind !== 'smiley' || quadSize(quad) >= LEAST_SMILEY);
}

const none = () => ({ emoji: 0, found: 0 });

function look(networks: Networks, picture: Rgb8Image): { quads: CropQuad[]; took: number } {
  const began = performance.now();
  const { faces } = findFaces(networks, picture);
  return { quads: faces.map(({ landmarks }) => cropQuad(landmarks)), took: performance.now() - began };
}

/** How the nearest of our crops agrees with one of dlib's; nothing where none is of that face. */
function agree(quads: readonly CropQuad[], dlib: CropQuad): { size: number; centre: number }[] {
  const [x, y] = quadCentre(dlib);
  const own = quads
    .map((quad) => {
      const [ownX, ownY] = quadCentre(quad);
      return { size: quadSize(quad) / quadSize(dlib), centre: Math.hypot(ownX - x, ownY - y) / quadSize(dlib) };
    })
    .sort((a, b) => a.centre - b.centre);
  return own.slice(0, 1).filter(({ centre }) => centre < 0.5);
}

/** Milliseconds of a crop, median of several. */
export interface CropTime {
  readonly what: string;
  readonly milliseconds: number;
}

/** A photo of 24 megapixels. */
const PHOTO = { width: 6000, height: 4000 };
const CROPS = 7;

/** Crops of 1024 px from a large picture, inside and beyond its edge. */
export async function measureCrops(): Promise<CropTime[]> {
  const { width, height } = PHOTO;
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 2654435761) >>> 24);
  const square = (left: number, top: number, side: number): CropQuad => ({
    topLeft: [left, top],
    bottomLeft: [left, top + side],
    bottomRight: [left + side, top + side],
    topRight: [left + side, top],
  });
  const times: CropTime[] = [];
  for (const [what, quad] of [
    ['600 px wide, inside', square(2000, 1000, 600)],
    ['2000 px wide, inside', square(2000, 1000, 2000)],
    ['3600 px wide, inside', square(1000, 200, 3600)],
    ['2000 px wide, beyond the edge', square(-600, 1000, 2000)],
    ['3600 px wide, beyond the edge', square(-900, 200, 3600)],
  ] as const) {
    const took: number[] = [];
    for (let i = 0; i <= CROPS; i++) {
      const began = performance.now();
      await cropFace({ width, height, data }, quad);
      // The first one is for the caches.
      if (i > 0) took.push(performance.now() - began);
    }
    times.push({ what, milliseconds: quantile(took, 0.5) });
  }
  return times;
}

/** The value below which that part of all values lies. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(Math.floor(part * sorted.length), sorted.length - 1)];
}
