import type { Stats } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import sharp, { type Metadata, type Sharp, type SharpOptions } from 'sharp';
import { FacewrightError } from '../errors.js';
import { type Colour, parseColour } from './colour.js';
import { composite } from './composite.js';
import { type Rgb8Image, type RgbImage, to8Bits } from './rgb.js';
import { foreignFormat } from './sniff.js';

export type { RgbImage } from './rgb.js';

export interface ReadOptions {
  /** An opaque CSS colour, put behind transparent pixels. */
  readonly background: string;
  /** Refuse pictures of more pixels than this; default 100,000,000, which takes 1.2 GB (in 8 bits 0.3 GB). */
  readonly maxPixels?: number;
}

/** Where a picture came from. */
interface Source {
  /** sharp's name of the file's format: `jpeg`, `png`, `svg`, `heif` (AVIF) and so on. */
  readonly format: string;
  /** Whether the file had an alpha channel. */
  readonly hasAlpha: boolean;
}

/** A picture that was read, and a little about where it came from. */
export interface SourceImage extends RgbImage, Source {}

/** The same in 8 bits a channel, a quarter of the memory. */
export interface SourceImage8 extends Rgb8Image, Source {}

/** Longer side of a rasterised SVG in pixels: divisible by every usual target size, and no smaller than any face. */
const SVG_SIDE = 1024;

/** No picture of up to {@link MAX_PIXELS} needs a bigger file; files are read whole. */
const MAX_BYTES = 2 ** 30;

const MAX_PIXELS = 100_000_000;

/** sharp's bounds for the resolution at which SVG is rendered, and the one at which 1 px is 1 px. */
const DENSITY = { least: 1, default: 72, most: 100_000 };

/**
 * Reads a picture as sRGB: the first frame of what is animated, embedded profiles and CMYK converted, turned upright as
 * its EXIF says, transparency composited over `background` (in sRGB, as browsers do), SVG at 1024 px on its longer side.
 *
 * @param path a file in any format that sharp reads: see `pictureExtensions`
 * @throws FacewrightError that starts with the path when the file is missing, empty, cut short, damaged, too large or
 *   not such a picture
 * @example
 * const { width, height, data } = await readImage('face.jpg', { background: 'white' });
 */
export async function readImage(path: string, options: ReadOptions): Promise<SourceImage> {
  const { samples, channels, most, background, ...source } = await read(path, options);
  return { ...source, data: composite(samples, channels, most, background) };
}

/**
 * Decodes a picture as {@link readImage} does, from the bytes of its file.
 *
 * @param name what errors begin with
 * @throws FacewrightError as readImage does
 */
export async function decodeImage(bytes: Uint8Array, name: string, options: ReadOptions): Promise<SourceImage> {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const decoded = await decodeBytes(file, name, parseColour(options.background), options.maxPixels);
  const { samples, channels, most, background, ...source } = decoded;
  return { ...source, data: composite(samples, channels, most, background) };
}

/**
 * Reads a picture as {@link readImage} does, in 8 bits a channel: for large photos.
 *
 * @throws FacewrightError as readImage does
 */
export async function readImage8(path: string, options: ReadOptions): Promise<SourceImage8> {
  const { samples, channels, most, background, ...source } = await read(path, options);
  if (samples instanceof Uint8Array && channels === 3) return { ...source, data: samples };
  const data = new Uint8Array(source.width * source.height * 3);
  // A strip at a time: nobody needs the whole picture in floats.
  const strip = Math.max(1, Math.floor(STRIP_SAMPLES / (source.width * channels))) * source.width;
  for (let from = 0; from < data.length / 3; from += strip) {
    const part = composite(samples.subarray(from * channels, (from + strip) * channels), channels, most, background);
    for (let i = 0; i < part.length; i++) data[from * 3 + i] = to8Bits(part[i]);
  }
  return { ...source, data };
}

/** Samples that readImage8 holds in floats at a time. */
const STRIP_SAMPLES = 2 ** 20;

async function read(path: string, options: ReadOptions): Promise<Decoded> {
  const background = parseColour(options.background);
  return decodeBytes(await readBytes(path), path, background, options.maxPixels);
}

async function decodeBytes(bytes: Buffer, name: string, background: Colour, maxPixels = MAX_PIXELS): Promise<Decoded> {
  // sharp sees a non-empty buffer only.
  if (bytes.length === 0) throw new FacewrightError(`${name}: an empty file; copy or download the picture again`);
  const foreign = foreignFormat(bytes);
  if (foreign !== undefined) {
    throw new FacewrightError(`${name}: ${foreign}`);
  }
  try {
    return await decode(name, bytes, background, maxPixels);
  } catch (error) {
    if (error instanceof FacewrightError) throw error;
    throw new FacewrightError(`${name}: ${decodeFailure(error)}`, { cause: error });
  }
}

/** The file's content; its own errors are put in words here. */
async function readBytes(path: string): Promise<Buffer> {
  try {
    checkFile(path, await stat(path));
    return await readFile(path);
  } catch (error) {
    if (error instanceof FacewrightError) throw error;
    throw new FacewrightError(`${path}: ${openFailure(error)}`, { cause: error });
  }
}

function checkFile(path: string, stats: Stats): void {
  if (stats.isDirectory())
    throw new FacewrightError(`${path}: a folder, where a picture was expected; name a file in it`);
  if (!stats.isFile()) throw new FacewrightError(`${path}: not a regular file; save the picture to a file first`);
  if (stats.size > MAX_BYTES) {
    const gigabytes = (stats.size / 1e9).toFixed(1);
    throw new FacewrightError(`${path}: ${gigabytes} GB, too large for a picture; scale it down first`);
  }
}

function openFailure(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return 'no such file; check the path';
    case 'EACCES':
    case 'EPERM':
      return 'permission to read it is missing; change its permissions or copy it elsewhere';
    default:
      return `cannot be read (${code ?? (error as Error).message}); check the file and the disk it is on`;
  }
}

/** Says what a decoder's error means to a person, with the decoder's own first line as the detail. */
function decodeFailure(error: unknown): string {
  const detail = (error as Error).message.split('\n', 1)[0].replace('Input buffer has corrupt header: ', '');
  if (/unsupported image format/.test(detail)) {
    return 'not a picture in a format that facewright reads; convert it to PNG or JPEG';
  }
  if (/bad dimensions/.test(detail)) return 'an SVG without a usable width and height; give its svg element a viewBox';
  if (/XML parse error/.test(detail)) {
    return `a damaged SVG (${detail.replace(/^.*XML parse error: /, '')}); mend or replace it`;
  }
  return `damaged or cut short (${detail}); copy or download it again`;
}

/** A picture as sharp hands it over: interleaved samples of 1 to 4 channels, of which `most` is full. */
interface Decoded extends Source {
  readonly width: number;
  readonly height: number;
  readonly samples: Uint8Array | Uint16Array;
  readonly channels: number;
  readonly most: number;
  /** To be put behind transparent pixels. */
  readonly background: Colour;
}

async function decode(path: string, bytes: Buffer, background: Colour, maxPixels: number): Promise<Decoded> {
  // The limit is checked below, where the size is known and can be said; 'error' lets libtiff's and libpng's
  // complaints about odd metadata pass, but neither damage nor a file that ends too early.
  const input: SharpOptions = { failOn: 'error', limitInputPixels: false };
  const metadata = await sharp(bytes, input).metadata();
  const format = metadata.format;
  let pipeline: Sharp;
  if (format === 'svg') {
    const { density, width, height } = await svgSize(bytes, metadata);
    pipeline = sharp(bytes, { ...input, density }).resize({ width, height, fit: 'fill' });
  } else {
    checkPixels(path, metadata.width, metadata.height, maxPixels);
    pipeline = sharp(bytes, input).autoOrient();
  }
  const deep = metadata.space === 'rgb16' || metadata.space === 'grey16';
  if (deep) {
    pipeline = pipeline.toColourspace('rgb16');
    // sharp works on 16-bit pictures that have a profile in Display P3 and leaves them there; asking for an sRGB
    // profile makes it go on to sRGB. Without a profile it must not be asked: it would take sRGB for P3. (sharp 0.35.5)
    if (metadata.hasProfile) pipeline = pipeline.withIccProfile('srgb');
    pipeline = pipeline.raw({ depth: 'ushort' });
  } else {
    pipeline = pipeline.toColourspace('srgb').raw();
  }
  const { data, info } = await pipeline.toBuffer({ resolveWithObject: true });
  return {
    width: info.width,
    height: info.height,
    samples: deep ? new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2) : data,
    channels: info.channels,
    most: deep ? 65535 : 255,
    background,
    format,
    hasAlpha: metadata.hasAlpha,
  };
}

function checkPixels(path: string, width: number, height: number, maxPixels: number): void {
  if (width * height <= maxPixels) return;
  const most = maxPixels.toLocaleString('en');
  throw new FacewrightError(`${path}: ${width} × ${height} pixels, more than the ${most} allowed; scale it down first`);
}

/** The density at which sharp renders an SVG about `side` px long on its longer side. @param natural its own size in px */
export function svgDensity(natural: Pick<Metadata, 'width' | 'height'>, side: number): number {
  const wanted = (DENSITY.default * side) / Math.max(natural.width, natural.height);
  return Math.min(Math.max(wanted, DENSITY.least), DENSITY.most);
}

/** The density that renders an SVG at {@link SVG_SIDE} on its longer side, and the exact size to resize that to. */
async function svgSize(bytes: Buffer, natural: Metadata): Promise<{ density: number; width: number; height: number }> {
  const density = svgDensity(natural, SVG_SIDE);
  // The natural size is in whole pixels, too coarse for the proportions of a small drawing.
  const fine = await sharp(bytes, { density, limitInputPixels: false }).metadata();
  const scale = SVG_SIDE / Math.max(fine.width, fine.height);
  const side = (length: number) => Math.max(Math.round(length * scale), 1);
  return { density, width: side(fine.width), height: side(fine.height) };
}
