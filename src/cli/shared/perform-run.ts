// A run from the opened generator to the last line of run.jsonl. `run`, `demo` and `emoji` share it.

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AbortedError, DeviceLostError, FacewrightError } from '../../errors.js';
import { requireFormat } from '../../image/animation/encode.js';
import { encodePng } from '../../image/write.js';
import type { Generator } from '../../model/generator.js';
import { writeWholeFile } from '../../node/whole-file.js';
import { checkSearchOptions, type SearchOptions } from '../../pulse/options.js';
import type { SearchResult } from '../../pulse/search.js';
import type { EmojiLabel } from '../../results/emoji-label.js';
import { Journal, type JournalLine, type NamedOptions } from '../../results/journal.js';
import type { Console } from './console.js';
import { BrokenOffError, errorText, UsageError } from './exit.js';
import { readStarts, type SavedStarts, saveLatents } from './latents-file.js';
import { creatorTool, FolderGuard } from './out-folder.js';
import { journalPath, NoPictureError, type Picture, sizeOf } from './pictures.js';
import type { ProgressState } from './progress.js';
import { writeRunAnimation } from './run-animation.js';
import { type JobName, Jobs } from './run-jobs.js';
import { namedOptions, type RunRequest, searchOptionsFor } from './run-request.js';
import { type Found, type Job, searchBatch, writePicture } from './search-batch.js';
import { counted } from './values.js';

/** A result as it was written. */
export interface Written {
  readonly job: Job;
  readonly line: JournalLine;
  readonly result: SearchResult;
}

/** How a run ended. */
export interface RunSummary {
  /** A line for every result, those of earlier runs included, in the order of the inputs. */
  readonly lines: readonly JournalLine[];
  /** How many of them were done before. */
  readonly earlier: number;
  readonly failed: number;
  /** Pictures that there are not, or that have no face; they are not among those that failed. */
  readonly without: number;
  /** Results that came no closer than eps. */
  readonly missed: number;
  /** Results that were asked for; more than `lines` when the run was interrupted. */
  readonly wanted: number;
  readonly interrupted: boolean;
  readonly seed: number;
}

export interface RunTools {
  readonly generator: Generator;
  readonly console: Console;
  readonly signal: AbortSignal;
  /** Called after each result is written and in the journal. */
  readonly onWritten?: (written: Written) => void;
}

/**
 * Carries out a run.
 *
 * @throws FacewrightError before any work, when the options do not fit the generator or files are in the way; what goes
 *   wrong with a picture is told, noted in the journal and counted
 */
export async function performRun(
  request: RunRequest,
  pictures: readonly Picture[],
  tools: RunTools,
): Promise<RunSummary> {
  const { generator } = tools;
  if (generator.fit === undefined) {
    throw new UsageError(
      `${generator.info.name}: a search needs the Gaussian fit of the model, and neither gaussian_fit.pt nor mapping.pt, ` +
        'from which it can be made, is there; put one beside the weights',
    );
  }
  const options = searchOptionsFor(request, generator.info);
  for (const size of new Set(pictures.map((picture) => sizeOf(picture, request, generator.info)))) {
    checkSearchOptions(options, generator.info, size);
  }
  if (request.animate) await requireFormat(request.animate.format, tools.signal);
  const start = await openStart(request, pictures, options, generator);
  const journal = await Journal.open(request.out, 'run', request.shard);
  try {
    const named = namedOptions(options, request, start?.digest);
    const run = new Run(request, pictures, tools, options, named, start?.starts, journal);
    await run.protect();
    tools.console.note(describeGenerator(generator));
    return await run.perform();
  } finally {
    await journal.close();
  }
}

/** The generator and what it runs on, and what to expect of a GPU that is none. */
function describeGenerator({ info, engine }: Generator): string {
  const { adapter, software } = engine.info;
  return `${info.name}, ${info.resolution} px, on ${adapter}${software ? ': no GPU, so this takes its time; facewright doctor tells of the native engine, which is faster' : ''}`;
}

async function openStart(
  { start }: RunRequest,
  pictures: readonly Picture[],
  options: SearchOptions,
  generator: Generator,
): Promise<{ starts: SavedStarts; digest: string } | undefined> {
  if (start === undefined) return undefined;
  const starts = await readStarts(start, generator, options);
  if (starts.count !== 1 && starts.count !== pictures.length) {
    throw new UsageError(
      `--start ${start}: holds ${starts.count} starts for ${counted(pictures.length, 'picture')}; ` +
        'it takes one for each, or one for all',
    );
  }
  return {
    starts,
    digest: createHash('sha256')
      .update(await readFile(start))
      .digest('hex'),
  };
}

/** What became of a job. */
type Outcome = { readonly job: Job } & (
  | { readonly found: Found; readonly seconds: number }
  | { readonly error: unknown }
);

class Run {
  readonly #request: RunRequest;
  readonly #pictures: readonly Picture[];
  readonly #tools: RunTools;
  readonly #options: SearchOptions;
  readonly #named: NamedOptions;
  readonly #starts: SavedStarts | undefined;
  readonly #journal: Journal;
  readonly #jobs: Jobs;
  /** By the output's name. */
  readonly #lines = new Map<string, JournalLine>();
  #earlier = 0;
  /** Results that need no search: done before, or failed before it. */
  #spared = 0;
  /** Results times steps that are done, of finished batches. */
  #units = 0;
  #finished = 0;

  constructor(
    request: RunRequest,
    pictures: readonly Picture[],
    tools: RunTools,
    options: SearchOptions,
    named: NamedOptions,
    starts: SavedStarts | undefined,
    journal: Journal,
  ) {
    this.#request = request;
    this.#pictures = pictures;
    this.#tools = tools;
    this.#options = options;
    this.#named = named;
    this.#starts = starts;
    this.#journal = journal;
    this.#jobs = new Jobs({ request, pictures, journal, named, steps: options.steps, ...tools });
  }

  /** Looks for files that would be lost. */
  async protect(): Promise<void> {
    const { saveLatents, saveIntermediate, animate } = this.#request;
    const files = new Set<string>();
    for (const result of this.#jobs.files()) {
      files.add(result.image).add(result.target);
      if (saveLatents) files.add(result.latents);
      if (animate) files.add(result.animation(animate.format));
      if (saveIntermediate) files.add(result.intermediate(0).high).add(result.intermediate(0).low);
    }
    const inputs = this.#pictures.map(({ path }) => path);
    const ours = new Set(
      this.#journal.lines
        .flatMap(({ output, target, latents, animation }) => [output, target, latents, animation])
        .filter((file) => file != null),
    );
    const { out, overwrite } = this.#request;
    const guard = await FolderGuard.open(out, { inputs, ours, tool: creatorTool.run, overwrite });
    await guard.check([...files]);
  }

  async perform(): Promise<RunSummary> {
    const { console, signal } = this.#tools;
    console.beginProgress(this.#jobs.wanted * this.#unitsEach());
    // What is found is written while the next batch is searched for.
    let writing: Promise<void> = Promise.resolve();
    try {
      for await (const next of this.#jobs.next()) {
        if (signal.aborted) break;
        if ('done' in next) {
          this.#earlier++;
          this.#remember(next.done);
          this.#spare();
        } else if ('error' in next) {
          await this.#fail(next.failed, next.error);
          this.#spare();
        } else {
          const found = await this.#found(next.batch);
          await writing;
          writing = this.#finish(found);
          writing.catch(() => {});
        }
      }
    } finally {
      await writing.finally(() => console.endProgress());
    }
    const { wanted } = this.#jobs;
    if (this.#earlier > 0) {
      const others = this.#earlier < wanted ? '; --force searches again' : '';
      console.note(`${counted(this.#earlier, 'result')} of ${wanted} done before${others}`);
    }
    return this.#summary();
  }

  #unitsEach(): number {
    return this.#request.restarts * this.#options.steps;
  }

  /** A result less that has to be searched for. */
  #spare(): void {
    this.#spared++;
    this.#tools.console.progress(this.#progress(this.#units));
  }

  /** Searches for a batch. What fails together is tried again one by one. */
  async #found(jobs: readonly Job[]): Promise<Outcome[]> {
    const began = performance.now();
    try {
      const found = await this.#search(jobs);
      const seconds = (performance.now() - began) / 1000 / jobs.length;
      return jobs.map((job, i) => ({ job, found: found[i], seconds }));
    } catch (error) {
      if (this.#tools.signal.aborted || error instanceof AbortedError) return [];
      // Nothing else would work either: the rest stays open for the next run.
      if (error instanceof DeviceLostError) throw error;
      if (jobs.length === 1) return [{ job: jobs[0], error }];
      const outcomes: Outcome[] = [];
      for (const job of jobs) if (!this.#tools.signal.aborted) outcomes.push(...(await this.#found([job])));
      return outcomes;
    }
  }

  async #search(jobs: readonly Job[]): Promise<Found[]> {
    const { generator, signal, console } = this.#tools;
    const { restarts, saveIntermediate, animate, out } = this.#request;
    const intermediates = saveIntermediate ? out : undefined;
    const setting = {
      ...{ generator, options: this.#options, restarts, starts: this.#starts, intermediates, signal },
      record: animate !== undefined,
    };
    const before = this.#units;
    const found = await searchBatch(setting, jobs, ({ steps, L2 }) => {
      console.progress({ ...this.#progress(before + steps * jobs.length), L2 });
    });
    this.#units = before + jobs.length * this.#unitsEach();
    return found;
  }

  /** Writes what was found. Ctrl-C leaves this alone. */
  async #finish(outcomes: readonly Outcome[]): Promise<void> {
    for (const outcome of outcomes) {
      const { job } = outcome;
      try {
        if ('error' in outcome) throw outcome.error;
        await this.#write(job, outcome.found, outcome.seconds);
      } catch (error) {
        await this.#fail(job, error);
      }
      this.#finished++;
    }
    this.#tools.console.progress(this.#progress(this.#units));
  }

  /** How far it is, `done` being results times steps. */
  #progress(done: number): ProgressState {
    const toFind = this.#jobs.wanted - this.#spared;
    return {
      done,
      total: toFind * this.#unitsEach(),
      count: `${this.#finished} of ${toFind} done`,
      rate: { unit: this.#unitsEach() },
    };
  }

  async #write(job: Job, { result, restart, recording }: Found, seconds: number): Promise<void> {
    const { files, target } = job;
    const { out, saveLatents: latents, animate, trace } = this.#request;
    const { generator } = this.#tools;
    if (!Number.isFinite(result.losses.TOTAL) || !Number.isFinite(result.losses.L2)) {
      throw new FacewrightError('the search ended in numbers that are not finite; a smaller --learning-rate may help');
    }
    const png = await encodePng(
      { data: target.rgb, width: target.size, height: target.size },
      { creatorTool: creatorTool.run },
    );
    await writeWholeFile(join(out, files.target), png);
    if (latents) await saveLatents(join(out, files.latents), result, generator);
    await writePicture(join(out, files.image), result.image, generator.info.resolution, job.key);
    const animation = animate && files.animation(animate.format);
    if (animate && recording) {
      const own = result.trace.map(({ L2 }) => L2);
      const track = recording.track(job.picture.name, this.#options.eps, own);
      await writeRunAnimation(join(out, files.animation(animate.format)), track, animate);
    }
    const line: JournalLine = {
      ...this.#head('done', job),
      target: files.target,
      options: { ...this.#named, size: target.size },
      restart,
      best_step: result.bestStep,
      losses: result.losses,
      met: result.met,
      seconds,
      ...(latents ? { latents: files.latents } : {}),
      ...(animation ? { animation } : {}),
      ...(trace ? { trace: result.trace } : {}),
    };
    await this.#note(line);
    this.#tools.onWritten?.({ job, line, result });
  }

  /** Tells and notes that a picture has no result. */
  async #fail(job: JobName, error: unknown): Promise<void> {
    const text = errorText(error);
    const line = this.#head('failed', job, text);
    if (error instanceof NoPictureError) {
      // That an emoji has no face is no fault, and there may be hundreds: they are counted, and each is noted once.
      const { drawing, ...emoji } = line.emoji ?? {};
      const noted: JournalLine = {
        ...line,
        failure: error.failure,
        // What is missing has no drawing.
        ...(error.failure === 'missing' && line.emoji !== undefined ? { emoji: emoji as EmojiLabel } : {}),
      };
      const before = this.#journal.lastFailure(line.output);
      if (before !== undefined && before.failure === noted.failure && before.error === noted.error)
        this.#remember(noted);
      else await this.#note(noted);
      return;
    }
    const { path } = job.picture;
    this.#tools.console.error(text.startsWith(path) ? text : `${path}: ${text}`);
    await this.#note(line);
  }

  async #note(line: JournalLine): Promise<void> {
    try {
      await this.#journal.append(line);
    } catch (error) {
      throw new BrokenOffError(`${this.#journal.path}: cannot be written (${errorText(error)})`, { cause: error });
    }
    this.#remember(line);
  }

  #remember(line: JournalLine): void {
    this.#lines.set(line.output, line);
    if (this.#request.json) this.#tools.console.result(JSON.stringify(line));
  }

  #head(status: JournalLine['status'], job: JobName, error?: string): JournalLine {
    const { info, engine } = this.#tools.generator;
    return {
      v: 1,
      key: job.key,
      status,
      ...(error === undefined ? {} : { error }),
      input: journalPath(this.#request.out, job.picture.path),
      output: job.files.image,
      target: null,
      seed: this.#jobs.seed,
      duplicate: job.duplicate,
      restart: 0,
      model: { name: info.name, sha256: info.sha256, licence: info.licence },
      engine: engine.info.kind,
      adapter: engine.info.adapter,
      options: this.#named,
      steps: this.#options.steps,
      best_step: null,
      losses: null,
      eps: this.#options.eps,
      met: false,
      seconds: 0,
      ...(job.picture.emoji === undefined ? {} : { emoji: job.picture.emoji }),
    };
  }

  #summary(): RunSummary {
    const order = this.#jobs.files().map(({ image }) => image);
    const lines = order.map((output) => this.#lines.get(output)).filter((line) => line !== undefined);
    return {
      lines,
      earlier: this.#earlier,
      failed: lines.filter(({ status, failure }) => status === 'failed' && failure === undefined).length,
      without: lines.filter(({ failure }) => failure !== undefined).length,
      missed: lines.filter(({ status, met }) => status === 'done' && !met).length,
      wanted: order.length,
      interrupted: this.#tools.signal.aborted && lines.length < order.length,
      seed: this.#jobs.seed,
    };
  }
}
