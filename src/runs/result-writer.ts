// From what was found to its files and its line: the same bytes, whoever searched for it.

import { join } from 'node:path';
import type { Precision } from '../engine/engine.js';
import { errorText, FacewrightError } from '../errors.js';
import { encodePng } from '../image/write.js';
import type { Generator, GeneratorInfo } from '../model/generator.js';
import { writeWholeFile } from '../node/whole-file.js';
import type { SearchOptions } from '../pulse/options.js';
import type { EmojiLabel } from '../results/emoji-label.js';
import type { JournalLine, NamedOptions } from '../results/journal.js';
import { notesOf } from '../results/picture-notes.js';
import { type Found, type Job, writePicture } from './batch.js';
import { extraFiles } from './done-before.js';
import type { JobName } from './jobs.js';
import { saveLatents, saveNpz } from './latents-file.js';
import type { RunSetting } from './options.js';
import { creatorTool } from './out-folder.js';
import { journalPath, NoPictureError } from './pictures.js';
import { writeRunAnimation } from './recording.js';

/** What is written of a result beside its picture and its target. */
export type Written = Pick<
  RunSetting,
  'saveLatents' | 'saveNpz' | 'saveIntermediate' | 'animate' | 'trace' | 'metadata'
>;

/** What all lines of a run have in common. */
export interface LineParts {
  readonly info: GeneratorInfo;
  readonly engine: { readonly kind: string; readonly adapter: string; readonly precision: Precision };
  /** The output folder. */
  readonly out: string;
  readonly options: SearchOptions;
  /** The options by their long names, as they are written down. */
  readonly named: NamedOptions;
}

/** What all results of a run have in common. */
export interface WriterParts extends Pick<LineParts, 'options' | 'named'> {
  readonly generator: Generator;
  readonly setting: Written & Pick<RunSetting, 'out'>;
}

/** A search came to nothing, and would again: it is deterministic. */
export class FutileSearchError extends FacewrightError {
  override readonly name = 'FutileSearchError';
}

export class ResultWriter {
  readonly #parts: WriterParts;

  constructor(parts: WriterParts) {
    this.#parts = parts;
  }

  /**
   * Writes the files of a result. @returns its line, for whoever keeps them
   * @throws FutileSearchError when the search ended in no numbers; FacewrightError when a file cannot be written
   */
  async write(job: Job, { result, restart, recording }: Found, seconds: number): Promise<JournalLine> {
    const { files, target } = job;
    const { generator, setting, options, named } = this.#parts;
    const { out, saveLatents: latents, saveNpz: npz, animate, trace, metadata } = setting;
    if (!Number.isFinite(result.losses.TOTAL) || !Number.isFinite(result.losses.L2)) {
      throw new FutileSearchError(
        'the search ended in numbers that are not finite; a smaller --learning-rate may help',
      );
    }
    await writeWholeFile(join(out, files.target), await targetPng(target));
    if (latents) await saveLatents(join(out, files.latents), result, generator);
    if (npz) await saveNpz(join(out, files.npz), result.w, generator);
    if (animate && recording) {
      const own = result.trace.map(({ L2 }) => L2);
      const track = recording.track(job.picture.name, options.eps, own);
      await writeRunAnimation(join(out, files.animation(animate.format)), track, animate);
    }
    const line: JournalLine = {
      ...lineHead('done', job, this.#lines()),
      target: files.target,
      options: { ...named, size: target.size },
      restart,
      best_step: result.bestStep,
      losses: result.losses,
      met: result.met,
      seconds,
      ...extraFiles(files, setting),
      ...(trace ? { trace: result.trace } : {}),
    };
    const notes = metadata ? notesOf(line) : undefined;
    await writePicture(join(out, files.image), result.image, generator.info.resolution, { identifier: job.key, notes });
    return line;
  }

  /** The line of a picture that has no result. */
  failed(job: JobName, error: unknown): JournalLine {
    return failedLine(job, error, this.#lines());
  }

  #lines(): LineParts {
    const { generator, setting, options, named } = this.#parts;
    return { info: generator.info, engine: generator.engine.info, out: setting.out, options, named };
  }
}

/** The line of a picture that has no result. */
export function failedLine(job: JobName, error: unknown, parts: LineParts): JournalLine {
  const line = lineHead('failed', job, parts, errorText(error));
  if (!(error instanceof NoPictureError)) return line;
  const { failure } = error;
  if (failure !== 'missing' || line.emoji === undefined) return { ...line, failure };
  // What is missing has no drawing.
  const { drawing: _, ...emoji }: EmojiLabel = line.emoji;
  return { ...line, failure, emoji };
}

function lineHead(status: JournalLine['status'], job: JobName, parts: LineParts, error?: string): JournalLine {
  const { info, engine, out, options, named } = parts;
  return {
    v: 1,
    key: job.key,
    status,
    ...(error === undefined ? {} : { error }),
    input: journalPath(out, job.picture.path),
    output: job.files.image,
    target: null,
    seed: job.seed,
    duplicate: job.duplicate,
    restart: 0,
    model: { name: info.name, sha256: info.sha256, licence: info.licence },
    engine: engine.kind,
    adapter: engine.adapter,
    precision: engine.precision,
    options: named,
    steps: options.steps,
    best_step: null,
    losses: null,
    eps: options.eps,
    met: false,
    seconds: 0,
    ...(job.picture.emoji === undefined ? {} : { emoji: job.picture.emoji }),
  };
}

/** A target as NAME.target.png. */
export function targetPng({ rgb: data, size }: { readonly rgb: Uint8Array; readonly size: number }): Promise<Buffer> {
  return encodePng({ data, width: size, height: size }, { creatorTool: creatorTool.run });
}
