// A run on emoji: drawing, looking for the face and searching go on side by side; every emoji goes through them on its own.

import { join } from 'node:path';
import { FacewrightError } from '../errors.js';
import type { Generator } from '../model/generator.js';
import { openGenerator } from '../open.js';
import { usualWorkers } from './align-request.js';
import { type Console, SilentConsole } from './console.js';
import { type Drawing, draw } from './emoji-drawings.js';
import type { EmojiRequest } from './emoji-request.js';
import { interruptible } from './interrupt.js';
import { creatorTool, FolderGuard } from './out-folder.js';
import { type AlignLine, performAlign } from './perform-align.js';
import { performRun, type RunSummary } from './perform-run.js';
import { NoPictureError, type Picture } from './pictures.js';
import { usualSize } from './run-request.js';

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
  const onFirst = () => console.note('stopping once what is found is written; again: stop at once');
  return interruptible(onFirst, async ({ signal }) => {
    const generator = await openGenerator({ ...run.generator, onMessage: (text) => console.note(text), signal });
    try {
      const began = performance.now();
      const summary = await searchAll(request, drawings, { generator, console, signal });
      return { summary, seconds: (performance.now() - began) / 1000 };
    } finally {
      generator.close();
    }
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
  // When the one ends before its time, so does the other.
  const ended = new AbortController();
  const both = AbortSignal.any([signal, ended.signal]);
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
    ended.abort(error);
    throw error;
  };
  const [summary] = await Promise.all([searching.catch(stop), faces?.found.catch(stop)]);
  return summary;
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
  /** Settles when all were looked at. */
  readonly found: Promise<unknown>;
  readonly #out: string;
  readonly #lines = new Map<string, Deferred<AlignLine>>();
  readonly #drawn: ReadonlyMap<Drawing, () => Promise<string>>;

  constructor(
    request: EmojiRequest,
    drawings: readonly Drawing[],
    sizes: readonly number[],
    drawn: ReadonlyMap<Drawing, () => Promise<string>>,
    signal: AbortSignal,
  ) {
    const { out, background, shard } = request.run;
    this.#out = join(out, 'aligned');
    this.#drawn = drawn;
    for (const { name } of drawings) this.#lines.set(name, new Deferred());
    signal.addEventListener('abort', () => this.#giveUp(new FacewrightError('stopped')), { once: true });
    this.found = this.#look(
      request,
      drawings,
      {
        ...{ inputs: [], out: this.#out, background, sizes, detect: { maxFaces: 1, minScore: request.minScore } },
        ...{ landmarks: undefined, overlay: false, shard, workers: usualWorkers() },
        ...{ strict: false, force: false, json: false },
      },
      signal,
    );
  }

  async #look(
    { run }: EmojiRequest,
    drawings: readonly Drawing[],
    aligning: Parameters<typeof performAlign>[0],
    signal: AbortSignal,
  ): Promise<void> {
    const pictures: Picture[] = [];
    for (const [index, drawing] of drawings.entries()) {
      const { file, name } = drawing;
      // What a set has no drawing of is not looked at: its own promise says so.
      if ((await drawing.picture()) === undefined) continue;
      pictures.push({ path: join(run.out, file), relative: file, name, index, source: this.#drawn.get(drawing)! });
    }
    const onLine = ({ name }: Picture, line: AlignLine) => this.#lines.get(name)!.resolve(line);
    try {
      await performAlign(aligning, pictures, { console: new SilentConsole(), signal, onLine });
    } catch (error) {
      this.#giveUp(error);
      throw error;
    }
  }

  #giveUp(error: unknown): void {
    for (const { reject } of this.#lines.values()) reject(error);
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
