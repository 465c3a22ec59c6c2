// What a run has to search for: from its pictures, those that are done left out, to batches that are ready to be searched.

import { createHash, randomBytes } from 'node:crypto';
import type { Target } from '../image/target.js';
import type { GeneratorInfo } from '../model/generator.js';
import { type Journal, type JournalLine, type NamedOptions, resultKey } from '../results/journal.js';
import { ahead } from './ahead.js';
import type { Job } from './batch.js';
import type { RunSetting } from './options.js';
import { type Picture, targetOf } from './pictures.js';
import { duplicateNumbers, type ResultFiles, resultFiles } from './result-files.js';

/** What is known of a job without its target. */
export type JobName = Pick<Job, 'picture' | 'duplicate' | 'seed' | 'key' | 'files'>;

/** What comes next in a run. */
export type Next =
  /** It was done before. */
  | { readonly done: JournalLine; readonly picture: Picture }
  /** There is no target to search for. */
  | { readonly failed: JobName; readonly error: unknown }
  /** Jobs of equal target size, to be searched for together. */
  | { readonly batch: readonly Job[] };

/** What jobs are made from. */
export interface JobParts {
  readonly setting: RunSetting;
  readonly pictures: readonly Picture[];
  readonly info: GeneratorInfo;
  /** Pictures that are searched for together. */
  readonly together: number;
  /** Told what a person should know of a picture: a sentence that begins with its path. */
  readonly onWarning: (picture: Picture, message: string) => Promise<void>;
  readonly signal: AbortSignal;
  /** What is known of earlier results; without it the seed has to be given. */
  readonly journal?: Pick<Journal, 'latest' | 'lastFailure'>;
  /** The line of a job's result, if it is there with all that is asked for. */
  readonly doneBefore: (job: Job) => Promise<JournalLine | undefined>;
  /** The options that results follow from, and how many steps they say. */
  readonly named: NamedOptions;
  readonly steps: number;
}

/** A picture and what it is searched by, or why there is nothing. */
type Made = { readonly picture: Picture } & ({ readonly target: Target } | { readonly error: unknown });

export class Jobs {
  readonly #parts: JobParts;
  /** The numbers of the results of each picture that came next. */
  readonly #numbers = new Map<Picture, readonly number[]>();
  #seed = 0;
  #together: number;

  constructor(parts: JobParts) {
    this.#parts = parts;
    this.#together = parts.together;
  }

  /** Makes batches of at most so many jobs from now on. */
  limit(together: number): void {
    this.#together = Math.min(this.#together, together);
  }

  /** Known as soon as something came next. */
  get seed(): number {
    return this.#seed;
  }

  /** How many results are asked for. */
  get wanted(): number {
    return this.#parts.pictures.length * this.#parts.setting.duplicates;
  }

  /** The files of the results of all pictures that came, in the order of the pictures. */
  files(): ResultFiles[] {
    return this.#parts.pictures.flatMap((picture) =>
      (this.#numbers.get(picture) ?? []).map((duplicate) => this.#filesOf(picture, duplicate)),
    );
  }

  /** All files that may be written, before anything came: which of two places the first face has is not known yet. */
  possibleFiles(): ResultFiles[] {
    const { pictures, setting, journal } = this.#parts;
    return pictures.flatMap((picture) => {
      const isKnown = (duplicate: number) => journal?.latest(this.#filesOf(picture, duplicate).image) !== undefined;
      const numbers = [() => false, isKnown].flatMap((isThere) => duplicateNumbers(setting.duplicates, isThere));
      return [...new Set(numbers)].map((duplicate) => this.#filesOf(picture, duplicate));
    });
  }

  /** What there is to do, each batch as soon as its pictures are there. Once stopped, what is left stays unsaid. */
  async *next(): AsyncGenerator<Next> {
    const waiting = new Map<number, Job[]>();
    for await (const made of this.#targets(2 * this.#together)) {
      if ('error' in made) {
        yield* this.#failed(made.picture, made.error);
        continue;
      }
      for (const job of this.#jobsOf(made.picture, made.target)) {
        const done = await this.#parts.doneBefore(job);
        if (done !== undefined) {
          yield { done, picture: made.picture };
          continue;
        }
        const { size } = job.target;
        const batch = [...(waiting.get(size) ?? []), job];
        const full = batch.length >= this.#together;
        waiting.set(size, full ? [] : batch);
        if (full) yield* this.#batches(batch);
      }
    }
    for (const batch of waiting.values()) yield* this.#batches(batch);
  }

  /** Jobs that waited for each other, in batches: of several where fewer go together by now. */
  *#batches(jobs: readonly Job[]): Iterable<Next> {
    for (let first = 0; first < jobs.length; ) {
      const batch = jobs.slice(first, first + this.#together);
      first += batch.length;
      yield { batch };
    }
  }

  /**
   * The numbers of a picture's results.
   *
   * @param content digest of what its keys follow from
   * @param known the journal's line of what may be its result
   */
  #numbersOf(picture: Picture, content: string, known: (output: string) => JournalLine | undefined): readonly number[] {
    const numbers = duplicateNumbers(
      this.#parts.setting.duplicates,
      (duplicate) => known(this.#filesOf(picture, duplicate).image)?.key === this.#key(content, this.#seed, duplicate),
    );
    this.#numbers.set(picture, numbers);
    return numbers;
  }

  #filesOf(picture: Picture, duplicate: number): ResultFiles {
    return resultFiles(picture.name, duplicate, this.#parts.steps);
  }

  /** The targets of all pictures, some ahead of their search: reading and decoding goes on beside it. */
  async *#targets(most: number): AsyncGenerator<Made> {
    const { setting, pictures, signal, info, onWarning } = this.#parts;
    const make = async (picture: Picture): Promise<Made | undefined> => {
      if (signal.aborted) return undefined;
      try {
        return { picture, target: await targetOf(picture, setting, info) };
      } catch (error) {
        // Stopped is not failed: the next run will see to it.
        return signal.aborted ? undefined : { picture, error };
      }
    };
    const all: Made[] = [];
    const atOnce = setting.seed ?? (setting.again ? drawSeed() : undefined);
    if (atOnce !== undefined) this.#seed = atOnce;
    for await (const made of ahead(pictures, most, make)) {
      if (made === undefined) continue;
      if ('target' in made) for (const message of made.target.warnings) await onWarning(made.picture, message);
      if (atOnce === undefined) all.push(made);
      else yield made;
    }
    if (atOnce !== undefined) return;
    // What was searched for before tells the seed, and that is known only now.
    this.#seed = this.#earlierSeed(all) ?? drawSeed();
    yield* all;
  }

  /**
   * The seed of results in the folder that are like those of this run in everything but the seed, so that the same command
   * goes on where it stood.
   */
  #earlierSeed(all: readonly Made[]): number | undefined {
    const { journal, setting } = this.#parts;
    const numbers = Array.from({ length: setting.duplicates + 1 }, (_, duplicate) => duplicate);
    return all
      .flatMap((made) => ('target' in made ? numbers.map((duplicate) => ({ ...made, duplicate })) : []))
      .map(({ picture, target, duplicate }) => {
        const line = journal?.latest(this.#filesOf(picture, duplicate).image);
        const like = line !== undefined && line.key === this.#key(digest(target.rgb), line.seed, duplicate);
        return like ? line.seed : undefined;
      })
      .findLast((seed) => seed !== undefined);
  }

  #jobsOf(picture: Picture, target: Target): Job[] {
    const { journal } = this.#parts;
    const content = digest(target.rgb);
    return this.#numbersOf(picture, content, (output) => journal?.latest(output)).map((duplicate) => ({
      picture,
      target,
      duplicate,
      seed: this.#seed,
      key: this.#key(content, this.#seed, duplicate),
      files: this.#filesOf(picture, duplicate),
    }));
  }

  *#failed(picture: Picture, error: unknown): Iterable<Next> {
    const { journal } = this.#parts;
    const content = digest(Buffer.from(picture.name));
    for (const duplicate of this.#numbersOf(picture, content, (output) => journal?.lastFailure(output))) {
      const seed = this.#seed;
      const key = this.#key(content, seed, duplicate);
      yield { failed: { picture, duplicate, seed, key, files: this.#filesOf(picture, duplicate) }, error };
    }
  }

  #key(target: string, seed: number, duplicate: number): string {
    const { info, named } = this.#parts;
    return resultKey({ target, model: info.sha256, options: named, seed, duplicate });
  }
}

/** A seed where none was given: 32 bits, so that it can be typed again. */
function drawSeed(): number {
  return randomBytes(4).readUInt32LE();
}

/** SHA-256, in hex: of a target's 8-bit pixels, what a result's key has of it. */
export function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
