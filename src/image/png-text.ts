// Text in PNG files (chunks tEXt; PNG, third edition, W3C 2025, section 11.3.3.2), which sharp neither writes nor reads.

import { crc32 } from 'node:zlib';

/** The eight bytes that a PNG begins with. */
const SIGNATURE = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');

/** Length, name and checksum of a chunk, in bytes, around its data. */
const FRAME = 12;

/** Printable ASCII, which is in Latin-1, what tEXt holds, what it is in UTF-8. */
const PRINTABLE = /^[\x20-\x7e]*$/;

/** A PNG with a text in it, behind its head. @param keyword of 1 to 79 letters @param text in printable ASCII */
export function withPngText(png: Buffer, keyword: string, text: string): Buffer {
  if (!PRINTABLE.test(text) || !/^[\x20-\x7e]{1,79}$/.test(keyword)) {
    throw new RangeError(`the text ${keyword} of a PNG: printable ASCII, under a keyword of up to 79 letters`);
  }
  const data = Buffer.from(`${keyword}\0${text}`, 'latin1');
  const chunk = Buffer.alloc(FRAME + data.length);
  chunk.writeUInt32BE(data.length, 0);
  chunk.write('tEXt', 4, 'latin1');
  data.copy(chunk, 8);
  chunk.writeUInt32BE(crc32(chunk.subarray(4, 8 + data.length)), 8 + data.length);
  const head = SIGNATURE.length + FRAME + png.readUInt32BE(SIGNATURE.length);
  return Buffer.concat([png.subarray(0, head), chunk, png.subarray(head)]);
}

/** The text of a PNG under a keyword; undefined where it has none, or is no whole PNG. */
export function pngText(png: Buffer, keyword: string): string | undefined {
  if (!png.subarray(0, SIGNATURE.length).equals(SIGNATURE)) return undefined;
  for (let at = SIGNATURE.length; at + FRAME <= png.length; ) {
    const end = at + FRAME + png.readUInt32BE(at);
    const data = png.toString('latin1', at + 8, Math.min(end, png.length) - 4);
    if (png.toString('latin1', at + 4, at + 8) === 'tEXt' && end <= png.length && data.startsWith(`${keyword}\0`)) {
      return data.slice(keyword.length + 1);
    }
    at = end;
  }
  return undefined;
}
