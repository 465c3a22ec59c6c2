import sharp, { type Sharp } from 'sharp';
import { FacewrightError } from '../errors.js';
import type { Rgb8Image } from './rgb.js';
import { xmpPacket } from './xmp.js';

/** A rectangle in whole pixels. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The SVG renderer refuses drawings of a longer side, and hardly any viewer shows them. */
const MAX_SIDE = 32_000;

/** A page of pictures with a drawing over it. */
export class Canvas {
  readonly #pixels: Uint8Array;
  readonly #drawing: string[] = [];

  /**
   * @param width in pixels
   * @param height in pixels
   * @param paper the page's grey, 0 to 255
   * @throws FacewrightError when the page would be too large to be looked at
   */
  constructor(
    readonly width: number,
    readonly height: number,
    readonly paper: number,
  ) {
    if (width > MAX_SIDE || height > MAX_SIDE) {
      throw new FacewrightError(
        `sheet: ${width} × ${height} pixels, more than the ${MAX_SIDE} a side allowed; lay out fewer pictures or smaller ones`,
      );
    }
    this.#pixels = new Uint8Array(width * height * 3).fill(paper);
  }

  /** Adds an SVG element over the pictures. */
  draw(element: string): void {
    this.#drawing.push(element);
  }

  /**
   * Puts a picture into a box, as large as it goes and in its middle, with rounded corners.
   *
   * @param pixelated show the picture's pixels as squares instead of smoothing them
   */
  async place(image: Rgb8Image, box: Box, pixelated: boolean, radius: number): Promise<void> {
    const scale = Math.min(box.width / image.width, box.height / image.height);
    const width = Math.max(Math.round(image.width * scale), 1);
    const height = Math.max(Math.round(image.height * scale), 1);
    const x = box.x + Math.floor((box.width - width) / 2);
    const y = box.y + Math.floor((box.height - height) / 2);
    const scaled = pixelated ? boxScale(image, width, height) : await smoothScale(image, width, height);
    for (let row = 0; row < height; row++) {
      const line = scaled.subarray(row * width * 3, (row + 1) * width * 3);
      this.#pixels.set(line, ((y + row) * this.width + x) * 3);
    }
    if (radius > 0) this.#round({ x, y, width, height }, radius);
  }

  /** Covers the corners of a box with paper. */
  #round({ x, y, width, height }: Box, radius: number): void {
    const r = Math.min(radius, width / 2, height / 2);
    const outline = `M${x} ${y}h${width}v${height}h${-width}Z`;
    const inside =
      `M${x + r} ${y}h${width - 2 * r}a${r} ${r} 0 0 1 ${r} ${r}v${height - 2 * r}a${r} ${r} 0 0 1 ${-r} ${r}` +
      `h${2 * r - width}a${r} ${r} 0 0 1 ${-r} ${-r}v${2 * r - height}a${r} ${r} 0 0 1 ${r} ${-r}Z`;
    const grey = this.paper;
    this.draw(`<path fill-rule="evenodd" fill="rgb(${grey},${grey},${grey})" d="${outline}${inside}"/>`);
  }

  /** The page as PNG. */
  async toPng(): Promise<Buffer> {
    return this.#drawn().withXmp(xmpPacket('facewright')).png({ adaptiveFiltering: true }).toBuffer();
  }

  /** The page as pixels. */
  async toRgb8(): Promise<Rgb8Image> {
    const { width, height } = this;
    // Nothing drawn: no need to render nothing.
    const data = this.#drawing.length === 0 ? this.#pixels : await this.#drawn().raw().toBuffer();
    return { data, width, height };
  }

  #drawn(): Sharp {
    const { width, height } = this;
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${this.#drawing.join('')}</svg>`;
    return sharp(this.#pixels, { raw: { width, height, channels: 3 }, limitInputPixels: false })
      .composite([{ input: Buffer.from(svg), limitInputPixels: false }])
      .removeAlpha();
  }
}

async function smoothScale(image: Rgb8Image, width: number, height: number): Promise<Uint8Array> {
  if (image.width === width && image.height === height) return image.data;
  return sharp(image.data, { raw: { width: image.width, height: image.height, channels: 3 } })
    .resize(width, height, { fit: 'fill', kernel: 'cubic' })
    .raw()
    .toBuffer();
}

/**
 * Scales by area: a pixel takes the mean of what it covers. Enlarged by a whole number that is repetition of pixels;
 * by any other, only the seams between the squares are blended and all squares look equally large.
 */
function boxScale(image: Rgb8Image, width: number, height: number): Uint8Array {
  const columns = coverage(image.width, width);
  const rows = coverage(image.height, height);
  const scaled = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < 3; c++) {
        let sum = 0;
        for (const [sy, wy] of rows[y]) {
          for (const [sx, wx] of columns[x]) sum += wy * wx * image.data[(sy * image.width + sx) * 3 + c];
        }
        scaled[(y * width + x) * 3 + c] = Math.round(sum);
      }
    }
  }
  return scaled;
}

/** For each of `to` samples laid over `from`: which of them it covers, and by what part of itself. */
function coverage(from: number, to: number): [index: number, weight: number][][] {
  return Array.from({ length: to }, (_, i) => {
    const start = (i * from) / to;
    const end = ((i + 1) * from) / to;
    const parts: [number, number][] = [];
    for (let s = Math.floor(start); s < Math.min(Math.ceil(end), from); s++) {
      const covered = Math.min(end, s + 1) - Math.max(start, s);
      // Rounding leaves slivers where a border falls on a pixel's edge.
      if (covered > 1e-9) parts.push([s, covered / (end - start)]);
    }
    return parts;
  });
}
