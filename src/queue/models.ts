// The generator of a job, found by its hash, and kept open for the next one.

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { FacewrightError } from '../errors.js';
import type { Generator } from '../model/generator.js';
import { cachePath, demoModelPath } from '../node/paths.js';
import { describeGenerator, type OpenOptions, openGenerator } from '../open.js';
import { locateWeights } from '../weights/locate.js';
import { type JobSetting, modelKey } from './job.js';
import type { ResultStore } from './store.js';

/** How a worker opens generators. */
export interface ModelsOptions extends Pick<OpenOptions, 'engine' | 'adapter' | 'threads' | 'tuned' | 'cache'> {
  /** Weight files that are here. */
  readonly models?: readonly string[];
  readonly onMessage: (text: string) => void;
}

export class Models {
  readonly #options: ModelsOptions;
  #key: string | undefined;
  #generator: Generator | undefined;

  constructor(options: ModelsOptions) {
    this.#options = options;
  }

  /** What is open, as `modelKey` names it. */
  get open(): string | undefined {
    return this.#key;
  }

  /**
   * The generator of a job; the one before is closed where it is another.
   *
   * @throws FacewrightError when its weights are nowhere, or it cannot be opened here
   */
  async get(setting: JobSetting, store: ResultStore): Promise<Generator> {
    const key = modelKey(setting);
    if (this.#generator !== undefined && this.#key === key) return this.#generator;
    this.close();
    this.#generator = await this.#find(setting, store);
    this.#key = key;
    return this.#generator;
  }

  close(): void {
    this.#generator?.close();
    this.#generator = undefined;
    this.#key = undefined;
  }

  /** Tries what may be the weights, the nearest first. */
  async #find(setting: JobSetting, store: ResultStore): Promise<Generator> {
    const { sha256, name, path, source } = setting.model;
    const { models = [], cache } = this.#options;
    const kept = join(cache ?? cachePath(), 'weights', sha256);
    const here = [...models, ...(path === undefined ? [] : [path]), ...filesIn(kept), demoModelPath];
    for (const file of new Set(here.filter(existsSync))) {
      const generator = await this.#openIf(file, setting);
      if (generator !== undefined) return generator;
    }
    if (source !== undefined) {
      const located = await locateWeights(source, { cache });
      const generator = await this.#openIf(located.path, setting);
      if (generator !== undefined) return generator;
    }
    await store.getWeights(sha256, kept);
    for (const file of filesIn(kept)) {
      const generator = await this.#openIf(file, setting);
      if (generator !== undefined) return generator;
    }
    throw new FacewrightError(
      `${name}: the weights of this job (SHA-256 ${sha256.slice(0, 16)}…) are not on this machine; give them with --model`,
    );
  }

  /** The generator of a file, if it has the hash that is wanted. Files that cannot be read are another machine's, or no weights. */
  async #openIf(model: string, { model: wanted, precision }: JobSetting): Promise<Generator | undefined> {
    const { engine, adapter, threads, tuned, cache, onMessage } = this.#options;
    const { name, licence, class: drawn, sha256 } = wanted;
    // A result is the same, whatever the file is called here. What a file says of its licence counts; an owner's word is for
    // files that say nothing.
    const which = { model, class: drawn, name, licence: licence === 'unknown' ? undefined : licence };
    const described = await describeGenerator(which).catch(() => undefined);
    if (described?.info.sha256 !== sha256) return undefined;
    return openGenerator({ ...which, engine, adapter, threads, tuned, cache, precision, onMessage });
  }
}

/** The paths of the files in a folder; none where there is no folder. */
function filesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
}
