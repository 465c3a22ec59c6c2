// Text in PNG files (chunks tEXt; PNG, third edition, W3C 2025, section 11.3.3.2), which neither sharp nor browsers write or read.

import { crc32 } from './crc32.js';

/** The eight bytes that a PNG begins with. */
const SIGNATURE = latin1('\x89PNG\r\n\x1a\n');

/** Length, name and checksum of a chunk, in bytes, around its data. */
const FRAME = 12;

/** Printable ASCII, which is in Latin-1, what tEXt holds, what it is in UTF-8. */
const PRINTABLE = /^[\x20-\x7e]*$/;

/** A PNG with a text in it, behind its head. @param keyword of 1 to 79 letters @param text in printable ASCII */
export function withPngText(png: Uint8Array, keyword: string, text: string): Uint8Array<ArrayBuffer> {
  if (!PRINTABLE.test(text) || !/^[\x20-\x7e]{1,79}$/.test(keyword)) {
    throw new RangeError(`the text ${keyword} of a PNG: printable ASCII, under a keyword of up to 79 letters`);
  }
  const data = latin1(`tEXt${keyword}\0${text}`);
  const chunk = new Uint8Array(data.length + 8);
  const view = new DataView(chunk.buffer);
  view.setUint32(0, data.length - 4);
  chunk.set(data, 4);
  view.setUint32(data.length + 4, crc32(data));
  const head = SIGNATURE.length + FRAME + lengthAt(png, SIGNATURE.length);
  const whole = new Uint8Array(png.length + chunk.length);
  whole.set(png.subarray(0, head));
  whole.set(chunk, head);
  whole.set(png.subarray(head), head + chunk.length);
  return whole;
}

/** The text of a PNG under a keyword; undefined where it has none, or is no whole PNG. */
export function pngText(png: Uint8Array, keyword: string): string | undefined {
  if (!SIGNATURE.every((byte, index) => png[index] === byte)) return undefined;
  const wanted = `tEXt${keyword}\0`;
  for (let at = SIGNATURE.length; at + FRAME <= png.length; ) {
    const end = at + FRAME + lengthAt(png, at);
    const begins = textOf(png.subarray(at + 4, at + 4 + wanted.length)) === wanted;
    if (begins && end <= png.length) return textOf(png.subarray(at + 4 + wanted.length, end - 4));
    at = end;
  }
  return undefined;
}

function lengthAt(png: Uint8Array, at: number): number {
  return new DataView(png.buffer, png.byteOffset, png.byteLength).getUint32(at);
}

function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function textOf(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}
