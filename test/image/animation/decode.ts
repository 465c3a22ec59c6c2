// Takes PNG and GIF files apart, for the tests.

import { crc32 } from 'node:zlib';
import sharp from 'sharp';
import * as assert from 'uvu/assert';

export interface Chunk {
  readonly type: string;
  readonly data: Buffer;
  readonly crc: number;
}

export function chunksOf(png: Buffer): Chunk[] {
  assert.is(png.toString('hex', 0, 8), '89504e470d0a1a0a');
  const chunks: Chunk[] = [];
  for (let place = 8; place < png.length; ) {
    const length = png.readUInt32BE(place);
    const type = png.toString('latin1', place + 4, place + 8);
    const end = place + 8 + length;
    chunks.push({ type, data: png.subarray(place + 8, end), crc: png.readUInt32BE(end) });
    place = end + 4;
  }
  return chunks;
}

/** The XMP of an iTXt chunk. */
export function parseXmp(data: Buffer): string {
  const head = Buffer.from('XML:com.adobe.xmp\0\0\0\0\0');
  assert.equal(data.subarray(0, head.length), head);
  return data.toString('utf8', head.length);
}

/** What is seen of an APNG, frame by frame. */
export interface Screen {
  readonly width: number;
  readonly height: number;
  readonly ticks: number;
  /** [height, width, 3] */
  readonly pixels: Uint8Array;
}

/** Plays an APNG whose frames replace what they cover. */
export async function playApng(file: Buffer): Promise<Screen[]> {
  const chunks = chunksOf(file);
  const header = chunks[0].data;
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  const screen = new Uint8Array(width * height * 3);
  const screens: Screen[] = [];
  for (const [i, { type, data }] of chunks.entries()) {
    if (type !== 'fcTL') continue;
    const [across, down, x, y] = [4, 8, 12, 16].map((place) => data.readUInt32BE(place));
    const pixels = await stillOf(header, across, down, following(chunks, i));
    for (let row = 0; row < down; row++) {
      screen.set(pixels.subarray(row * across * 3, (row + 1) * across * 3), ((y + row) * width + x) * 3);
    }
    screens.push({ width, height, ticks: data.readUInt16BE(20), pixels: screen.slice() });
  }
  return screens;
}

/** The zlib data of a frame, whose control chunk is at `place`. */
function following(chunks: readonly Chunk[], place: number): Buffer {
  const parts: Buffer[] = [];
  for (let i = place + 1; chunks[i].type === 'IDAT' || chunks[i].type === 'fdAT'; i++) {
    parts.push(chunks[i].type === 'IDAT' ? chunks[i].data : chunks[i].data.subarray(4));
  }
  return Buffer.concat(parts);
}

/** A frame as a PNG of its own, decoded. */
async function stillOf(header: Buffer, width: number, height: number, data: Buffer): Promise<Uint8Array> {
  const own = Buffer.from(header);
  own.writeUInt32BE(width, 0);
  own.writeUInt32BE(height, 4);
  const chunk = (type: string, body: Buffer) => {
    const typed = Buffer.concat([Buffer.from(type), body]);
    const [length, crc] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(body.length);
    crc.writeUInt32BE(crc32(typed));
    return Buffer.concat([length, typed, crc]);
  };
  const signature = Buffer.from('89504e470d0a1a0a', 'hex');
  const png = Buffer.concat([signature, chunk('IHDR', own), chunk('IDAT', data), chunk('IEND', Buffer.alloc(0))]);
  return new Uint8Array(await sharp(png).removeAlpha().raw().toBuffer());
}

export interface GifParts {
  readonly globalPalette: boolean;
  /** Application extensions. */
  readonly extensions: readonly { readonly name: string; readonly xmp?: string }[];
  readonly frames: readonly { readonly palette: boolean }[];
}

/** Walks over the blocks as a reader does that knows no XMP: by the lengths of sub-blocks. */
export function gifOf(gif: Buffer): GifParts {
  const extensions: { name: string; xmp?: string }[] = [];
  const frames: { palette: boolean }[] = [];
  const globalPalette = (gif[10] & 0x80) !== 0;
  let place = 13 + (globalPalette ? 3 * 2 ** ((gif[10] & 7) + 1) : 0);
  const skipBlocks = () => {
    while (gif[place] !== 0) {
      place += gif[place] + 1;
      assert.ok(place < gif.length);
    }
    place++;
  };
  while (gif[place] !== 0x3b) {
    const kind = gif[place];
    if (kind === 0x21) {
      const label = gif[place + 1];
      place += 2;
      if (label === 0xff) {
        const name = gif.toString('latin1', place + 1, place + 12);
        const from = place + 12;
        skipBlocks();
        // In front of the trailer of 258 bytes.
        extensions.push(name === 'XMP DataXMP' ? { name, xmp: gif.toString('utf8', from, place - 258) } : { name });
      } else skipBlocks();
    } else {
      assert.is(kind, 0x2c);
      const packed = gif[place + 9];
      frames.push({ palette: (packed & 0x80) !== 0 });
      place += 10 + (packed & 0x80 ? 3 * 2 ** ((packed & 7) + 1) : 0) + 1;
      skipBlocks();
    }
  }
  assert.is(place, gif.length - 1);
  return { globalPalette, extensions, frames };
}
