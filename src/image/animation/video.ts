// MP4 and AVIF, which ffmpeg encodes. It gets raw frames through a pipe and writes to a folder that is removed again: both
// formats have tables in front that are known only at the end.

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { requireFfmpeg, runFfmpeg } from '../../node/ffmpeg.js';
import type { Frame } from './frame.js';

export type VideoFormat = 'mp4' | 'avif';

interface Coding {
  readonly encoder: string;
  readonly muxer: string;
  readonly words: readonly string[];
}

// sRGB has BT.709's primaries; the matrix must be said as well, because ffmpeg converts by BT.601 if it is not.
const COLOURS = '-color_primaries bt709 -colorspace bt709'.split(' ');

const codings: Readonly<Record<VideoFormat, Coding>> = {
  // What every player and phone plays: H.264 with 4:2:0 in even sides, the tables in front.
  mp4: {
    encoder: 'libx264',
    muxer: 'mp4',
    words: [
      ...'-c:v libx264 -preset slow -crf 16 -movflags +faststart -color_trc bt709 -color_range tv'.split(' '),
      '-vf',
      'pad=ceil(iw/2)*2:ceil(ih/2)*2:color=0xf3f3f3,scale=out_color_matrix=bt709:out_range=tv,format=yuv420p',
    ],
  },
  // 4:4:4 keeps the edges of a target's squares. Not the full range: ffmpeg 5.1 does not note it in AVIF, and colours glare.
  avif: {
    encoder: 'libaom-av1',
    muxer: 'avif',
    words: [
      ...'-c:v libaom-av1 -crf 22 -b:v 0 -cpu-used 8 -row-mt 1 -color_trc iec61966-2-1 -color_range tv'.split(' '),
      '-vf',
      'scale=out_color_matrix=bt709:out_range=tv,format=yuv444p',
    ],
  },
};

/** Makes sure that ffmpeg can encode a format. @throws FacewrightError that says what to install */
export async function requireVideo(format: VideoFormat, signal?: AbortSignal): Promise<void> {
  await requireFfmpeg(format, codings[format], signal);
}

/**
 * Frames as MP4 or as an AVIF sequence, with XMP.
 *
 * @param frames all of one size
 * @param fps ticks in a second
 * @throws FacewrightError when ffmpeg is missing or fails; AbortedError when the signal is raised
 */
export async function encodeVideo(
  frames: AsyncIterable<Frame>,
  format: VideoFormat,
  {
    width,
    height,
    fps,
    xmp,
    signal,
  }: { width: number; height: number; fps: number; xmp: string; signal?: AbortSignal | undefined },
): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'facewright-film-'));
  try {
    const path = join(folder, `film.${format}`);
    const { muxer, words } = codings[format];
    const input = `-f rawvideo -pix_fmt rgb24 -s ${width}x${height} -framerate ${fps} -i pipe:0`.split(' ');
    const exact = '-map_metadata -1 -fflags +bitexact -flags:v +bitexact'.split(' ');
    await runFfmpeg(
      format,
      ['-hide_banner', '-loglevel', 'error', '-y', ...input, ...exact, ...COLOURS, ...words, '-f', muxer, path],
      { signal, input: everyTick(frames) },
    );
    return appendXmp(await readFile(path), xmp);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function* everyTick(frames: AsyncIterable<Frame>): AsyncGenerator<Uint8Array> {
  for await (const { image, ticks } of frames) {
    for (let tick = 0; tick < ticks; tick++) yield image.data;
  }
}

/** The extended type of a box that holds XMP: XMP Specification Part 3, January 2020, MPEG-4. */
const XMP_BOX = Buffer.from('be7acfcb97a942e89c71999491e3afac', 'hex');

/** Puts XMP at the end of a file of ISO's base media format (ISO/IEC 14496-12) as a `uuid` box, where it moves nothing. */
export function appendXmp(file: Buffer, xmp: string): Buffer {
  const packet = Buffer.from(xmp, 'utf8');
  const head = Buffer.alloc(8);
  head.writeUInt32BE(8 + XMP_BOX.length + packet.length);
  head.write('uuid', 4, 'latin1');
  return Buffer.concat([file, head, XMP_BOX, packet]);
}
