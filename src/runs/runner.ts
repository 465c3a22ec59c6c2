// A run that has been opened: what is found is written while the next batch is searched for.

import { join } from 'node:path';
import { AbortedError, BrokenOffError, errorText, FacewrightError } from '../errors.js';
import { encodePng } from '../image/write.js';
import type { Generator } from '../model/generator.js';
import { writeWholeFile } from '../node/whole-file.js';
import type { SearchOptions } from '../pulse/options.js';
import type { EmojiLabel } from '../results/emoji-label.js';
import type { Journal, JournalLine, NamedOptions } from '../results/journal.js';
import { notesOf } from '../results/picture-notes.js';
import { type Found, type Job, searchBatch, writePicture } from './batch.js';
import type { FolderClaim } from './claimed-folder.js';
import type { RunEvent, RunSummary, Searched } from './events.js';
import { type JobName, Jobs } from './jobs.js';
import { type SavedStarts, saveLatents, saveNpz } from './latents-file.js';
import type { RunSetting } from './options.js';
import { creatorTool, FolderGuard } from './out-folder.js';
import { journalPath, NoPictureError, type Picture } from './pictures.js';
import { writeRunAnimation } from './recording.js';
import { Recovery } from './recovery.js';
import type { Emit } from './running.js';

/** What a run consists of. */
export interface RunParts {
  readonly generator: Generator;
  readonly pictures: readonly Picture[];
  readonly setting: RunSetting;
  readonly options: SearchOptions;
  /** The options by their long names, as they are written down. */
  readonly named: NamedOptions;
  readonly starts: SavedStarts | undefined;
  readonly journal: Journal;
  readonly claim: FolderClaim;
  readonly emit: Emit<RunEvent>;
  readonly signal: AbortSignal;
}

/** What became of a job. */
type Outcome = { readonly job: Job } & (
  | { readonly found: Found; readonly seconds: number }
  | { readonly error: unknown }
);

export class Runner {
  readonly #parts: RunParts;
  readonly #jobs: Jobs;
  readonly #recovery: Recovery;
  /** By the output's name. */
  readonly #lines = new Map<string, JournalLine>();
  /** Stops the search when what it finds cannot be written. */
  readonly #broken = new AbortController();
  #earlier = 0;

  constructor(given: RunParts) {
    const parts = { ...given, signal: AbortSignal.any([given.signal, this.#broken.signal]) };
    this.#parts = parts;
    const onWarning = (picture: Picture, message: string) => parts.emit({ type: 'warning', picture, message });
    this.#jobs = new Jobs({ ...parts, steps: parts.options.steps, onWarning });
    this.#recovery = new Recovery(parts.generator, (message) => parts.emit({ type: 'notice', message }));
  }

  /** Looks for files that would be lost. @throws FacewrightError for the first */
  async protect(): Promise<void> {
    const { setting, pictures, journal } = this.#parts;
    const { out, overwrite = false, saveLatents, saveNpz, saveIntermediate, animate } = setting;
    const files = new Set<string>();
    for (const result of this.#jobs.possibleFiles()) {
      files.add(result.image).add(result.target);
      if (saveLatents) files.add(result.latents);
      if (saveNpz) files.add(result.npz);
      if (animate) files.add(result.animation(animate.format));
      if (saveIntermediate) files.add(result.intermediate(0).high).add(result.intermediate(0).low);
    }
    const inputs = pictures.map(({ path }) => path);
    const ours = new Set(
      journal.lines
        .flatMap(({ output, target, latents, npz, animation }) => [output, target, latents, npz, animation])
        .filter((file) => file != null),
    );
    const guard = await FolderGuard.open(out, { inputs, ours, tool: creatorTool.run, overwrite });
    await guard.check([...files]);
  }

  async perform(): Promise<RunSummary> {
    const { emit, signal, setting, options } = this.#parts;
    await emit({ type: 'started', wanted: this.#jobs.wanted, steps: setting.restarts * options.steps });
    // What is found is written while the next batch is searched for.
    let writing: Promise<void> = Promise.resolve();
    try {
      for await (const next of this.#jobs.next()) {
        if (signal.aborted) break;
        if ('done' in next) {
          this.#earlier++;
          this.#lines.set(next.done.output, next.done);
          await emit({ type: 'skipped', picture: next.picture, line: next.done });
        } else if ('error' in next) {
          await this.#fail(next.failed, next.error);
        } else {
          for (const job of next.batch) await emit({ type: 'begun', ...searched(job), target: job.target });
          const outcomes = await this.#search(next.batch);
          await writing;
          writing = this.#finish(outcomes);
          writing.catch((error) => this.#broken.abort(error));
        }
      }
    } finally {
      await writing;
    }
    return this.#summary();
  }

  /** Searches for a batch. What fails together is tried again one by one, or as `Recovery` has it. */
  async #search(jobs: readonly Job[]): Promise<Outcome[]> {
    const { signal } = this.#parts;
    const began = performance.now();
    try {
      const found = await this.#searchTogether(jobs);
      this.#recovery.succeeded();
      const seconds = (performance.now() - began) / 1000 / jobs.length;
      return jobs.map((job, i) => ({ job, found: found[i], seconds }));
    } catch (error) {
      if (signal.aborted || error instanceof AbortedError) return [];
      // The pictures after every step are written while it searches.
      await this.#requireFolder(error);
      const together = await this.#recovery.after(error, jobs.length);
      this.#jobs.limit(this.#recovery.most);
      if (together === undefined && jobs.length === 1) return [{ job: jobs[0], error }];
      const outcomes: Outcome[] = [];
      for (let first = 0; first < jobs.length && !signal.aborted; ) {
        const part = jobs.slice(first, first + Math.min(together ?? 1, this.#recovery.most));
        outcomes.push(...(await this.#search(part)));
        first += part.length;
      }
      return outcomes;
    }
  }

  #searchTogether(jobs: readonly Job[]): Promise<Found[]> {
    const { generator, signal, setting, options, starts, emit } = this.#parts;
    const { restarts, saveIntermediate, animate, out } = setting;
    const intermediates = saveIntermediate ? out : undefined;
    const record = animate !== undefined;
    const together = { generator, options, restarts, starts, intermediates, record, signal };
    return searchBatch(together, jobs, ({ step, losses }) =>
      emit({ type: 'step', step, searches: jobs.map((job, i) => ({ ...searched(job), losses: losses[i] })) }),
    );
  }

  /** Writes what was found. A signal to stop leaves this alone. */
  async #finish(outcomes: readonly Outcome[]): Promise<void> {
    for (const outcome of outcomes) {
      const { job } = outcome;
      try {
        if ('error' in outcome) throw outcome.error;
        await this.#write(job, outcome.found, outcome.seconds);
      } catch (error) {
        await this.#fail(job, error);
      }
    }
  }

  async #write(job: Job, { result, restart, recording }: Found, seconds: number): Promise<void> {
    const { files, target } = job;
    const { generator, setting, options, named, claim, emit } = this.#parts;
    const { out, saveLatents: latents, saveNpz: npz, animate, trace, metadata } = setting;
    if (!Number.isFinite(result.losses.TOTAL) || !Number.isFinite(result.losses.L2)) {
      throw new FacewrightError('the search ended in numbers that are not finite; a smaller --learning-rate may help');
    }
    await claim.check();
    const { rgb: data, size } = target;
    const png = await encodePng({ data, width: size, height: size }, { creatorTool: creatorTool.run });
    await writeWholeFile(join(out, files.target), png);
    if (latents) await saveLatents(join(out, files.latents), result, generator);
    if (npz) await saveNpz(join(out, files.npz), result.w, generator);
    const animation = animate && files.animation(animate.format);
    if (animate && recording) {
      const own = result.trace.map(({ L2 }) => L2);
      const track = recording.track(job.picture.name, options.eps, own);
      await writeRunAnimation(join(out, files.animation(animate.format)), track, animate);
    }
    const line: JournalLine = {
      ...this.#head('done', job),
      target: files.target,
      options: { ...named, size },
      restart,
      best_step: result.bestStep,
      losses: result.losses,
      met: result.met,
      seconds,
      ...(latents ? { latents: files.latents } : {}),
      ...(npz ? { npz: files.npz } : {}),
      ...(animation ? { animation } : {}),
      ...(trace ? { trace: result.trace } : {}),
    };
    const notes = metadata ? notesOf(line) : undefined;
    await writePicture(join(out, files.image), result.image, generator.info.resolution, { identifier: job.key, notes });
    await this.#note(line);
    await emit({ type: 'found', ...searched(job), target, line, result });
  }

  /** Notes and tells that a picture has no result. */
  async #fail(job: JobName, error: unknown): Promise<void> {
    if (!(error instanceof NoPictureError)) await this.#requireFolder(error);
    const line = this.#head('failed', job, errorText(error));
    const noted = error instanceof NoPictureError ? this.#without(line, error) : line;
    const before = this.#parts.journal.lastFailure(line.output);
    // That an emoji has no face is no fault, and there may be hundreds: each is noted once.
    const known = noted.failure !== undefined && before?.failure === noted.failure && before.error === noted.error;
    if (known) this.#lines.set(noted.output, noted);
    else await this.#note(noted);
    await this.#parts.emit({ type: 'failed', ...searched(job), line: noted, error });
  }

  /** The line of a picture that there is not, or that has no face. */
  #without(line: JournalLine, { failure }: NoPictureError): JournalLine {
    if (failure !== 'missing' || line.emoji === undefined) return { ...line, failure };
    // What is missing has no drawing.
    const { drawing: _, ...emoji }: EmojiLabel = line.emoji;
    return { ...line, failure, emoji };
  }

  /** Something failed: where it is not one result's affair, no other is tried. @throws BrokenOffError */
  async #requireFolder(error: unknown): Promise<void> {
    if (error instanceof BrokenOffError) throw error;
    await this.#parts.claim.checkWritable();
  }

  async #note(line: JournalLine): Promise<void> {
    const { journal, claim } = this.#parts;
    await claim.check();
    await journal.append(line);
    this.#lines.set(line.output, line);
  }

  #head(status: JournalLine['status'], job: JobName, error?: string): JournalLine {
    const { generator, setting, options, named } = this.#parts;
    const { info, engine } = generator;
    return {
      v: 1,
      key: job.key,
      status,
      ...(error === undefined ? {} : { error }),
      input: journalPath(setting.out, job.picture.path),
      output: job.files.image,
      target: null,
      seed: this.#jobs.seed,
      duplicate: job.duplicate,
      restart: 0,
      model: { name: info.name, sha256: info.sha256, licence: info.licence },
      engine: engine.info.kind,
      adapter: engine.info.adapter,
      precision: engine.info.precision,
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

  #summary(): RunSummary {
    const { wanted } = this.#jobs;
    const lines = this.#jobs
      .files()
      .map(({ image }) => this.#lines.get(image))
      .filter((line) => line !== undefined);
    return {
      lines,
      earlier: this.#earlier,
      failed: lines.filter(({ status, failure }) => status === 'failed' && failure === undefined).length,
      without: lines.filter(({ failure }) => failure !== undefined).length,
      missed: lines.filter(({ status, met }) => status === 'done' && !met).length,
      wanted,
      interrupted: this.#parts.signal.aborted && lines.length < wanted,
      seed: this.#jobs.seed,
    };
  }
}

function searched({ picture, duplicate, files }: JobName): Searched {
  return { picture, duplicate, output: files.image };
}
