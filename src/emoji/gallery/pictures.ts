// The pictures of a gallery: small enough for a page, named by what they are made of, so that none is made twice.

import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { FacewrightError } from '../../errors.js';
import { resample8 } from '../../image/bicubic.js';
import { encodePng } from '../../image/write.js';
import { xmpPacket } from '../../image/xmp.js';
import { writeWholeFile } from '../../node/whole-file.js';
import type { DraftEntry, Picture, Pictures } from './entries.js';
import { shortHash } from './paths.js';
import type { SiteFolder } from './site-folder.js';

/** What XMP calls the program that made the gallery's pictures. */
export const CREATOR = 'facewright gallery';

/** Longer sides in pixels. Cards show pictures of up to 96, on screens of two device pixels to one. */
const THUMBNAIL = 192;
const DRAWING = 320;

/** WebP's quality, for thumbnails and for whole faces. */
const QUALITY = { thumbnail: 82, face: 92 };

/** Inputs of any origin are read: no bigger ones, in pixels. */
const MOST_PIXELS = 268_402_689;

/** Makes the pictures of entries. */
export class PictureMaker {
  readonly #folder: string;
  readonly #site: SiteFolder;
  /** Drawings by their files: several results share one. */
  readonly #drawings = new Map<string, Promise<Picture | undefined>>();
  /** Files that could not be read, with the reason. */
  readonly problems = new Map<string, string>();
  made = 0;
  reused = 0;

  /** @param folder of the results */
  constructor(folder: string, site: SiteFolder) {
    this.#folder = folder;
    this.#site = site;
  }

  /** Makes what is not there yet. A picture that cannot be read is noted in `problems` and left out. */
  async picturesOf({ id, line }: DraftEntry): Promise<Pictures> {
    const drawing = line.emoji === undefined ? line.input : line.emoji.drawing;
    const made: { -readonly [Key in keyof Pictures]: Pictures[Key] } = {};
    if (drawing !== undefined) made.drawing = await this.#drawing(drawing, line.emoji !== undefined);
    if (line.status !== 'done') return withoutGaps(made);
    const names = namesOf(id);
    made.target = await this.#tried(line.target ?? '', (path) => this.#copied(names.target, path));
    await this.#tried(line.output, async (path) => {
      const { width, height } = await sharp(path).metadata();
      if (width > THUMBNAIL) {
        made.face = await this.#webp(names.face, path, Math.max(width, height), QUALITY.face, true);
        made.thumbnail = await this.#webp(names.thumbnail, path, THUMBNAIL, QUALITY.thumbnail, true);
      } else {
        // What is no larger than a thumbnail is one.
        made.thumbnail = await this.#webp(names.thumbnail, path, THUMBNAIL, QUALITY.face, true);
        made.face = made.thumbnail;
      }
      if (made.target !== undefined && width === height && width % made.target.width === 0) {
        made.scaled = await this.#scaled(names.scaled, path, made.target.width);
      }
    });
    return withoutGaps(made);
  }

  #drawing(file: string, needed: boolean): Promise<Picture | undefined> {
    const before = this.#drawings.get(file);
    if (before !== undefined) return before;
    const made = this.#tried(
      file,
      async (path) => {
        const bytes = await readFile(path);
        return this.#webp(`images/${shortHash(bytes)}.drawing.webp`, bytes, DRAWING, QUALITY.face, false);
      },
      // Pictures that were given may have gone since; what a run wrote itself should be there.
      needed,
    );
    this.#drawings.set(file, made);
    return made;
  }

  /** Only what cannot be read is forgiven: what cannot be written ends the build. */
  async #tried<T>(file: string, make: (path: string) => Promise<T>, noted = true): Promise<T | undefined> {
    const path = join(this.#folder, file);
    try {
      if ((await stat(path)).isFile()) return await make(path);
      throw new Error('not a file');
    } catch (error) {
      if (error instanceof FacewrightError) throw error;
      const { code, message } = error as NodeJS.ErrnoException;
      if (noted) this.problems.set(file, code === 'ENOENT' ? 'is not there' : `cannot be read (${code ?? message})`);
      return undefined;
    }
  }

  /** A file as it is: targets are tiny, and marked already. */
  async #copied(path: string, from: string): Promise<Picture> {
    const { width, height } = await sharp(from).metadata();
    await this.#put(path, () => readFile(from));
    return { path, width, height };
  }

  /** @param side the longer one in pixels; smaller pictures stay as they are */
  async #webp(
    path: string,
    from: string | Buffer,
    side: number,
    quality: number,
    generated: boolean,
  ): Promise<Picture> {
    const source = sharp(from, { limitInputPixels: MOST_PIXELS });
    const { width, height } = (await source.metadata()).autoOrient;
    const scale = Math.min(1, side / Math.max(width, height));
    const size = { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
    await this.#put(path, () =>
      marked(source.autoOrient().resize({ ...size, fit: 'fill' }), generated)
        .webp({ quality, effort: 4 })
        .toBuffer(),
    );
    return { path, ...size };
  }

  /** Scaled down as the search does it. */
  async #scaled(path: string, from: string, size: number): Promise<Picture> {
    await this.#put(path, async () => {
      const { data, info } = await sharp(from).removeAlpha().raw().toBuffer({ resolveWithObject: true });
      const small = resample8({ data, width: info.width, height: info.height }, size);
      return encodePng(small, { creatorTool: CREATOR });
    });
    return { path, width: size, height: size };
  }

  async #put(path: string, make: () => Promise<Buffer>): Promise<void> {
    if (this.#site.keep(path)) {
      this.reused++;
      return;
    }
    this.#site.add(path);
    await writeWholeFile(this.#site.at(path), await make());
    this.made++;
  }
}

function namesOf(id: string) {
  return {
    target: `images/${id}.target.png`,
    face: `images/${id}.face.webp`,
    thumbnail: `images/${id}.small.webp`,
    scaled: `images/${id}.scaled.png`,
  };
}

/** With the mark that every picture of facewright's bears. */
function marked(picture: Sharp, generated: boolean): Sharp {
  return picture.withXmp(xmpPacket(CREATOR, generated));
}

function withoutGaps(pictures: Pictures): Pictures {
  return Object.fromEntries(Object.entries(pictures).filter(([, picture]) => picture !== undefined));
}
