// A run on emoji: drawing, looking for the face and searching go on side by side; every emoji goes through them on its own.

import { join } from 'node:path';
import { FacewrightError } from '../errors.js';
import type { Generator, GeneratorInfo } from '../model/generator.js';
import { usualSize } from '../pulse/options.js';
import type { AlignLine } from '../runs/align-events.js';
import { alignPictures } from '../runs/align-pictures.js';
import type { RunEvent, RunSummary } from '../runs/events.js';
import type { RunOptions } from '../runs/options.js';
import { creatorTool, FolderGuard } from '../runs/out-folder.js';
import { NoPictureError, type Picture } from '../runs/pictures.js';
import { Running } from '../runs/running.js';
import { searchPictures } from '../runs/search-pictures.js';
import { type Drawing, draw } from './drawings.js';

/** What a run on emoji is told: what any run is, and these. */
export interface EmojiOptions extends Omit<RunOptions, 'size' | 'ownSizes' | 'start'> {
  /** Sides of the targets, in pixels; by default the generator's usual one. */
  readonly sizes?: readonly number[];
  /** How sure it must be that there is a face, above 0 to 1; by default 0.5. */
  readonly minScore?: number;
}

/** The options with the defaults that matter here filled in. */
type EmojiSetting = EmojiOptions & Required<Pick<EmojiOptions, 'sizes' | 'background'>>;

/**
 * Searches for faces that look like emoji, as `facewright emoji` does: each is drawn, cropped to its face unless it is to
 * be searched for as a whole, and searched for in every size. What is there already is skipped. Emoji that a set has no
 * drawing of, or that have no face, are told as `failed`, with a `failure` in their line.
 *
 * @param drawings see `drawingsOf`; of a shard, its part of them
 * @returns the run, to be iterated over; its `summary` says what came of it
 * @throws what `searchPictures` throws
 *
 * @example
 * const unicode = await emojiTable();
 * const drawings = drawingsOf(selectEmoji(unicode, ['red-hair']), [await openEmojiSet('openmoji')], 'face');
 * const run = searchEmoji(generator, drawings, { out: 'faces', sizes: [16, 32], seed: 1 });
 * for await (const event of run) if (event.type === 'found') console.log(event.line.emoji.name, event.line.output);
 */
export function searchEmoji(
  generator: Generator,
  drawings: readonly Drawing[],
  options: EmojiOptions,
): Running<RunEvent, RunSummary> {
  return overEmoji(generator.info, drawings, options, (pictures, signal) =>
    searchPictures(generator, pictures, { ...options, signal }),
  );
}

/**
 * Draws emoji and crops them to their faces, and beside that does something with the pictures that come of it.
 *
 * @param info of the generator
 * @param options `out` is where drawings and crops are made
 * @param work ends when its signal is raised
 */
export function overEmoji<Event, Summary>(
  info: GeneratorInfo,
  drawings: readonly Drawing[],
  options: EmojiOptions,
  work: (pictures: readonly Picture[], signal: AbortSignal) => Running<Event, Summary>,
): Running<Event, Summary> {
  const { sizes = [usualSize(info.resolution)], background = 'white' } = options;
  const setting = { ...options, sizes, background };
  return new Running(async (emit, signal) => {
    await protectDrawings(drawings, options);
    // When the one breaks off, so does the other.
    const broken = new AbortController();
    const both = AbortSignal.any([signal, broken.signal]);
    const drawn = new Map(drawings.map((drawing) => [drawing, lazily(() => drawnFile(drawing, setting))]));
    const framed = drawings.filter(({ label }) => label.frame === 'face');
    const faces = framed.length > 0 ? new Faces(setting, framed, drawn, both) : undefined;
    const source = (drawing: Drawing, size: number) =>
      drawing.label.frame === 'face' ? faces!.crop(drawing, size) : drawn.get(drawing)!();
    // Nothing is drawn before the work has told something: until then it may be refused, and nothing is to be left of it.
    const goesOn = new Deferred<boolean>();
    const search = async () => {
      const run = work(picturesOf(drawings, setting, source), both);
      try {
        for await (const event of run) {
          goesOn.resolve(true);
          await emit(event);
        }
        return await run.summary;
      } finally {
        goesOn.resolve(false);
      }
    };
    const look = async () => {
      if (await goesOn.promise) await faces?.look();
    };
    const stop = (error: unknown) => {
      broken.abort(error);
      throw error;
    };
    const [found, looked] = await Promise.allSettled([search().catch(stop), look().catch(stop)]);
    if (looked.status === 'rejected') throw looked.reason;
    if (found.status === 'rejected') throw found.reason;
    return found.value;
  }, options.signal);
}

/**
 * Looks for files that drawings would be written over.
 *
 * @throws FacewrightError for the first that facewright did not write, unless they may be overwritten
 */
async function protectDrawings(
  drawings: readonly Drawing[],
  { out, overwrite = false }: Pick<EmojiOptions, 'out' | 'overwrite'>,
): Promise<void> {
  const guard = await FolderGuard.open(out, { inputs: [], ours: new Set(), tool: creatorTool.emoji, overwrite });
  await guard.check(drawings.map(({ file }) => file));
}

/** Each drawing in each size, as pictures of a run. */
function picturesOf(
  drawings: readonly Drawing[],
  { out, sizes }: EmojiSetting,
  source: (drawing: Drawing, size: number) => Promise<string>,
): Picture[] {
  return drawings.flatMap((drawing, i) =>
    sizes.map((size, j) => ({
      path: join(out, drawing.file),
      relative: drawing.file,
      name: `${size}/${drawing.name}`,
      index: i * sizes.length + j,
      size,
      emoji: drawing.label,
      source: () => source(drawing, size),
    })),
  );
}

/** Draws an emoji. @returns the drawing's path @throws NoPictureError when the set has none */
async function drawnFile(drawing: Drawing, { out, background }: EmojiSetting): Promise<string> {
  const path = await draw(drawing, out, background);
  if (path !== undefined) return path;
  const { set, label } = drawing;
  throw new NoPictureError('missing', `${set.source} has no ${label.character} (${label.codePoints}, ${label.name})`);
}

/** The crops to the faces of drawings, as they are found. */
class Faces {
  readonly #setting: EmojiSetting;
  readonly #drawings: readonly Drawing[];
  readonly #drawn: ReadonlyMap<Drawing, () => Promise<string>>;
  readonly #signal: AbortSignal;
  readonly #out: string;
  /** By the drawing's name. */
  readonly #lines: ReadonlyMap<string, Deferred<AlignLine>>;

  constructor(
    setting: EmojiSetting,
    drawings: readonly Drawing[],
    drawn: ReadonlyMap<Drawing, () => Promise<string>>,
    signal: AbortSignal,
  ) {
    this.#setting = setting;
    this.#drawings = drawings;
    this.#drawn = drawn;
    this.#signal = signal;
    // Crops of other sizes are another alignment's: it may be running at the same time.
    this.#out = join(setting.out, 'aligned', setting.sizes.join('+'));
    this.#lines = new Map(drawings.map(({ name }) => [name, new Deferred<AlignLine>()]));
    // What was not looked at by then never is: whoever waits for it is told.
    const giveUp = () => {
      for (const { reject } of this.#lines.values()) reject(signal.reason);
    };
    signal.addEventListener('abort', giveUp, { once: true });
  }

  /** Looks at all drawings. @throws FacewrightError when it has to break off */
  async look(): Promise<void> {
    const { out, sizes, background, minScore, shard } = this.#setting;
    const pictures: Picture[] = [];
    for (const [index, drawing] of this.#drawings.entries()) {
      const { file, name } = drawing;
      // What a set has no drawing of is not looked at: `drawn` says so to whoever asks for it.
      if ((await drawing.picture().catch(() => undefined)) === undefined) continue;
      pictures.push({ path: join(out, file), relative: file, name, index, source: this.#drawn.get(drawing)! });
    }
    const options = { out: this.#out, sizes, detect: { maxFaces: 1, minScore }, background, shard };
    for await (const event of alignPictures(pictures, { ...options, signal: this.#signal })) {
      if ('line' in event) this.#lines.get(event.picture.name)!.resolve(event.line);
    }
  }

  /** The crop of a drawing at a size. @throws NoPictureError when there is no face, or no drawing */
  async crop(drawing: Drawing, size: number): Promise<string> {
    await this.#drawn.get(drawing)!();
    const { status, error, faces, reason } = await this.#lines.get(drawing.name)!.promise;
    if (status === 'failed') throw new FacewrightError(error ?? 'cannot be looked at');
    if (faces.length === 0) throw new NoPictureError('no-face', reason ?? 'no face found');
    return join(this.#out, faces[0].files[size]);
  }
}

/** Does something when it is first asked for, and once. */
function lazily<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => {
    result ??= work();
    return result;
  };
}

/** A promise that is settled from outside (Promise.withResolvers, which Node has from 22 on). */
class Deferred<T> {
  resolve!: (value: T) => void;
  reject!: (reason: unknown) => void;
  readonly promise = new Promise<T>((onResolve, onReject) => {
    this.resolve = onResolve;
    this.reject = onReject;
  });

  constructor() {
    // A rejection that nobody waits for is nobody's concern.
    this.promise.catch(() => {});
  }
}
