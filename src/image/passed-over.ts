// Files that lie beside pictures and look like some: what is said of them, so that none is dropped in silence.

import { open } from 'node:fs/promises';
import { parse } from 'node:path';
import { foreignFormat, isReadable } from './sniff.js';

/** A file of a folder or a pattern that looks like a picture and is not taken for one. */
export interface PassedOver {
  readonly path: string;
  /** What it is, and what would do. */
  readonly why: string;
}

/** Endings of pictures that are not read; what such a file is, its first bytes say better. */
const foreignExtensions: readonly string[] =
  '.bmp .heic .heif .jxl .jp2 .j2k .ico .psd .exr .tga .dds .pnm .ppm .pgm .hdr .dng .cr2 .cr3 .nef .arw .orf .raf .rw2'.split(
    ' ',
  );

/** Bytes at a file's beginning that tell what it is. */
const HEAD_BYTES = 512;

/** Why a file that is not taken for a picture may be one all the same; undefined where nothing says that it is. */
export async function whyNotRead(path: string): Promise<string | undefined> {
  const extension = parse(path).ext.toLowerCase();
  if (extension !== '' && !foreignExtensions.includes(extension)) return undefined;
  const head = await headOf(path);
  if (head === undefined) return undefined;
  if (extension === '')
    return isReadable(head) ? 'has no ending; name it by itself, or give it one' : foreignFormat(head);
  return foreignFormat(head) ?? `a ${extension} file, which facewright does not read; convert it to PNG or JPEG`;
}

/** Nothing where the file cannot be opened: nobody asked for it by its name. */
async function headOf(path: string): Promise<Buffer | undefined> {
  const file = await open(path).catch(() => undefined);
  if (file === undefined) return undefined;
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } catch {
    return undefined;
  } finally {
    await file.close();
  }
}
