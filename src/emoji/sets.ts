// Emoji sets in SVG from npm packages: where each keeps the drawing of an emoji.

import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { FacewrightError } from '../errors.js';
import { svgDensity } from '../image/read.js';
import type { Rgb8Image } from '../image/rgb.js';
import { installedPackage } from '../node/paths.js';

export const emojiSetNames = ['openmoji', 'fluent', 'noto', 'twemoji'] as const;
export type EmojiSetName = (typeof emojiSetNames)[number];

/** A set that is installed. */
export interface EmojiSet {
  readonly name: EmojiSetName;
  /** The package it comes from, with its version. */
  readonly source: string;
  /**
   * The drawing of an emoji, as SVG; undefined when the set has none.
   *
   * @param codePoints in hex with dashes between, variation selectors included or not: `1F468-200D-1F373`
   */
  svg(codePoints: string): Promise<string | undefined>;
}

const packages: Readonly<Record<EmojiSetName, string>> = {
  openmoji: 'openmoji',
  fluent: 'fluentui-emoji',
  noto: '@svgmoji/noto',
  twemoji: '@discordapp/twemoji',
};

/** Opens a set. @throws FacewrightError when its package is not installed */
export async function openEmojiSet(name: EmojiSetName): Promise<EmojiSet> {
  const folder = packageFolder(packages[name]);
  const { version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as { version: string };
  return { name, source: `${packages[name]} ${version}`, svg: await readers[name](folder) };
}

function packageFolder(name: string): string {
  const folder = installedPackage(name);
  if (folder !== undefined) return folder;
  throw new FacewrightError(
    `the emoji set ${name} is not installed (it is too large to come along): npm install ${name}`,
  );
}

/** Code points without the variation selector, which sets put into names or leave out. */
const bare = (codePoints: string) => codePoints.toUpperCase().replace(/-FE0F/g, '');

type Reader = (folder: string) => Promise<EmojiSet['svg']>;

const readers: Readonly<Record<EmojiSetName, Reader>> = {
  openmoji: async (folder) => (codePoints) =>
    firstFile([codePoints.toUpperCase(), bare(codePoints)].map((name) => join(folder, 'color', 'svg', `${name}.svg`))),
  twemoji: async (folder) => (codePoints) =>
    firstFile([codePoints, bare(codePoints)].map((name) => join(folder, 'dist', 'svg', `${name.toLowerCase()}.svg`))),
  noto: readSprite,
  fluent: readFluent,
};

async function firstFile(paths: readonly string[]): Promise<string | undefined> {
  const path = paths.find(existsSync);
  return path === undefined ? undefined : readFile(path, 'utf8');
}

/** One large file, in it an `<svg id="1F468-200D-1F373">` for each emoji. */
async function readSprite(folder: string): Promise<EmojiSet['svg']> {
  const sprite = await readFile(join(folder, 'sprites', 'all.svg'), 'utf8');
  const starts = [...sprite.matchAll(/<svg [^>]*\bid="([0-9A-F-]{4,})"/g)];
  const drawings = new Map(
    starts.map((match, i) => {
      const part = sprite.slice(match.index, starts[i + 1]?.index);
      const whole = part.slice(0, part.lastIndexOf('</svg>'));
      // The last one is followed by the end of the file's own element.
      const drawing = i + 1 < starts.length ? whole : whole.slice(0, whole.lastIndexOf('</svg>'));
      return [bare(match[1]), `${drawing.replace('<svg ', '<svg xmlns:xlink="http://www.w3.org/1999/xlink" ')}</svg>`];
    }),
  );
  return async (codePoints) => drawings.get(bare(codePoints));
}

/** Skin tones in Fluent's names, in Unicode's order from U+1F3FB on. */
const fluentTones = ['light', 'medium-light', 'medium', 'medium-dark', 'dark'];

/** Files by the emoji's English name: OpenMoji's package has the names. */
async function readFluent(folder: string): Promise<EmojiSet['svg']> {
  const text = await readFile(join(packageFolder(packages.openmoji), 'data', 'openmoji.json'), 'utf8');
  const names = new Map(
    (JSON.parse(text) as { hexcode: string; annotation: string }[]).map(({ hexcode, annotation }) => [
      bare(hexcode),
      annotation,
    ]),
  );
  return async (codePoints) => {
    const tones = bare(codePoints).match(/1F3F[B-F]/g) ?? [];
    const plain = bare(codePoints).replace(/-1F3F[B-F]/g, '');
    const name = names.get(plain);
    // Couples of two tones are drawn in one file each that the name does not tell.
    if (name === undefined || new Set(tones).size > 1) return undefined;
    const slug = name
      .toLowerCase()
      .normalize('NFD')
      .replace(/[’']/g, '')
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-|-$/g, '');
    const tone = tones.length === 0 ? 'default' : fluentTones[Number.parseInt(tones[0]!, 16) - 0x1f3fb];
    const files = tones.length === 0 ? [`${slug}-${tone}`, slug] : [`${slug}-${tone}`];
    return firstFile(files.map((file) => join(folder, 'icons', 'modern', `${file}.svg`)));
  };
}

/** Draws an SVG in the middle of a square. @param background an opaque CSS colour */
export async function drawSvg(svg: string, size: number, background: string): Promise<Rgb8Image> {
  const source = Buffer.from(svg);
  const density = svgDensity(await sharp(source).metadata(), size);
  const { data, info } = await sharp(source, { density })
    .resize({ width: size, height: size, fit: 'contain', background })
    .flatten({ background })
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data: new Uint8Array(data), width: info.width, height: info.height };
}
