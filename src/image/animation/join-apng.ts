// Animated PNG, put together of PNG files, whoever encoded them: PNG Specification (Third Edition), W3C 2025, chapter 11.3.6.

import { crc32 } from '../crc32.js';

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

/** A frame: a rectangle that takes the place of what was there. */
export interface ApngFrame {
  /** The rectangle as a PNG file; those of all frames with the same kind of pixels, and not interlaced. */
  readonly png: Uint8Array;
  /** Where it lies in the first frame, which is the whole. */
  readonly x: number;
  readonly y: number;
  /** How long it is seen, from 1 to 65,535. */
  readonly ticks: number;
}

export interface ApngOptions {
  /** Ticks in a second. */
  readonly fps: number;
  /** How often it is played; 0: for ever. */
  readonly loop: number;
  /** What the file says of itself. */
  readonly xmp: string;
}

/** Frames as an APNG. @throws RangeError where there are none, or their pixels are of several kinds */
export function joinApng(frames: readonly ApngFrame[], { fps, loop, xmp }: ApngOptions): Uint8Array<ArrayBuffer> {
  const parts = frames.map((frame) => ({ ...frame, ...readPng(frame.png) }));
  if (parts.length === 0) throw new RangeError('joinApng needs at least one frame');
  const [{ header }] = parts;
  // The frame controls and the frame data share one count.
  let sequence = 0;
  const controlled = parts.flatMap((part, index) => {
    if (!sameKind(part.header, header)) throw new RangeError(`frame ${index} has other pixels than the first`);
    const control = frameControl(sequence++, part, part.header, fps);
    const data = part.data.map((bytes) =>
      index === 0 ? chunk('IDAT', bytes) : chunk('fdAT', uint32(sequence++), bytes),
    );
    return [control, ...data];
  });
  return joined([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('acTL', uint32(parts.length), uint32(loop)),
    // Not compressed, without language: as XMP Specification Part 3 wants it, so that a scan of the bytes finds it.
    chunk('iTXt', new TextEncoder().encode(`XML:com.adobe.xmp\0\0\0\0\0${xmp}`)),
    ...controlled,
    chunk('IEND'),
  ]);
}

/** What stands behind width and height in the head: depth, colours, and how they are packed. */
function sameKind(a: Uint8Array, b: Uint8Array): boolean {
  return a.slice(8).every((byte, index) => byte === b[8 + index]);
}

/** fcTL: the frame replaces what it covers (blend 0), and stays where it is for the next one (dispose 0). */
function frameControl(sequence: number, { x, y, ticks }: ApngFrame, header: Uint8Array, fps: number): Uint8Array {
  const data = new Uint8Array(26);
  const view = new DataView(data.buffer);
  view.setUint32(0, sequence);
  data.set(header.subarray(0, 8), 4);
  view.setUint32(12, x);
  view.setUint32(16, y);
  view.setUint16(20, ticks);
  view.setUint16(22, fps);
  return chunk('fcTL', data);
}

function chunk(type: string, ...data: readonly Uint8Array[]): Uint8Array {
  const body = joined([new TextEncoder().encode(type), ...data]);
  return joined([uint32(body.length - 4), body, uint32(crc32(body))]);
}

function uint32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let place = 0;
  for (const part of parts) {
    whole.set(part, place);
    place += part.length;
  }
  return whole;
}

/** The head of a PNG, and the zlib stream of its pixels in pieces. */
function readPng(png: Uint8Array): { readonly header: Uint8Array; readonly data: readonly Uint8Array[] } {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  const data: Uint8Array[] = [];
  let header = new Uint8Array();
  for (let place = SIGNATURE.length; place < png.length; ) {
    const length = view.getUint32(place);
    const type = String.fromCharCode(...png.subarray(place + 4, place + 8));
    const content = png.subarray(place + 8, place + 8 + length);
    if (type === 'IHDR') header = content.slice();
    if (type === 'IDAT') data.push(content);
    place += length + 12;
  }
  return { header, data };
}
