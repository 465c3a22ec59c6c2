// A run from the opened generator to the last line of run.jsonl. `run` and `demo` share it.

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AbortedError, DeviceLostError, FacewrightError } from '../errors.js';
import { requireFormat } from '../image/animation/encode.js';
import { encodePng } from '../image/write.js';
import type { Generator } from '../model/generator.js';
import { writeWholeFile } from '../node/whole-file.js';
import { checkSearchOptions, type SearchOptions } from '../pulse/options.js';
import type { SearchResult } from '../pulse/search.js';
import { Journal, type JournalLine, type NamedOptions, resultKey } from '../results/journal.js';
import { usualBatch } from './arguments.js';
import type { Console } from './console.js';
import { BrokenOffError, errorText, UsageError } from './exit.js';
import { readStarts, type SavedStarts, saveLatents } from './latents-file.js';
import { type ResultFiles, resultFiles } from './names.js';
import { allThere, creatorTool, FolderGuard } from './out-folder.js';
import { journalPath, type Picture, targetOf } from './pictures.js';
import { writeRunAnimation } from './run-animation.js';
import { namedOptions, type RunRequest, searchOptionsFor, usualSize } from './run-request.js';
import { type Found, type Job, searchBatch, writePicture } from './search-batch.js';
import { counted, drawSeed } from './values.js';

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
  checkSearchOptions(options, generator.info, request.size ?? usualSize(generator.info.resolution));
  if (request.animate) await requireFormat(request.animate.format, tools.signal);
  const start = await openStart(request, pictures, options, generator);
  const journal = await Journal.open(request.out);
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

class Run {
  readonly #request: RunRequest;
  readonly #pictures: readonly Picture[];
  readonly #tools: RunTools;
  readonly #options: SearchOptions;
  readonly #named: NamedOptions;
  readonly #starts: SavedStarts | undefined;
  readonly #journal: Journal;
  /** By the output's name. */
  readonly #lines = new Map<string, JournalLine>();
  #earlier = 0;
  /** Pictures times steps that are done, of finished batches. */
  #units = 0;
  #finished = 0;
  #toFind = 0;
  #seed = 0;

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
  }

  /** Looks for files that would be lost. */
  async protect(): Promise<void> {
    const files = new Set<string>();
    for (const picture of this.#pictures) {
      for (const duplicate of this.#duplicates()) {
        const result = this.#files(picture, duplicate);
        files.add(result.image).add(result.target);
        if (this.#request.saveLatents) files.add(result.latents);
        if (this.#request.animate) files.add(result.animation(this.#request.animate.format));
        if (this.#request.saveIntermediate) {
          files.add(result.intermediate(0).high).add(result.intermediate(0).low);
        }
      }
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
    const jobs = await this.#unfinished(await this.#makeTargets());
    const { console } = this.#tools;
    this.#toFind = jobs.length;
    if (this.#earlier > 0) {
      console.note(
        `${counted(this.#earlier, 'result')} of ${this.#pictures.length * this.#duplicates().length} ` +
          'done before; --force searches again',
      );
    }
    console.beginProgress(jobs.length * this.#request.restarts * this.#options.steps);
    try {
      const together = this.#request.batch ?? usualBatch(this.#tools.generator.info.resolution);
      for (const batch of batches(jobs, together)) {
        if (this.#tools.signal.aborted) break;
        await this.#batch(batch);
      }
    } finally {
      console.endProgress();
    }
    return this.#summary();
  }

  #duplicates(): number[] {
    const { duplicates } = this.#request;
    return duplicates === 1 ? [0] : Array.from({ length: duplicates }, (_, i) => i + 1);
  }

  #files(picture: Picture, duplicate: number): ResultFiles {
    return resultFiles(picture.name, duplicate, this.#options.steps);
  }

  /** Every job, its seed and key still open. A picture that makes no target is noted as failed. */
  async #makeTargets(): Promise<Omit<Job, 'seed' | 'key'>[]> {
    const jobs: Omit<Job, 'seed' | 'key'>[] = [];
    const failures: [Picture, unknown][] = [];
    for (const picture of this.#pictures) {
      if (this.#tools.signal.aborted) break;
      try {
        const target = await targetOf(picture, this.#request, this.#tools.generator.info);
        for (const warning of target.warnings) this.#tools.console.note(warning);
        for (const duplicate of this.#duplicates()) {
          jobs.push({ picture, target, duplicate, files: this.#files(picture, duplicate) });
        }
      } catch (error) {
        failures.push([picture, error]);
      }
    }
    this.#seed = this.#chooseSeed(jobs);
    for (const [picture, error] of failures) {
      for (const duplicate of this.#duplicates()) {
        const target = createHash('sha256').update(picture.relative).digest('hex');
        const key = this.#key(target, this.#seed, duplicate);
        await this.#fail({ picture, duplicate, key, files: this.#files(picture, duplicate) }, error);
      }
    }
    return jobs;
  }

  /**
   * The seed of the run: the one that was given; else that of the results in the folder which are like those of this run
   * in everything but the seed, so that the same command goes on where it stood; else a new one.
   */
  #chooseSeed(jobs: readonly Omit<Job, 'seed' | 'key'>[]): number {
    const { seed, again } = this.#request;
    if (seed !== undefined) return seed;
    if (again) return drawSeed();
    const found = jobs
      .map(({ files, target, duplicate }) => {
        const line = this.#journal.latest(files.image);
        return line !== undefined && line.key === this.#key(digest(target.rgb), line.seed, duplicate)
          ? line
          : undefined;
      })
      .findLast((line) => line !== undefined);
    return found?.seed ?? drawSeed();
  }

  #key(target: string, seed: number, duplicate: number): string {
    return resultKey({ target, model: this.#tools.generator.info.sha256, options: this.#named, seed, duplicate });
  }

  /** The jobs that are not done yet. */
  async #unfinished(open: readonly Omit<Job, 'seed' | 'key'>[]): Promise<Job[]> {
    const jobs: Job[] = [];
    for (const job of open) {
      const line = this.#journal.latest(job.files.image);
      const target = digest(job.target.rgb);
      const key = this.#key(target, this.#seed, job.duplicate);
      if (line?.key === key && !this.#request.again && (await this.#isComplete(job.files, line))) {
        this.#lines.set(job.files.image, line);
        this.#earlier++;
        if (this.#request.json) this.#tools.console.result(JSON.stringify(line));
      } else {
        jobs.push({ ...job, seed: this.#seed, key });
      }
    }
    return jobs;
  }

  /** Whether all files of a finished result are there, those included that are asked for only now. */
  async #isComplete(files: ResultFiles, line: JournalLine): Promise<boolean> {
    const { out, saveLatents, saveIntermediate, animate, trace } = this.#request;
    const needed = [files.image, files.target];
    if (saveLatents) needed.push(files.latents);
    if (animate) needed.push(files.animation(animate.format));
    if (saveIntermediate) {
      const { high, low } = files.intermediate(this.#options.steps - 1);
      needed.push(high, low);
    }
    if (trace && line.trace === undefined) return false;
    return allThere(out, needed);
  }

  /** Searches for a batch and writes what is found. What fails together is tried again one by one. */
  async #batch(jobs: readonly Job[]): Promise<void> {
    const began = performance.now();
    let found: Found[];
    try {
      found = await this.#search(jobs);
    } catch (error) {
      if (this.#tools.signal.aborted || error instanceof AbortedError) return;
      // Nothing else would work either: the rest stays open for the next run.
      if (error instanceof DeviceLostError) throw error;
      if (jobs.length > 1) {
        for (const job of jobs) if (!this.#tools.signal.aborted) await this.#batch([job]);
        return;
      }
      await this.#finish(jobs, () => this.#fail(jobs[0], error));
      return;
    }
    const seconds = (performance.now() - began) / 1000 / jobs.length;
    // Ctrl-C leaves this alone: what is found is written.
    await this.#finish(jobs, async (job, i) => {
      try {
        await this.#write(job, found[i], seconds);
      } catch (error) {
        await this.#fail(job, error);
      }
    });
  }

  async #search(jobs: readonly Job[]): Promise<Found[]> {
    const { generator, signal, console } = this.#tools;
    const { restarts, saveIntermediate, animate, out } = this.#request;
    const intermediates = saveIntermediate ? out : undefined;
    const record = animate !== undefined;
    const setting = {
      generator,
      options: this.#options,
      restarts,
      starts: this.#starts,
      intermediates,
      record,
      signal,
    };
    return searchBatch(setting, jobs, ({ steps, L2 }) => {
      console.progress({ done: this.#units + steps * jobs.length, count: this.#count(), L2 });
    });
  }

  async #finish(jobs: readonly Job[], write: (job: Job, index: number) => Promise<void>): Promise<void> {
    for (const [i, job] of jobs.entries()) {
      await write(job, i);
      this.#finished++;
      this.#units += this.#request.restarts * this.#options.steps;
      this.#tools.console.progress({ done: this.#units, count: this.#count() });
    }
  }

  #count(): string {
    return `${this.#finished} of ${this.#toFind} done`;
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
    await writePicture(join(out, files.image), result.image, generator.info.resolution);
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
  async #fail(job: Pick<Job, 'picture' | 'duplicate' | 'key' | 'files'>, error: unknown): Promise<void> {
    const text = errorText(error);
    const { path } = job.picture;
    this.#tools.console.error(text.startsWith(path) ? text : `${path}: ${text}`);
    await this.#note(this.#head('failed', job, text));
  }

  async #note(line: JournalLine): Promise<void> {
    try {
      await this.#journal.append(line);
    } catch (error) {
      throw new BrokenOffError(`${this.#journal.path}: cannot be written (${errorText(error)})`, { cause: error });
    }
    this.#lines.set(line.output, line);
    if (this.#request.json) this.#tools.console.result(JSON.stringify(line));
  }

  #head(
    status: JournalLine['status'],
    job: Pick<Job, 'picture' | 'duplicate' | 'key' | 'files'>,
    error?: string,
  ): JournalLine {
    const { info, engine } = this.#tools.generator;
    return {
      v: 1,
      key: job.key,
      status,
      ...(error === undefined ? {} : { error }),
      input: journalPath(this.#request.out, job.picture.path),
      output: job.files.image,
      target: null,
      seed: this.#seed,
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
    };
  }

  #summary(): RunSummary {
    const order = this.#pictures.flatMap((picture) =>
      this.#duplicates().map((duplicate) => this.#files(picture, duplicate).image),
    );
    const lines = order.map((output) => this.#lines.get(output)).filter((line) => line !== undefined);
    return {
      lines,
      earlier: this.#earlier,
      failed: lines.filter(({ status }) => status === 'failed').length,
      missed: lines.filter(({ status, met }) => status === 'done' && !met).length,
      wanted: order.length,
      interrupted: this.#tools.signal.aborted && lines.length < order.length,
      seed: this.#seed,
    };
  }
}

/** Jobs of equal target size, `size` at a time, in their order. */
export function batches(jobs: readonly Job[], size: number): Job[][] {
  const bySize = new Map<number, Job[]>();
  for (const job of jobs) bySize.set(job.target.size, [...(bySize.get(job.target.size) ?? []), job]);
  return [...bySize.values()].flatMap((group) =>
    Array.from({ length: Math.ceil(group.length / size) }, (_, i) => group.slice(i * size, (i + 1) * size)),
  );
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
