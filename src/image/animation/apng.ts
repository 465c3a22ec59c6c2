// Animated PNG, put together of PNG files that sharp encoded: PNG Specification (Third Edition), W3C 2025, chapter 11.3.6.

import { crc32 } from 'node:zlib';
import sharp from 'sharp';
import type { Rgb8Image } from '../rgb.js';
import type { Frame } from './frame.js';

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** A rectangle in whole pixels. */
interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A frame as it is in the file: zlib streams of what changed. */
interface Part {
  readonly area: Area;
  readonly ticks: number;
  readonly data: readonly Buffer[];
}

/**
 * Frames as APNG. Of each frame but the first only the rectangle is kept in which it differs from the one before.
 *
 * @param frames all of one size
 * @param fps ticks in a second
 * @param loop how often it is played; 0: for ever
 */
export async function encodeApng(
  frames: AsyncIterable<Frame>,
  fps: number,
  loop: number,
  xmp: string,
): Promise<Buffer> {
  const parts: Part[] = [];
  let header: Buffer | undefined;
  let before: Rgb8Image | undefined;
  for await (const { image, ticks } of frames) {
    const area = before === undefined ? whole(image) : changedArea(before, image);
    before = image;
    const chunks = readChunks(await encodeArea(image, area));
    header ??= chunks.find(({ type }) => type === 'IHDR')!.data;
    const data = chunks.filter(({ type }) => type === 'IDAT').map((chunk) => chunk.data);
    parts.push({ area, ticks, data });
  }
  if (header === undefined) throw new RangeError('encodeApng needs at least one frame');
  // The frame controls and the frame data share one count.
  let sequence = 0;
  const controlled = parts.flatMap((part, index) => [
    frameControl(sequence++, part, fps),
    ...part.data.map((data) =>
      index === 0 ? chunk('IDAT', data) : chunk('fdAT', Buffer.concat([uint32(sequence++), data])),
    ),
  ]);
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('acTL', Buffer.concat([uint32(parts.length), uint32(loop)])),
    // Not compressed, without language: as XMP Specification Part 3 wants it, so that a scan of the bytes finds it.
    chunk('iTXt', Buffer.from(`XML:com.adobe.xmp\0\0\0\0\0${xmp}`, 'utf8')),
    ...controlled,
    chunk('IEND', Buffer.alloc(0)),
  ]);
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

/** fcTL: the frame replaces what it covers (blend 0), and stays where it is for the next one (dispose 0). */
function frameControl(sequence: number, { area, ticks }: Part, fps: number): Buffer {
  const data = Buffer.alloc(26);
  for (const [i, value] of [sequence, area.width, area.height, area.x, area.y].entries()) {
    data.writeUInt32BE(value, 4 * i);
  }
  data.writeUInt16BE(ticks, 20);
  data.writeUInt16BE(fps, 22);
  return chunk('fcTL', data);
}

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  return Buffer.concat([uint32(data.length), body, uint32(crc32(body))]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function readChunks(png: Buffer): { type: string; data: Buffer }[] {
  const chunks: { type: string; data: Buffer }[] = [];
  for (let place = SIGNATURE.length; place < png.length; ) {
    const length = png.readUInt32BE(place);
    const type = png.toString('latin1', place + 4, place + 8);
    chunks.push({ type, data: png.subarray(place + 8, place + 8 + length) });
    place += length + 12;
  }
  return chunks;
}
