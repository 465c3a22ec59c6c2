// A bucket as a store of results. Under its prefix:
//
//   targets/SHA-256.png           what is searched for
//   files/ID/SHA-256.ENDING       files of a result
//   results/ID.json               its line, and which of them it has: what is here is whole
//   failures/ID.json              the line of a picture that has none
//   kept/NAME                     drawings
//   weights/SHA-256/NAME          the files of generators
//
// ID follows from the job (`resultId`). All but failures is put once.

import { createHash } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { FacewrightError } from '../errors.js';
import { isAlive } from '../node/is-alive.js';
import { cachePath } from '../node/paths.js';
import { makeFolder } from '../node/whole-file.js';
import type { Hand, JournalLine } from '../results/journal.js';
import { ahead } from '../runs/ahead.js';
import { extraFiles } from '../runs/done-before.js';
import { S3Bucket } from './bucket.js';
import { filesOf, type JobData, resultId } from './job.js';
import type { BucketAddress, ResultStore } from './store.js';

/** Objects that are put or asked for at once. */
const AT_ONCE = 16;

/** What results/ID.json is. */
export interface KeptResult {
  readonly v: 1;
  /** With the time it was put. */
  readonly line: JournalLine;
  /** The files of the result: by their names in run.jsonl, those of their objects. */
  readonly files: Readonly<Record<string, string>>;
}

export class BucketStore implements ResultStore {
  readonly workplace: string;
  readonly #bucket: S3Bucket;
  /** The ids of all results that were there when it was surveyed. */
  readonly #known = new Set<string>();
  /** Files that were kept. */
  readonly #kept = new Set<string>();

  private constructor(bucket: S3Bucket, workplace: string) {
    this.#bucket = bucket;
    this.workplace = workplace;
  }

  /** @throws FacewrightError where a package is missing; StoreError when the bucket cannot be used */
  static async open(address: BucketAddress, hand: Hand): Promise<BucketStore> {
    const bucket = await S3Bucket.open(address);
    const workplace = cachePath('work', hand.name);
    await makeFolder(workplace);
    await sweep(dirname(workplace), hand);
    return new BucketStore(bucket, workplace);
  }

  async survey(): Promise<void> {
    for await (const names of this.#bucket.list('results/')) {
      for (const name of names) this.#known.add(name.slice('results/'.length, -'.json'.length));
    }
  }

  async find(job: JobData): Promise<JournalLine | undefined> {
    return this.#known.has(resultId(job)) ? this.#lineOf(job) : undefined;
  }

  async findNow(jobs: readonly JobData[]): Promise<(JournalLine | undefined)[]> {
    const lines: (JournalLine | undefined)[] = [];
    for await (const line of ahead(jobs, AT_ONCE, (job) => this.#lineOf(job))) lines.push(line);
    return lines;
  }

  async #lineOf(job: JobData): Promise<JournalLine | undefined> {
    const bytes = await this.#bucket.get(`results/${resultId(job)}.json`);
    return bytes === undefined ? undefined : (JSON.parse(bytes.toString()) as KeptResult).line;
  }

  async putTarget(job: JobData, png: Uint8Array): Promise<void> {
    await this.#bucket.putOnce(targetName(job), png);
  }

  async target(job: JobData): Promise<string> {
    const path = this.#targetPath(job);
    if (await this.#bucket.getTo(targetName(job), path)) return path;
    throw new FacewrightError(`${this.#bucket.shown}/${targetName(job)}: its target is not there`);
  }

  #targetPath(job: JobData): string {
    return join(this.workplace, 'targets', `${resultId(job)}.png`);
  }

  async put(job: JobData, line: JournalLine): Promise<boolean> {
    const id = resultId(job);
    const files: [file: string, name: string][] = [];
    const put = async (file: string): Promise<[string, string]> => {
      const bytes = await readFile(join(this.workplace, file));
      const name = `files/${id}/${createHash('sha256').update(bytes).digest('hex')}${extname(file)}`;
      await this.#bucket.putOnce(name, bytes);
      return [file, name];
    };
    for await (const one of ahead(resultPaths(job), AT_ONCE, put)) files.push(one);
    const kept: KeptResult = {
      v: 1,
      line: { ...line, at: new Date().toISOString() },
      files: Object.fromEntries(files),
    };
    const counts = await this.#bucket.putOnce(`results/${id}.json`, Buffer.from(JSON.stringify(kept)));
    for (const path of [...resultPaths(job).map((file) => join(this.workplace, file)), this.#targetPath(job)]) {
      // The target is that of the picture's other results, too, which write it again.
      await rm(path, { force: true });
    }
    return counts;
  }

  async putFailure(id: string, line: JournalLine): Promise<void> {
    const at = new Date().toISOString();
    await this.#bucket.put(`failures/${id}.json`, Buffer.from(JSON.stringify({ ...line, at })));
  }

  async putFile(path: string, file: string): Promise<void> {
    if (this.#kept.has(file)) return;
    await this.#bucket.putOnce(`kept/${file}`, await readFile(path));
    this.#kept.add(file);
  }

  async putWeights(sha256: string, files: readonly string[]): Promise<void> {
    for (const path of files) {
      const name = `weights/${sha256}/${basename(path)}`;
      if (!(await this.#bucket.has(name))) await this.#bucket.putOnce(name, path);
    }
  }

  async getWeights(sha256: string, folder: string): Promise<void> {
    const beginning = `weights/${sha256}/`;
    for await (const names of this.#bucket.list(beginning)) {
      for (const name of names) await this.#bucket.getTo(name, join(folder, basename(name)));
    }
  }

  async close(): Promise<void> {
    this.#bucket.close();
    await rm(this.workplace, { recursive: true, force: true });
  }
}

function targetName({ target }: JobData): string {
  return `targets/${target}.png`;
}

/** All files of a job's result. */
function resultPaths(job: JobData): string[] {
  const files = filesOf(job);
  const { written, search } = job.setting;
  const steps = written.saveIntermediate ? Array.from({ length: search.steps }, (_, step) => step) : [];
  const between = steps.flatMap((step) => Object.values(files.intermediate(step)));
  return [files.image, files.target, ...Object.values(extraFiles(files, written)), ...between];
}

/** Removes the workplaces of processes of this machine that died. */
async function sweep(folder: string, own: Hand): Promise<void> {
  const host = own.name.replace(/-\d+-[0-9a-f]+$/, '');
  for (const name of await readdir(folder)) {
    const [, of, pid] = /^(.*)-(\d+)-[0-9a-f]+$/.exec(name) ?? [];
    if (of !== host || isAlive(Number(pid))) continue;
    await rm(join(folder, name), { recursive: true, force: true }).catch(() => {});
  }
}
