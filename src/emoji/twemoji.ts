// Draws the emoji of the demo, from those of Twemoji's SVG files that come along (npm: @discordapp/twemoji; graphics CC BY 4.0).

import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { FacewrightError } from '../errors.js';
import type { Rgb8Image } from '../image/rgb.js';
import { vendorPath } from '../node/paths.js';
import type { EmojiFrame } from './named-emoji.js';

/** Whose pictures these are, as their licence asks to say. */
export const twemojiCredit = 'Emoji graphics: Twemoji, © Twitter, Inc and other contributors, CC BY 4.0';

/** The whole picture. */
const FILLING: EmojiFrame = { side: 1, left: 0, top: 0 };

/**
 * Draws an emoji on a plain background.
 *
 * @param codePoints one of `namedEmoji`, in hex with dashes between: `1f600`
 * @param size side of the picture in pixels
 * @param background an opaque CSS colour
 * @throws FacewrightError for another emoji
 * @example
 * const { data } = await drawEmoji('1f600', 1024, '#b0becd');
 */
export async function drawEmoji(
  codePoints: string,
  size: number,
  background: string,
  frame: EmojiFrame = FILLING,
): Promise<Rgb8Image> {
  const svg = await readSvg(codePoints);
  // The emoji's own <svg> is put into one of the picture's size, which cuts off what is outside.
  const place = `x="${frame.left * size}" y="${frame.top * size}" width="${frame.side * size}" height="${frame.side * size}"`;
  const picture =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size}" height="${size}">` +
    `<rect width="100%" height="100%" fill="${background}"/>${svg.replace('<svg ', `<svg ${place} `)}</svg>`;
  const { data, info } = await sharp(Buffer.from(picture))
    .flatten({ background })
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data: new Uint8Array(data), width: info.width, height: info.height };
}

async function readSvg(codePoints: string): Promise<string> {
  const path = vendorPath('twemoji', `${codePoints}.svg`);
  if (!existsSync(path))
    throw new FacewrightError(`emoji ${codePoints}: not one of those that come along for the demo`);
  return readFile(path, 'utf8');
}
