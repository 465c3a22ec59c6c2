// The pictures of a run on emoji: which drawing of which set each is of, and how the drawing comes to be a file.

import { createHash } from 'node:crypto';
import { join } from 'node:path';
import sharp from 'sharp';
import { FacewrightError } from '../errors.js';
import { encodePng } from '../image/write.js';
import { xmpSource } from '../image/xmp.js';
import { writeWholeFile } from '../node/whole-file.js';
import type { EmojiLabel } from '../results/emoji-label.js';
import { creatorTool } from '../runs/out-folder.js';
import { categoriesOf } from './categories.js';
import { drawPicture, type EmojiSet } from './sets.js';
import { type Emoji, slugOf } from './unicode.js';

/** Side of the emoji in pixels: that at which the search for faces was measured. */
const EMOJI_SIDE = 512;

/**
 * Background around it, in pixels: many emoji fill their square, and what lies beyond a picture's edge would be made up
 * for the crop from its mirror image. Faces are found a little more often, too.
 */
const MARGIN = 64;

/** An emoji in the hands of one set. */
export interface Drawing {
  readonly label: EmojiLabel;
  /** SET/SLUG: what its files are called after. */
  readonly name: string;
  /** Relative to the output folder. */
  readonly file: string;
  readonly set: EmojiSet;
  /** The set's picture; undefined where it has none. */
  picture(): Promise<Buffer | undefined>;
}

/** Every emoji in every set, set by set. */
export function drawingsOf(emoji: readonly Emoji[], sets: readonly EmojiSet[], frame: EmojiLabel['frame']): Drawing[] {
  return sets.flatMap((set) =>
    emoji.map((one) => {
      const name = `${set.name}/${slugOf(one.name)}`;
      const file = `drawings/${name}.png`;
      const label = { ...one, categories: categoriesOf(one.base), set: set.name, frame, drawing: file };
      return { label, name, file, set, picture: () => set.picture(one.codePoints) };
    }),
  );
}

/**
 * Sees to it that a drawing lies in the output folder. One that lies there already is left alone if it was made from the
 * same picture in the same way.
 *
 * @param background an opaque CSS colour
 * @returns its path; undefined when the set has no such emoji
 */
export async function draw(drawing: Drawing, out: string, background: string): Promise<string | undefined> {
  const picture = await drawing.picture();
  if (picture === undefined) return undefined;
  const path = join(out, drawing.file);
  const digest = createHash('sha256').update(picture).digest('hex').slice(0, 16);
  const source = `${drawing.set.source}, ${drawing.label.codePoints}, sha256 ${digest}, ${EMOJI_SIDE} + 2 × ${MARGIN} px on ${background}`;
  if (await isMadeFrom(path, source)) return path;
  const image = await drawPicture(picture, EMOJI_SIDE, background, MARGIN).catch((error: Error) => {
    throw new FacewrightError(
      `${drawing.set.source}: its picture of ${drawing.label.character} (${drawing.label.codePoints}) cannot be drawn (${error.message})`,
    );
  });
  const rights = drawing.set.credit.text;
  await writeWholeFile(
    path,
    await encodePng(image, { creatorTool: creatorTool.emoji, generated: false, source, rights }),
  );
  return path;
}

async function isMadeFrom(path: string, source: string): Promise<boolean> {
  try {
    const { xmp } = await sharp(path).metadata();
    return xmp?.includes(xmpSource(source)) ?? false;
  } catch {
    return false;
  }
}
