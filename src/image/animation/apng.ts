// Animated PNG: of each frame only what changed, encoded by sharp.

import sharp from 'sharp';
import type { Rgb8Image } from '../rgb.js';
import type { Frame } from './frame.js';
import { type ApngFrame, type ApngOptions, joinApng } from './join-apng.js';

/** A rectangle in whole pixels. */
interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Frames as APNG. Of each frame but the first only the rectangle is kept in which it differs from the one before.
 *
 * @param frames all of one size
 */
export async function encodeApng(frames: AsyncIterable<Frame>, options: ApngOptions): Promise<Buffer> {
  const parts: ApngFrame[] = [];
  let before: Rgb8Image | undefined;
  for await (const { image, ticks } of frames) {
    const area = before === undefined ? whole(image) : changedArea(before, image);
    before = image;
    parts.push({ png: await encodeArea(image, area), x: area.x, y: area.y, ticks });
  }
  return Buffer.from(joinApng(parts, options).buffer);
}

function whole({ width, height }: Rgb8Image): Area {
  return { x: 0, y: 0, width, height };
}

/** The smallest rectangle outside of which two pictures of one size are equal; a single pixel where they are equal. */
function changedArea(before: Rgb8Image, after: Rgb8Image): Area {
  const { width, height } = after;
  let [left, top, right, bottom] = [width, height, -1, -1];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const i = (y * width + x) * 3;
      const same =
        before.data[i] === after.data[i] &&
        before.data[i + 1] === after.data[i + 1] &&
        before.data[i + 2] === after.data[i + 2];
      if (same) continue;
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = y;
    }
  }
  if (right < 0) return { x: 0, y: 0, width: 1, height: 1 };
  return { x: left, y: top, width: right - left + 1, height: bottom - top + 1 };
}

async function encodeArea({ data, width, height }: Rgb8Image, area: Area): Promise<Buffer> {
  return sharp(data, { raw: { width, height, channels: 3 } })
    .extract({ left: area.x, top: area.y, width: area.width, height: area.height })
    .toColourspace('srgb')
    .png({ adaptiveFiltering: true, compressionLevel: 6, palette: false })
    .toBuffer();
}
