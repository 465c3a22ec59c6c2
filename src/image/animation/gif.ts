// Animated GIF: sharp encodes it, with some persuasion to use one palette, and the XMP is put in here, because sharp leaves it out.

import sharp from 'sharp';

/** How much of Floyd and Steinberg's dithering: enough against bands in a background, and little for LZW to choke on. */
const DITHER = 0.5;

/** At most so many frames are sampled for the palette. */
const SAMPLES = 16;

/**
 * Pages as GIF, all with one palette.
 *
 * By itself libvips gives every page whose colours differ a palette of its own, and the tones of a face then jump from
 * page to page; told to keep the first page's, it lacks the colours of the later ones. So a page of samples of all pages is
 * put before the first one for its palette alone. The first page is then a GIF with that palette, and libvips keeps the
 * palette that an input has.
 *
 * @param pages PNG, all of one size
 * @param delay of each, in milliseconds
 * @param loop how often it is played; 0: for ever
 */
export async function encodeGif(
  pages: readonly Buffer[],
  delay: readonly number[],
  loop: number,
  xmp: string,
): Promise<Buffer> {
  const common = { dither: DITHER, keepDuplicateFrames: true };
  const joined = { join: { animated: true }, limitInputPixels: false };
  const withSamples = await sharp([await samplePage(pages), pages[0]], joined)
    .gif({ ...common, delay: [10, 10], interPaletteMaxError: 256 })
    .toBuffer();
  const first = await sharp(withSamples, { page: 1, limitInputPixels: false })
    .gif({ reuse: true, dither: 0, delay: [...delay.slice(0, 1)], loop })
    .toBuffer();
  if (pages.length === 1) return insertXmp(first, xmp);
  const gif = await sharp([first, ...pages.slice(1)], joined)
    .gif({ ...common, reuse: true, delay: [...delay], loop })
    .toBuffer();
  return insertXmp(gif, xmp);
}

/** A page on which every pixel is that of the same place on one of the pages. */
async function samplePage(pages: readonly Buffer[]): Promise<Buffer> {
  const count = Math.min(SAMPLES, pages.length);
  const chosen = Array.from({ length: count }, (_, i) => pages[Math.floor((i * pages.length) / count)]);
  const { data, info } = await sharp(chosen[0]).raw().toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  for (let i = 1; i < count; i++) {
    const other = await sharp(chosen[i]).raw().toBuffer();
    for (let pixel = 0; pixel < width * height; pixel++) {
      // Neighbours are of different pages, and so are those below each other.
      const turn = ((pixel % width) + 5 * Math.floor(pixel / width)) % count;
      if (turn !== i) continue;
      for (let c = 0; c < channels; c++) data[pixel * channels + c] = other[pixel * channels + c];
    }
  }
  return sharp(data, { raw: { width, height, channels } }).png().toBuffer();
}

const EXTENSION = 0x21;
const APPLICATION = 0xff;

/**
 * Puts XMP into a GIF: an application extension `XMP DataXMP` that holds the packet as it is, with a trailer which leads a
 * reader of sub-blocks to the end wherever it stands (XMP Specification Part 3, January 2020, section 1.1.2). It goes
 * behind the extension for the loop, which old readers expect first.
 */
export function insertXmp(gif: Buffer, xmp: string): Buffer {
  const palette = gif[10] & 0x80 ? 3 * 2 ** ((gif[10] & 7) + 1) : 0;
  let place = 13 + palette;
  while (gif[place] === EXTENSION && gif[place + 1] === APPLICATION) {
    place += 2;
    while (gif[place] !== 0) place += gif[place] + 1;
    place++;
  }
  // 01, then FF down to 00, then the block terminator: 258 bytes.
  const trailer = Buffer.from([1, ...Array.from({ length: 256 }, (_, i) => 255 - i), 0]);
  const head = Buffer.from([EXTENSION, APPLICATION, 11]);
  const packet = Buffer.concat([head, Buffer.from('XMP DataXMP', 'latin1'), Buffer.from(xmp, 'utf8'), trailer]);
  return Buffer.concat([gif.subarray(0, place), packet, gif.subarray(place)]);
}
