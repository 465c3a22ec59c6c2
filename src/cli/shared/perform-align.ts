// An alignment from the pictures to the last line of align.jsonl. `align` and `run --align` share it.

import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cropFace, scaleCrop } from '../../align/crop.js';
import { DEFAULT_MIN_SCORE, type Detected, type Face, type FaceDetector } from '../../align/detector.js';
import type { Landmarks, Point } from '../../align/landmarks.js';
import { type LandmarksFile, readLandmarks } from '../../align/landmarks-file.js';
import { drawOverlay } from '../../align/overlay.js';
import { cropQuad, quadRotation, quadSize } from '../../align/quad.js';
import { openFaceDetector } from '../../align/worker-detector.js';
import { readImage8, type SourceImage8 } from '../../image/read.js';
import { encodePng } from '../../image/write.js';
import { loadAddon } from '../../node/native.js';
import { writeWholeFile } from '../../node/whole-file.js';
import { canonical, Journal, type JournalEntry } from '../../results/journal.js';
import type { AlignRequest } from '../align/align-request.js';
import type { Console } from './console.js';
import { BrokenOffError, errorText } from './exit.js';
import { interruptible } from './interrupt.js';
import { allThere, creatorTool, FolderGuard } from './out-folder.js';
import { journalPath, type Picture } from './pictures.js';

/** A face in align.jsonl. Lengths are in pixels of the upright picture, the first pixel's centre being (0, 0). */
export interface AlignedFace {
  /** The crops, by their size. */
  readonly files: Readonly<Record<string, string>>;
  /** 0 to 1; 1 where the landmarks were given. */
  readonly score: number;
  readonly by: Face['by'];
  /** Left, top, width, height. */
  readonly box: readonly [number, number, number, number];
  readonly landmarks: Landmarks;
  /** Top left, bottom left, bottom right, top right. */
  readonly quad: readonly Point[];
  /** Length of the quad's side. */
  readonly size: number;
  /** How far it is turned clockwise, in degrees. */
  readonly rotation: number;
}

/** A line of align.jsonl: a picture. */
export interface AlignLine extends JournalEntry {
  readonly width: number;
  readonly height: number;
  /** The largest first. */
  readonly faces: readonly AlignedFace[];
  /** Why there is no face. */
  readonly reason?: string;
  readonly overlay?: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly seconds: number;
}

export interface AlignSummary {
  /** A line for every picture that is done, in the order of the pictures. */
  readonly lines: readonly AlignLine[];
  /** How many of them were done before. */
  readonly earlier: number;
  readonly failed: number;
  /** Pictures without a face. */
  readonly without: number;
  readonly wanted: number;
  readonly interrupted: boolean;
}

/** What an alignment has to do with besides its pictures. */
export interface AlignSetting {
  readonly console: Console;
  /** Stops it; default: Ctrl-C does. */
  readonly signal?: AbortSignal;
  /** Called when a picture is done, or was done before. */
  readonly onLine?: (picture: Picture, line: AlignLine) => void;
}

/**
 * Carries out an alignment into a folder that can be written.
 *
 * @throws FacewrightError before any work, when files are in the way or the addon is not there; what goes wrong with a
 *   picture is told, noted in the journal and counted
 */
export async function performAlign(
  request: AlignRequest,
  pictures: readonly Picture[],
  setting: AlignSetting,
): Promise<AlignSummary> {
  // Without it no crop can be made: better said now than after the first detection.
  loadAddon();
  const { landmarks: file } = request;
  const given =
    file === undefined
      ? undefined
      : await readLandmarks(
          file,
          pictures.map(({ path }) => path),
        );
  const journal = await Journal.open<AlignLine>(request.out, 'align', request.shard);
  const guard = await FolderGuard.open(request.out, {
    inputs: pictures.map(({ path }) => path),
    ours: new Set(journal.lines.flatMap(writtenFiles)),
    tool: creatorTool.align,
    overwrite: request.force,
  });
  const detector = openFaceDetector({ workers: request.workers });
  try {
    // How many faces there are is not known yet: more are looked at when they are.
    await guard.check(pictures.flatMap((picture) => filesOf(picture.name, 1, request)));
    const { console, onLine = () => {} } = setting;
    const perform = (signal: AbortSignal) =>
      new Alignment(request, pictures, { console, onLine, signal, journal, guard, detector, given }).perform();
    if (setting.signal !== undefined) return await perform(setting.signal);
    const onFirst = () => console.note('stopping once what is in work is written; again: stop at once');
    return await interruptible(onFirst, ({ signal }) => perform(signal));
  } finally {
    await detector.close();
    await journal.close();
  }
}

/** The files of a picture with so many faces. */
function filesOf(name: string, faces: number, { sizes, overlay }: AlignRequest): string[] {
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

interface AlignTools extends Required<AlignSetting> {
  readonly journal: Journal<AlignLine>;
  readonly guard: FolderGuard;
  readonly detector: FaceDetector;
  readonly given: LandmarksFile | undefined;
}

class Alignment {
  readonly #request: AlignRequest;
  readonly #pictures: readonly Picture[];
  readonly #tools: AlignTools;
  /** By the picture's name. */
  readonly #lines = new Map<string, AlignLine>();
  #earlier = 0;

  constructor(request: AlignRequest, pictures: readonly Picture[], tools: AlignTools) {
    this.#request = request;
    this.#pictures = pictures;
    this.#tools = tools;
  }

  async perform(): Promise<AlignSummary> {
    const { console, signal } = this.#tools;
    console.beginProgress(this.#pictures.length);
    let broken: unknown;
    const waiting = [...this.#pictures];
    const next = async () => {
      for (let picture = waiting.shift(); picture !== undefined; picture = waiting.shift()) {
        if (signal.aborted || broken !== undefined) return;
        try {
          await this.#align(picture);
        } catch (error) {
          broken ??= error;
        }
        console.progress({ done: this.#lines.size, count: `${this.#lines.size} of ${this.#pictures.length} done` });
      }
    };
    try {
      // One more than there are threads: while they look, the next picture is read.
      await Promise.all(Array.from({ length: this.#request.workers + 1 }, next));
    } finally {
      console.endProgress();
    }
    if (broken !== undefined) throw broken;
    return this.#summary();
  }

  async #align(picture: Picture): Promise<void> {
    const began = performance.now();
    const { out, force } = this.#request;
    let key = '';
    try {
      await picture.source?.();
      const bytes = await readFile(picture.path).catch(() => undefined);
      key = this.#key(picture, bytes);
      const done = this.#tools.journal.latest(picture.name);
      if (!force && done?.key === key && (await allThere(out, writtenFiles(done)))) {
        this.#earlier++;
        this.#remember(picture, done);
        return;
      }
      const image = await readImage8(picture.path, { background: this.#request.background });
      const found = await this.#find(picture, image);
      const faces = await this.#write(picture, image, found.faces);
      const line = {
        ...this.#head(picture, key, 'done'),
        ...{ width: image.width, height: image.height, faces },
        ...(faces.length > 0 ? {} : { reason: this.#reason(found) }),
        ...(this.#request.overlay ? { overlay: overlayFile(picture.name) } : {}),
        seconds: (performance.now() - began) / 1000,
      };
      await this.#note(picture, line);
      // What an earlier alignment found more of is no longer so.
      const written = new Set(writtenFiles(line));
      for (const file of done === undefined ? [] : writtenFiles(done)) {
        if (!written.has(file)) await rm(join(out, file), { force: true });
      }
    } catch (error) {
      if (error instanceof BrokenOffError) throw error;
      const text = errorText(error);
      this.#tools.console.error(text.startsWith(picture.path) ? text : `${picture.path}: ${text}`);
      await this.#note(picture, this.#head(picture, key, 'failed', text));
    }
  }

  /** What makes a line what it is. */
  #key({ path, name }: Picture, bytes: Uint8Array | undefined): string {
    const hash = createHash('sha256');
    if (bytes !== undefined) hash.update(bytes);
    const content = hash.digest('hex');
    const landmarks = this.#tools.given?.facesOf(path)?.source;
    return createHash('sha256')
      .update(canonical({ content, name, options: this.#options(), landmarks }))
      .digest('hex')
      .slice(0, 32);
  }

  #options(): Record<string, unknown> {
    const { sizes, detect, background, overlay } = this.#request;
    const { maxFaces, minFace, minScore, anyRotation } = detect;
    return {
      size: sizes,
      'max-faces': maxFaces,
      'min-face': minFace,
      'min-score': minScore,
      'any-rotation': anyRotation ?? false,
      ...{ background, overlay },
    };
  }

  async #find({ path }: Picture, image: SourceImage8): Promise<Detected> {
    const given = this.#tools.given?.facesOf(path);
    if (given === undefined) return this.#tools.detector.detect(image, this.#request.detect);
    const most = this.#request.detect.maxFaces ?? Number.POSITIVE_INFINITY;
    return { faces: given.landmarks.slice(0, most).map(givenFace) };
  }

  async #write({ path, name }: Picture, image: SourceImage8, faces: readonly Face[]): Promise<AlignedFace[]> {
    const { out, sizes, overlay } = this.#request;
    await this.#tools.guard.check(filesOf(name, faces.length, this.#request));
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
        ...{ files, score, by, landmarks },
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
    if (this.#tools.given !== undefined) return 'the landmarks name no face';
    const { anyRotation, minScore } = this.#request.detect;
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
      input: journalPath(this.#request.out, picture.path),
      output: picture.name,
      width: 0,
      height: 0,
      faces: [],
      options: this.#options(),
      seconds: 0,
    };
  }

  async #note(picture: Picture, line: AlignLine): Promise<void> {
    const { journal } = this.#tools;
    try {
      await journal.append(line);
    } catch (error) {
      throw new BrokenOffError(`${journal.path}: cannot be written (${errorText(error)})`, { cause: error });
    }
    this.#remember(picture, line);
  }

  #remember(picture: Picture, line: AlignLine): void {
    this.#lines.set(picture.name, line);
    if (this.#request.json) this.#tools.console.result(JSON.stringify(line));
    this.#tools.onLine(picture, line);
  }

  #summary(): AlignSummary {
    const lines = this.#pictures.map(({ name }) => this.#lines.get(name)).filter((line) => line !== undefined);
    return {
      lines,
      earlier: this.#earlier,
      failed: lines.filter(({ status }) => status === 'failed').length,
      without: lines.filter(({ status, faces }) => status === 'done' && faces.length === 0).length,
      wanted: this.#pictures.length,
      interrupted: this.#tools.signal.aborted && lines.length < this.#pictures.length,
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

function writtenFiles({ faces, overlay }: AlignLine): string[] {
  return [...faces.flatMap(({ files }) => Object.values(files)), ...(overlay === undefined ? [] : [overlay])];
}
