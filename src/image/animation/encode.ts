import sharp from 'sharp';
import { AbortedError } from '../../errors.js';
import { xmpPacket } from '../xmp.js';
import { encodeApng } from './apng.js';
import { type AnimationFormat, isVideo } from './formats.js';
import { type Frame, merged } from './frame.js';
import { encodeGif } from './gif.js';
import { delays } from './schedule.js';
import { encodeVideo, requireVideo } from './video.js';

/** Makes sure that a format can be written here. @throws FacewrightError that says what to install */
export async function requireFormat(format: AnimationFormat, signal?: AbortSignal): Promise<void> {
  if (isVideo(format)) await requireVideo(format, signal);
}

export interface EncodeOptions {
  readonly format: AnimationFormat;
  /** Sides of the frames, in pixels. */
  readonly width: number;
  readonly height: number;
  /** Ticks in a second, from 1 to 50: browsers show GIFs slowly that have faster ones. */
  readonly fps: number;
  /** How often it is played; 0: for ever. Not for video. */
  readonly loop: number;
  /** The program, as XMP's CreatorTool. */
  readonly creatorTool: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Quality of WebP, of 100. Frames are lossless where that is smaller (`mixed`): what only moves the curve leaves no ghosts.
 */
const WEBP_QUALITY = 90;

/**
 * Frames as a file, with XMP that says that a trained model made them. Equal neighbours become one.
 *
 * Frames are taken one by one; what is held are they as PNG (GIF, WebP, APNG) or none (video).
 *
 * @throws FacewrightError when ffmpeg is missing or fails; AbortedError when the signal is raised; what the frames throw
 */
export async function encodeAnimation(frames: AsyncIterable<Frame>, options: EncodeOptions): Promise<Buffer> {
  const { format, fps, loop, signal } = options;
  const xmp = xmpPacket(options.creatorTool);
  const wanted = merged(until(frames, signal));
  if (format === 'mp4' || format === 'avif') return encodeVideo(wanted, format, { ...options, xmp });
  if (format === 'apng') return encodeApng(wanted, { fps, loop, xmp });
  const pages: Buffer[] = [];
  const ticks: number[] = [];
  for await (const frame of wanted) {
    const { data, width, height } = frame.image;
    pages.push(
      await sharp(data, { raw: { width, height, channels: 3 } })
        .png({ compressionLevel: 3 })
        .toBuffer(),
    );
    ticks.push(frame.ticks);
  }
  if (pages.length === 0) throw new RangeError('encodeAnimation needs at least one frame');
  const encoded =
    format === 'gif'
      ? await encodeGif(pages, delays(ticks, fps, 10), loop, xmp)
      : await encodeWebp(pages, delays(ticks, fps, 1), loop, xmp);
  if (signal?.aborted) throw new AbortedError('stopped while the animation was encoded');
  return encoded;
}

async function encodeWebp(pages: readonly Buffer[], delay: number[], loop: number, xmp: string): Promise<Buffer> {
  const options = { join: { animated: true }, limitInputPixels: false };
  const pipeline = pages.length === 1 ? sharp(pages[0]) : sharp([...pages], options);
  return pipeline.withXmp(xmp).webp({ quality: WEBP_QUALITY, mixed: true, delay, loop }).toBuffer();
}

async function* until(frames: AsyncIterable<Frame>, signal: AbortSignal | undefined): AsyncGenerator<Frame> {
  for await (const frame of frames) {
    if (signal?.aborted) throw new AbortedError('stopped while frames were drawn');
    yield frame;
  }
}

/** Whether the bytes of an animation carry the XMP of that program. */
export function isMadeBy(bytes: Buffer, creatorTool: string): boolean {
  return bytes.includes(`<xmp:CreatorTool>${creatorTool}</xmp:CreatorTool>`);
}
