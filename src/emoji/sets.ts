// Emoji sets: where each keeps its drawing of an emoji, and whose drawings they are. The sets are npm packages, too large to
// come along, or folders of a person's own.

import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import sharp from 'sharp';
import { FacewrightError } from '../errors.js';
import { pictureExtensions } from '../image/inputs.js';
import { svgDensity } from '../image/read.js';
import type { Rgb8Image } from '../image/rgb.js';
import { installedPackage } from '../node/paths.js';
import type { EmojiSetName } from './set-names.js';
import { bareCodePoints, emojiTable, slugOf } from './unicode.js';

/** A set that is there. */
export interface EmojiSet {
  readonly name: string;
  /** Where it comes from: the package with its version, or the folder. */
  readonly source: string;
  /** Whose drawings these are, as their licence asks to say. */
  readonly credit: SetCredit;
  /**
   * The drawing of an emoji, as the bytes of a picture file, SVG where the set has it; undefined when the set has none.
   *
   * @param codePoints in hex with dashes between, variation selectors included or not: `1F468-200D-1F373`
   */
  picture(codePoints: string): Promise<Buffer | undefined>;
}

/** Whose drawings a set's are. */
export interface SetCredit {
  readonly text: string;
  readonly url?: string;
}

/** Finds drawings in the folder of a set. */
type Finder = (codePoints: string) => Promise<Buffer | undefined>;

interface KnownSet {
  readonly package: string;
  readonly credit: SetCredit;
  open(folder: string): Promise<Finder>;
}

const sets: Readonly<Record<EmojiSetName, KnownSet>> = {
  openmoji: {
    package: 'openmoji',
    credit: { text: 'OpenMoji, CC BY-SA 4.0', url: 'https://openmoji.org' },
    open: async (folder) => inFolder(join(folder, 'color', 'svg'), (bare) => `${bare.toUpperCase()}.svg`),
  },
  fluent: {
    package: 'fluentui-emoji',
    credit: { text: 'Fluent Emoji, © Microsoft Corporation, MIT', url: 'https://github.com/microsoft/fluentui-emoji' },
    open: openFluent,
  },
  noto: {
    package: '@svgmoji/noto',
    credit: { text: 'Noto Emoji, © Google, Apache-2.0', url: 'https://github.com/googlefonts/noto-emoji' },
    open: openSprite,
  },
  twemoji: {
    package: '@discordapp/twemoji',
    credit: {
      text: 'Twemoji, © Twitter, Inc and other contributors, CC BY 4.0',
      url: 'https://github.com/discord/twemoji',
    },
    open: async (folder) => inFolder(join(folder, 'dist', 'svg'), (name) => `${name.replace(/^0+/, '')}.svg`),
  },
  google: {
    package: 'emoji-datasource-google',
    credit: { text: 'Noto Emoji, © Google, Apache-2.0', url: 'https://github.com/googlefonts/noto-emoji' },
    open: async (folder) => indexed(join(folder, 'img', 'google', '64')),
  },
  twitter: {
    package: 'emoji-datasource-twitter',
    credit: {
      text: 'Twemoji, © Twitter, Inc and other contributors, CC BY 4.0',
      url: 'https://github.com/discord/twemoji',
    },
    open: async (folder) => indexed(join(folder, 'img', 'twitter', '64')),
  },
};

/** Opens a set from its npm package. @throws FacewrightError when it is not installed */
export async function openEmojiSet(name: EmojiSetName): Promise<EmojiSet> {
  const { package: from, credit, open } = sets[name];
  const folder = installedPackage(from);
  if (folder === undefined) {
    throw new FacewrightError(
      `the emoji set ${name} is not installed (it is too large to come along): npm install ${from}`,
    );
  }
  const { version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as { version: string };
  return { name, source: `${from} ${version}`, credit, picture: await open(folder) };
}

/**
 * Opens a folder of pictures that are named by their code points, in any of the usual ways: `1f600.png`, `1F468-200D-1F373.svg`,
 * `emoji_u1f468_200d_1f373.png`, `u1F600.png`. Subfolders are not looked into.
 *
 * @param name what the set is to be called
 * @throws FacewrightError when the folder cannot be read, or no picture in it is named so
 */
export async function openEmojiFolder(name: string, folder: string): Promise<EmojiSet> {
  return {
    name,
    source: folder,
    credit: { text: `${name}: from a folder of the maker's own` },
    picture: await indexed(folder),
  };
}

/** The credit of a set by its name; undefined for sets from folders. */
export function creditOf(name: string): SetCredit | undefined {
  return Object.hasOwn(sets, name) ? sets[name as EmojiSetName].credit : undefined;
}

/** Files whose names follow from the code points. */
function inFolder(folder: string, fileName: (bare: string) => string): Finder {
  return async (codePoints) => {
    const names = [bareCodePoints(codePoints), codePoints.toLowerCase()].map(fileName);
    return firstFile(names.map((file) => join(folder, file)));
  };
}

async function firstFile(paths: readonly string[]): Promise<Buffer | undefined> {
  const path = paths.find(existsSync);
  return path === undefined ? undefined : readFile(path);
}

const CODE_POINT_NAME = /^(?:emoji_)?u?([0-9a-f]{2,6}(?:[-_ ][0-9a-f]{2,6})*)$/i;

/** Files that are named by code points in one of several ways. */
async function indexed(folder: string): Promise<Finder> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    throw new FacewrightError(`${folder}: cannot be read (${error.code}); name a folder of pictures`);
  });
  const files = entries.filter((entry) => entry.isFile() || entry.isSymbolicLink()).map(({ name }) => name);
  const byCodePoints = new Map<string, string>();
  for (const file of files.sort()) {
    const extension = extname(file);
    if (!pictureExtensions.includes(extension.toLowerCase())) continue;
    const named = CODE_POINT_NAME.exec(file.slice(0, -extension.length))?.[1];
    if (named === undefined) continue;
    const parts = named.toLowerCase().split(/[-_ ]/);
    byCodePoints.set(bareCodePoints(parts.map((part) => part.replace(/^0+/, '').padStart(4, '0')).join('-')), file);
  }
  if (byCodePoints.size === 0) {
    throw new FacewrightError(
      `${folder}: no picture in it is named by code points, such as 1f600.png or emoji_u1f468_200d_1f373.svg`,
    );
  }
  return async (codePoints) => {
    const file = byCodePoints.get(bareCodePoints(codePoints));
    if (file === undefined) return undefined;
    const path = join(folder, file);
    return readFile(path).catch((error: NodeJS.ErrnoException) => {
      throw new FacewrightError(`${path}: cannot be read (${error.code})`);
    });
  };
}

/** One large file, in it an `<svg id="1F468-200D-1F373">` for each emoji. */
async function openSprite(folder: string): Promise<Finder> {
  const sprite = await readFile(join(folder, 'sprites', 'all.svg'), 'utf8');
  const starts = [...sprite.matchAll(/<svg [^>]*\bid="([0-9A-F-]{4,})"/g)];
  const drawings = new Map(
    starts.map((match, i) => {
      const part = sprite.slice(match.index, starts[i + 1]?.index);
      const whole = part.slice(0, part.lastIndexOf('</svg>'));
      // The last one is followed by the end of the file's own element.
      const drawing = i + 1 < starts.length ? whole : whole.slice(0, whole.lastIndexOf('</svg>'));
      const svg = `${drawing.replace('<svg ', '<svg xmlns:xlink="http://www.w3.org/1999/xlink" ')}</svg>`;
      return [bareCodePoints(match[1]), svg];
    }),
  );
  return async (codePoints) => {
    const svg = drawings.get(bareCodePoints(codePoints));
    return svg === undefined ? undefined : Buffer.from(svg);
  };
}

/** What Fluent calls otherwise than Unicode does now. */
const fluentNames: Readonly<Record<string, string>> = {
  'enraged-face': 'pouting-face',
  'smiling-face-with-open-hands': 'hugging-face',
  'face-with-crossed-out-eyes': 'knocked-out-face',
  'deaf-person': 'person-deaf',
  'deaf-man': 'man-deaf',
  'deaf-woman': 'woman-deaf',
  merperson: 'person-merpeople',
  merman: 'man-merpeople',
  mermaid: 'woman-merpeople',
  'men-with-bunny-ears': 'man-with-bunny-ears',
  'women-with-bunny-ears': 'woman-with-bunny-ears',
  'men-wrestling': 'man-wrestling',
  'women-wrestling': 'woman-wrestling',
};

/** Files by the emoji's English name. */
async function openFluent(folder: string): Promise<Finder> {
  const table = await emojiTable();
  return async (codePoints) => {
    const emoji = table.byCodePoints(codePoints);
    // Couples of two tones are drawn in one file each that the name does not tell.
    // A hair style by itself is no person with that hair.
    if (emoji === undefined || emoji.tone === 'mixed' || emoji.group === 'component') return undefined;
    const slug = slugOf(emoji.baseName);
    const names = [fluentNames[slug] ?? slug, `person-${slug}`, slug.replace('blond-', 'blonde-')];
    const files = names.flatMap((name) =>
      emoji.tone === 'none' ? [`${name}-default`, name] : [`${name}-${emoji.tone}`],
    );
    return firstFile(files.map((file) => join(folder, 'icons', 'modern', `${file}.svg`)));
  };
}

/**
 * Draws an emoji in the middle of a square.
 *
 * @param picture the bytes of a picture file, or an SVG's text
 * @param size in pixels
 * @param background an opaque CSS colour
 * @param margin of background on each side, in pixels, which comes on top of the size
 */
export async function drawPicture(
  picture: Buffer | string,
  size: number,
  background: string,
  margin = 0,
): Promise<Rgb8Image> {
  const bytes = Buffer.from(picture);
  const metadata = await sharp(bytes).metadata();
  const density = metadata.format === 'svg' ? svgDensity(metadata, size) : undefined;
  const { data, info } = await sharp(bytes, { density })
    .resize({ width: size, height: size, fit: 'contain', background, kernel: 'cubic' })
    .extend({ top: margin, bottom: margin, left: margin, right: margin, background })
    .flatten({ background })
    .toColourspace('srgb')
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data: new Uint8Array(data), width: info.width, height: info.height };
}
