import { randomBytes } from 'node:crypto';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { FacewrightError } from '../errors.js';
import type { Rgb8Image } from './rgb.js';

export { type Rgb8Image, toRgb8 } from './rgb.js';

export interface PngOptions {
  /** The program that made the picture, as XMP's CreatorTool; default `facewright`. */
  readonly creatorTool?: string;
}

/** IPTC's term for a picture that a trained model made. https://cv.iptc.org/newscodes/digitalsourcetype/ */
export const DIGITAL_SOURCE_TYPE = 'http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia';

/**
 * A picture as PNG, with XMP that says a trained model made it.
 *
 * @param image 3·width·height bytes
 * @example
 * await writeFileWhole('face.png', await encodePng({ data: toRgb8(planar, 128, 128), width: 128, height: 128 }));
 */
export async function encodePng(image: Rgb8Image, options: PngOptions = {}): Promise<Buffer> {
  const { data, width, height } = image;
  if (data.length !== 3 * width * height) {
    throw new RangeError(`encodePng needs [${height}, ${width}, 3], got ${data.length} bytes`);
  }
  return sharp(data, { raw: { width, height, channels: 3 } })
    .withXmp(xmpPacket(options.creatorTool ?? 'facewright'))
    .png()
    .toBuffer();
}

/** The XMP of every picture that facewright writes. */
export function xmpPacket(creatorTool: string): string {
  // The packet wrapper with this very id is how tools that know no PNG find XMP in a file.
  return `<?xpacket begin="\uFEFF" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/">
   <xmp:CreatorTool>${escapeXml(creatorTool)}</xmp:CreatorTool>
   <Iptc4xmpExt:DigitalSourceType>${DIGITAL_SOURCE_TYPE}</Iptc4xmpExt:DigitalSourceType>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>`;
}

/** Text as XML character data, without the control characters that XML has no way to hold. */
function escapeXml(text: string): string {
  const printable = [...text].filter((character) => character >= ' ').join('');
  return printable.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/**
 * Writes a file so that it is there whole or, whatever happens, not at all: to a hidden file beside it, synced to the
 * disk, then renamed over `path`. Missing folders are made; a file that was there is replaced.
 *
 * @throws FacewrightError that starts with the path when the folder cannot be written or the disk is full
 */
export async function writeFileWhole(path: string, bytes: Uint8Array | string): Promise<void> {
  const folder = dirname(path);
  // In the same folder, because a rename is atomic only within a file system; short, whatever the length of the name.
  const temporary = join(folder, `.facewright-${process.pid}-${randomBytes(6).toString('hex')}.tmp`);
  try {
    await mkdir(folder, { recursive: true });
    const file = await open(temporary, 'wx');
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw new FacewrightError(`${path}: ${writeFailure(error)}`, { cause: error });
  }
  await syncFolder(folder);
}

/** Makes a rename survive a power cut. Not every system can open a folder or sync one; the file is whole either way. */
async function syncFolder(folder: string): Promise<void> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(folder, 'r');
    await handle.sync();
  } catch {
    // Windows (EPERM, EISDIR) and some network file systems (EINVAL).
  } finally {
    await handle?.close();
  }
}

function writeFailure(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  switch (code) {
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return 'its folder cannot be written; choose another, or change its permissions';
    case 'ENOTDIR':
    case 'EEXIST':
      return 'a part of its folder is a file; choose another folder';
    case 'EISDIR':
    case 'ENOTEMPTY':
      return 'a folder of that name is in the way; choose another name';
    case 'ENOSPC':
    case 'EDQUOT':
      return 'the disk is full; make room or choose another folder';
    case 'ENAMETOOLONG':
      return 'the name is too long for this file system; choose a shorter one';
    default:
      return `cannot be written (${code ?? (error as Error).message}); choose another folder`;
  }
}
