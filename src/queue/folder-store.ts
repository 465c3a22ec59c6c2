// A folder that all machines share. Results lie in it under their own names, as a run writes them, and every process that
// writes there has a journal of its own.

import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errorText, FacewrightError } from '../errors.js';
import { writeFailure, writeWholeFile } from '../node/whole-file.js';
import { type Hand, Journal, type JournalLine } from '../results/journal.js';
import { doneInFolder } from '../runs/done-before.js';
import { exists } from '../runs/out-folder.js';
import { filesOf, type JobData } from './job.js';
import { isBrokenDisk, type ResultStore, StoreError } from './store.js';

export class FolderStore implements ResultStore {
  readonly workplace: string;
  readonly #journal: Journal;

  private constructor(folder: string, journal: Journal) {
    this.workplace = folder;
    this.#journal = journal;
  }

  /**
   * @param hand whose journal gets the lines; by default run.jsonl is written, as by a run
   * @throws StoreError when there is no such folder here; FacewrightError when a journal in it cannot be read
   */
  static async open(folder: string, hand?: Hand): Promise<FolderStore> {
    const found = await stat(folder).catch(() => undefined);
    if (!found?.isDirectory()) {
      throw new StoreError(
        `${folder}: no such folder on this machine; mount it here under the same path as where it was enqueued`,
      );
    }
    return new FolderStore(folder, await Journal.open(folder, 'run', hand));
  }

  /** What earlier runs left. */
  get journal(): Journal {
    return this.#journal;
  }

  survey(): Promise<void> {
    return this.#journal.refresh();
  }

  async find(job: JobData): Promise<JournalLine | undefined> {
    const { written, search } = job.setting;
    return doneInFolder(
      { files: filesOf(job), key: job.key },
      { ...written, out: this.workplace },
      this.#journal,
      search.steps,
    );
  }

  async findNow(jobs: readonly JobData[]): Promise<(JournalLine | undefined)[]> {
    await this.survey();
    return Promise.all(jobs.map((job) => this.find(job)));
  }

  async putTarget(job: JobData, png: Uint8Array): Promise<void> {
    await unbroken(writeWholeFile(join(this.workplace, filesOf(job).target), png));
  }

  async target(job: JobData): Promise<string> {
    const path = join(this.workplace, filesOf(job).target);
    if (!(await exists(path))) throw new FacewrightError(`${path}: its target is not there`);
    return path;
  }

  async put(_job: JobData, line: JournalLine): Promise<boolean> {
    await this.#append(line);
    return true;
  }

  async putFailure(_id: string, line: JournalLine): Promise<void> {
    // That a picture has no face, or is none, is noted once.
    const before = this.#journal.lastFailure(line.output);
    if (before !== undefined && before.error === line.error && before.key === line.key) return;
    await this.#append(line);
  }

  async #append(line: JournalLine): Promise<void> {
    try {
      await this.#journal.append(line);
    } catch (error) {
      throw new StoreError(`${this.#journal.path}: ${writeFailure(error)}`, { cause: error });
    }
  }

  async putFile(): Promise<void> {
    // It is there already.
  }

  /** Whoever sees the folder may see the weights as well. */
  async putWeights(): Promise<void> {}

  async getWeights(): Promise<void> {}

  close(): Promise<void> {
    return this.#journal.close();
  }
}

/** Makes an error of a disk that cannot be written one of the store. */
async function unbroken<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw isBrokenDisk(error) ? new StoreError(errorText(error), { cause: error }) : error;
  }
}
