/**
 * Kinds of file that people give for a picture and that sharp, as it is shipped, cannot read, by their first bytes.
 * Knowing them makes the difference between "not a picture" and saying what the file is.
 */
const SIGNATURES: readonly (readonly [bytes: string, offset: number, name: string])[] = [
  ['BM', 0, 'a BMP picture'],
  ['\0\0\x01\0', 0, 'an icon (ICO)'],
  ['8BPS', 0, 'a Photoshop file'],
  ['%PDF', 0, 'a PDF document'],
  ['\xff\x0a', 0, 'a JPEG XL picture'],
  ['JXL \r\n\x87\n', 4, 'a JPEG XL picture'],
  ['jP  \r\n\x87\n', 4, 'a JPEG 2000 picture'],
  ['v/1\x01', 0, 'an OpenEXR picture'],
  ['PK\x03\x04', 0, 'a ZIP archive'],
];

/** First bytes of pictures that are read: JPEG, PNG, GIF, WebP and TIFF, of either byte order. */
const READABLE = /^(\xff\xd8\xff|\x89PNG\r\n|GIF8|RIFF[\s\S]{4}WEBP|II\*\0|MM\0\*)/;

/** Whether first bytes are those of a picture that is read; not so AVIF and SVG, whose first bytes say less. */
export function isReadable(head: Uint8Array): boolean {
  return READABLE.test(Buffer.from(head.subarray(0, 16)).toString('latin1'));
}

/** HEVC-coded brands of the HEIF container: what telephones write. AVIF, in the same container, is read. */
const HEIC_BRANDS = new Set(['heic', 'heix', 'hevc', 'hevx', 'heim', 'heis']);

/** What is wrong with a file of a known kind that cannot be read, and what would do; undefined for any other. */
export function foreignFormat(bytes: Uint8Array): string | undefined {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 512)).toString('latin1');
  const kind = containerKind(head) ?? SIGNATURES.find(([signature, offset]) => head.startsWith(signature, offset))?.[2];
  if (kind !== undefined) return `${kind}, which facewright does not read; convert it to PNG or JPEG`;
  const text = head.replace(/^\xef\xbb\xbf/, '').trimStart();
  if (/^(<!doctype html|<html)/i.test(text)) return 'a web page, not a picture; download the picture itself';
  if (text.startsWith('version https://git-lfs'))
    return 'a Git LFS pointer, not the picture; fetch it with git lfs pull';
  return undefined;
}

/** The kind of an ISO media file, unless it is AVIF or nothing of the sort. Its first box lists the brands it obeys. */
function containerKind(head: string): string | undefined {
  if (!head.startsWith('ftyp', 4)) return undefined;
  const brands: string[] = head.slice(8, Math.max(head.charCodeAt(3), 12)).match(/[\s\S]{4}/g) ?? [];
  if (brands.some((brand) => brand === 'avif' || brand === 'avis')) return undefined;
  if (brands.some((brand) => HEIC_BRANDS.has(brand))) return 'a HEIC picture';
  return brands.includes('mif1') ? undefined : 'a video';
}
