import sharp from 'sharp';
import type { Rgb8Image } from './rgb.js';
import { type Provenance, xmpPacket } from './xmp.js';

export { type Rgb8Image, toRgb8 } from './rgb.js';

export interface PngOptions extends Provenance {
  /** The program that made the picture, as XMP's CreatorTool; default `facewright`. */
  readonly creatorTool?: string;
  /** Whether a trained model made it, which XMP then says; default true. */
  readonly generated?: boolean;
}

/**
 * A picture as PNG, with XMP that says which program made it, and whether with a trained model.
 *
 * @param image 3·width·height bytes
 * @example
 * await writeWholeFile('face.png', await encodePng({ data: toRgb8(planar, 128, 128), width: 128, height: 128 }));
 */
export async function encodePng(image: Rgb8Image, options: PngOptions = {}): Promise<Buffer> {
  const { data, width, height } = image;
  if (data.length !== 3 * width * height) {
    throw new RangeError(`encodePng needs [${height}, ${width}, 3], got ${data.length} bytes`);
  }
  return sharp(data, { raw: { width, height, channels: 3 } })
    .withXmp(xmpPacket(options.creatorTool ?? 'facewright', options.generated ?? true, options))
    .png()
    .toBuffer();
}

/** The dc:identifier in the XMP of a picture; undefined where it has none, or is no picture. @param path of the file */
export async function identifierOf(path: string): Promise<string | undefined> {
  try {
    const { xmp } = await sharp(path).metadata();
    return /<dc:identifier>([^<]*)<\/dc:identifier>/.exec(xmp?.toString('utf8') ?? '')?.[1];
  } catch {
    return undefined;
  }
}
