// An alignment that has been opened: several pictures are in work at once.

import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cropFace, scaleCrop } from '../align/crop.js';
import { DEFAULT_MIN_SCORE, type Detected, type Face, type FaceDetector } from '../align/detector.js';
import type { Landmarks } from '../align/landmarks.js';
import type { LandmarksFile } from '../align/landmarks-file.js';
import { drawOverlay } from '../align/overlay.js';
import { cropQuad, quadRotation, quadSize } from '../align/quad.js';
import { BrokenOffError, errorText } from '../errors.js';
import { readImage8, type SourceImage8 } from '../image/read.js';
import { encodePng } from '../image/write.js';
import { writeWholeFile } from '../node/whole-file.js';
import { canonical, type Journal } from '../results/journal.js';
import type { AlignEvent, AlignedFace, AlignedPicture, AlignLine, AlignSummary } from './align-events.js';
import type { AlignSetting } from './align-options.js';
import type { FolderClaim } from './claimed-folder.js';
import { allThere, creatorTool, type FolderGuard } from './out-folder.js';
import { journalPath, type Picture } from './pictures.js';
import type { Emit } from './running.js';

/** What an alignment consists of. */
export interface AlignParts {
  readonly pictures: readonly Picture[];
  readonly setting: AlignSetting;
  readonly journal: Journal<AlignLine>;
  readonly claim: FolderClaim;
  readonly guard: FolderGuard;
  readonly detector: FaceDetector;
  /** Landmarks that need not be looked for. */
  readonly given: LandmarksFile | undefined;
  readonly emit: Emit<AlignEvent>;
  readonly signal: AbortSignal;
}

/** The files of a picture with so many faces. */
export function filesOf(name: string, faces: number, { sizes, overlay }: AlignSetting): string[] {
  const crops = Array.from({ length: faces }, (_, i) => sizes.map((size) => cropFile(name, i, size, sizes)));
  return [...crops.flat(), ...(overlay ? [overlayFile(name)] : [])];
}

/** NAME_0.png; in a folder of its own for each size, where there are several. */
function cropFile(name: string, face: number, size: number, sizes: readonly number[]): string {
  return `${sizes.length > 1 ? `${size}/` : ''}${name}_${face}.png`;
}

function overlayFile(name: string): string {
  return `${name}.overlay.png`;
}

export class Aligner {
  readonly #parts: AlignParts;
  /** By the picture's name. */
  readonly #lines = new Map<string, AlignLine>();
  #earlier = 0;

  constructor(parts: AlignParts) {
    this.#parts = parts;
  }

  async perform(): Promise<AlignSummary> {
    const { pictures, setting, signal } = this.#parts;
    let broken: unknown;
    const waiting = [...pictures];
    const next = async () => {
      for (let picture = waiting.shift(); picture !== undefined; picture = waiting.shift()) {
        if (signal.aborted || broken !== undefined) return;
        try {
          await this.#align(picture);
        } catch (error) {
          broken ??= error;
        }
      }
    };
    // One more than there are threads: while they look, the next picture is read.
    await Promise.all(Array.from({ length: setting.workers + 1 }, next));
    if (broken !== undefined) throw broken;
    return this.#summary();
  }

  async #align(picture: Picture): Promise<void> {
    await this.#parts.emit({ type: 'begun', picture });
    let key = '';
    try {
      await picture.source?.();
      const bytes = await readFile(picture.path).catch(() => undefined);
      key = this.#key(picture, bytes);
      const { setting, journal } = this.#parts;
      const done = journal.latest(picture.name);
      if (!setting.again && done?.key === key && (await allThere(setting.out, writtenFiles(done)))) {
        this.#earlier++;
        await this.#tell('skipped', picture, done);
      } else await this.#crop(picture, key, done);
    } catch (error) {
      if (error instanceof BrokenOffError) throw error;
      await this.#parts.claim.checkWritable();
      await this.#note('failed', picture, this.#head(picture, key, 'failed', errorText(error)));
    }
  }

  /** Looks at a picture, and writes what is found. @param done what was found before */
  async #crop(picture: Picture, key: string, done: AlignLine | undefined): Promise<void> {
    const began = performance.now();
    const { out, background, overlay } = this.#parts.setting;
    const image = await readImage8(picture.path, { background });
    const found = await this.#find(picture, image);
    const faces = await this.#write(picture, image, found.faces);
    const line = {
      ...this.#head(picture, key, 'done'),
      width: image.width,
      height: image.height,
      faces,
      ...(faces.length > 0 ? {} : { reason: this.#reason(found) }),
      ...(overlay ? { overlay: overlayFile(picture.name) } : {}),
      seconds: (performance.now() - began) / 1000,
    };
    await this.#note('found', picture, line);
    // What an earlier alignment found more of is no longer so.
    const written = new Set(writtenFiles(line));
    for (const file of done === undefined ? [] : writtenFiles(done)) {
      if (!written.has(file)) await rm(join(out, file), { force: true });
    }
  }

  /** What makes a line what it is. */
  #key({ path, name }: Picture, bytes: Uint8Array | undefined): string {
    const hash = createHash('sha256');
    if (bytes !== undefined) hash.update(bytes);
    const content = hash.digest('hex');
    const landmarks = this.#parts.given?.facesOf(path)?.source;
    return createHash('sha256')
      .update(canonical({ content, name, options: this.#options(), landmarks }))
      .digest('hex')
      .slice(0, 32);
  }

  #options(): Record<string, unknown> {
    const { sizes, detect, background, overlay } = this.#parts.setting;
    const { maxFaces, minFace, minScore, anyRotation } = detect;
    return {
      size: sizes,
      'max-faces': maxFaces,
      'min-face': minFace,
      'min-score': minScore,
      'any-rotation': anyRotation ?? false,
      background,
      overlay,
    };
  }

  async #find({ path }: Picture, image: SourceImage8): Promise<Detected> {
    const given = this.#parts.given?.facesOf(path);
    if (given === undefined) return this.#parts.detector.detect(image, this.#parts.setting.detect);
    const most = this.#parts.setting.detect.maxFaces ?? Number.POSITIVE_INFINITY;
    return { faces: given.landmarks.slice(0, most).map(givenFace) };
  }

  async #write({ path, name }: Picture, image: SourceImage8, faces: readonly Face[]): Promise<AlignedFace[]> {
    const { out, sizes, overlay } = this.#parts.setting;
    await this.#parts.claim.check();
    await this.#parts.guard.check(filesOf(name, faces.length, this.#parts.setting));
    const aligned: AlignedFace[] = [];
    for (const [i, { score, by, box, landmarks }] of faces.entries()) {
      const quad = cropQuad(landmarks);
      const crop = await cropFace(image, quad, path);
      const files: Record<string, string> = {};
      for (const size of sizes) {
        files[size] = cropFile(name, i, size, sizes);
        const png = await encodePng(scaleCrop(crop, size), { creatorTool: creatorTool.align, generated: false });
        await writeWholeFile(join(out, files[size]), png);
      }
      aligned.push({
        files,
        score,
        by,
        landmarks,
        box: [box.left, box.top, box.width, box.height],
        quad: [quad.topLeft, quad.bottomLeft, quad.bottomRight, quad.topRight],
        size: quadSize(quad),
        rotation: quadRotation(quad),
      });
    }
    if (overlay) {
      await writeWholeFile(join(out, overlayFile(name)), await drawOverlay(image, faces, creatorTool.align));
    }
    return aligned;
  }

  #reason({ nearest }: Detected): string {
    if (this.#parts.given !== undefined) return 'the landmarks name no face';
    const { anyRotation, minScore } = this.#parts.setting.detect;
    const turned = anyRotation ? '' : '; --any-rotation looks for sideways and upside-down ones too';
    if (nearest === undefined) return `no face found${turned}`;
    const { box, score } = nearest;
    const [x, y] = [box.left + box.width / 2, box.top + box.height / 2].map(Math.round);
    return `no face found; the likeliest place, at ${x}, ${y}, scores ${score.toFixed(2)}, and --min-score is ${minScore ?? DEFAULT_MIN_SCORE}${turned}`;
  }

  #head(picture: Picture, key: string, status: AlignLine['status'], error?: string): AlignLine {
    return {
      v: 1,
      key,
      status,
      ...(error === undefined ? {} : { error }),
      input: journalPath(this.#parts.setting.out, picture.path),
      output: picture.name,
      width: 0,
      height: 0,
      faces: [],
      options: this.#options(),
      seconds: 0,
    };
  }

  async #note(type: AlignedPicture['type'], picture: Picture, line: AlignLine): Promise<void> {
    const { journal, claim } = this.#parts;
    await claim.check();
    await journal.append(line);
    await this.#tell(type, picture, line);
  }

  async #tell(type: AlignedPicture['type'], picture: Picture, line: AlignLine): Promise<void> {
    this.#lines.set(picture.name, line);
    await this.#parts.emit({ type, picture, line });
  }

  #summary(): AlignSummary {
    const { pictures, signal } = this.#parts;
    const lines = pictures.map(({ name }) => this.#lines.get(name)).filter((line) => line !== undefined);
    return {
      lines,
      earlier: this.#earlier,
      failed: lines.filter(({ status }) => status === 'failed').length,
      without: lines.filter(({ status, faces }) => status === 'done' && faces.length === 0).length,
      wanted: pictures.length,
      interrupted: signal.aborted && lines.length < pictures.length,
    };
  }
}

/** A face of which only the landmarks are known: its box is about what a detector's would be. */
function givenFace(landmarks: Landmarks): Face {
  const quad = cropQuad(landmarks);
  const side = quadSize(quad) * BOX_PART;
  const [x, y] = [(quad.topLeft[0] + quad.bottomRight[0]) / 2, (quad.topLeft[1] + quad.bottomRight[1]) / 2];
  return {
    score: 1,
    by: 'given',
    landmarks,
    box: { left: x + 0.5 - side / 2, top: y + 0.5 - side / 2, width: side, height: side },
  };
}

/** BlazeFace's box as a part of the crop's side. */
const BOX_PART = 0.54;

/** The files of a picture that a line tells of. */
export function writtenFiles({ faces, overlay }: AlignLine): string[] {
  return [...faces.flatMap(({ files }) => Object.values(files)), ...(overlay === undefined ? [] : [overlay])];
}
