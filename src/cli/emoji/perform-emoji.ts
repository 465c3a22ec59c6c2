// A run on emoji: drawing, looking for the face and searching go on side by side; every emoji goes through them on its own.

import { join } from 'node:path';
import { FacewrightError } from '../../errors.js';
import type { Generator } from '../../model/generator.js';
import { usualWorkers } from '../align/align-request.js';
import { STOPPING } from '../run/run.js';
import { type Console, SilentConsole } from '../shared/console.js';
import { creatorTool, FolderGuard } from '../shared/out-folder.js';
import { type AlignLine, performAlign } from '../shared/perform-align.js';
import { performRun, type RunSummary } from '../shared/perform-run.js';
import { NoPictureError, type Picture } from '../shared/pictures.js';
import { usualSize } from '../shared/run-request.js';
import { withGenerator } from '../shared/with-generator.js';
import { type Drawing, draw } from './drawings.js';
import type { EmojiRequest } from './emoji-request.js';

export interface EndedEmoji {
  readonly summary: RunSummary;
  readonly seconds: number;
}

/**
 * Carries a run on emoji out, into a folder that can be written.
 *
 * @throws FacewrightError before any work, when the options do not fit the generator or files are in the way
 */
export async function performEmoji(
  request: EmojiRequest,
  drawings: readonly Drawing[],
  console: Console,
): Promise<EndedEmoji> {
  const { run } = request;
  const guard = await FolderGuard.open(run.out, {
    ...{ inputs: [], ours: new Set<string>(), tool: creatorTool.emoji, overwrite: run.overwrite },
  });
  await guard.check(drawings.map(({ file }) => file));
  return withGenerator(run.generator, console, STOPPING, async (generator, { signal }) => {
    const began = performance.now();
    const summary = await searchAll(request, drawings, { generator, console, signal });
    return { summary, seconds: (performance.now() - began) / 1000 };
  });
}

interface Tools {
  readonly generator: Generator;
  readonly console: Console;
  readonly signal: AbortSignal;
}

async function searchAll(
  request: EmojiRequest,
  drawings: readonly Drawing[],
  { generator, console, signal }: Tools,
): Promise<RunSummary> {
  const { run } = request;
  const sizes = request.sizes.length > 0 ? request.sizes : [usualSize(generator.info.resolution)];
  const once = new Map(drawings.map((drawing) => [drawing, lazily(() => drawnFile(drawing, run))]));
  // When the one breaks off, so does the other.
  const broken = new AbortController();
  const both = AbortSignal.any([signal, broken.signal]);
  const faces = request.frame === 'face' ? new Faces(request, drawings, sizes, once, both) : undefined;
  const searching = performRun(
    run,
    drawings
      .flatMap((drawing) =>
        sizes.map((size) => ({
          path: join(run.out, drawing.file),
          relative: drawing.file,
          name: `${size}/${drawing.name}`,
          size,
          emoji: drawing.label,
          source: () => (faces === undefined ? once.get(drawing)!() : faces.crop(drawing, size)),
        })),
      )
      .map((picture, index) => ({ ...picture, index })),
    { generator, console, signal: both },
  );
  const stop = (error: unknown) => {
    broken.abort(error);
    throw error;
  };
  const [found, looked] = await Promise.allSettled([searching.catch(stop), faces?.look().catch(stop)]);
  if (looked.status === 'rejected') throw looked.reason;
  if (found.status === 'rejected') throw found.reason;
  return found.value;
}

/** Draws an emoji. @returns the drawing's path @throws NoPictureError when the set has none */
async function drawnFile(drawing: Drawing, { out, background }: EmojiRequest['run']): Promise<string> {
  const path = await draw(drawing, out, background);
  if (path !== undefined) return path;
  const { set, label } = drawing;
  throw new NoPictureError('missing', `${set.source} has no ${label.character} (${label.codePoints}, ${label.name})`);
}

/** The crops to the faces of drawings, as they are found. */
class Faces {
  readonly #request: EmojiRequest;
  readonly #drawings: readonly Drawing[];
  readonly #sizes: readonly number[];
  readonly #drawn: ReadonlyMap<Drawing, () => Promise<string>>;
  readonly #signal: AbortSignal;
  readonly #out: string;
  /** By the drawing's name. */
  readonly #lines: ReadonlyMap<string, Deferred<AlignLine>>;

  constructor(
    request: EmojiRequest,
    drawings: readonly Drawing[],
    sizes: readonly number[],
    drawn: ReadonlyMap<Drawing, () => Promise<string>>,
    signal: AbortSignal,
  ) {
    this.#request = request;
    this.#drawings = drawings;
    this.#sizes = sizes;
    this.#drawn = drawn;
    this.#signal = signal;
    // Crops of other sizes are another alignment's: it may be running at the same time.
    this.#out = join(request.run.out, 'aligned', sizes.join('+'));
    this.#lines = new Map(drawings.map(({ name }) => [name, new Deferred<AlignLine>()]));
    // What was not looked at by then never is: whoever waits for it is told.
    const giveUp = () => {
      for (const { reject } of this.#lines.values()) reject(signal.reason);
    };
    signal.addEventListener('abort', giveUp, { once: true });
  }

  /** Looks at all drawings. @throws FacewrightError when it has to break off */
  async look(): Promise<void> {
    const { run, minScore } = this.#request;
    const pictures: Picture[] = [];
    for (const [index, drawing] of this.#drawings.entries()) {
      const { file, name } = drawing;
      // What a set has no drawing of is not looked at: `drawn` says so to whoever asks for it.
      if ((await drawing.picture().catch(() => undefined)) === undefined) continue;
      pictures.push({ path: join(run.out, file), relative: file, name, index, source: this.#drawn.get(drawing)! });
    }
    const request = {
      ...{ inputs: [], out: this.#out, background: run.background, sizes: this.#sizes },
      ...{ detect: { maxFaces: 1, minScore }, landmarks: undefined, overlay: false, shard: run.shard },
      ...{ workers: usualWorkers(), strict: false, force: false, json: false },
    };
    const onLine = ({ name }: Picture, line: AlignLine) => this.#lines.get(name)!.resolve(line);
    await performAlign(request, pictures, { console: new SilentConsole(), signal: this.#signal, onLine });
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
