// What --queue takes: which options of a run go with it, and which are the workers'.

import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { type DescribedGenerator, describeGenerator, type EnqueueOptions } from '../../index.js';
import { parseBucket } from '../../queue/store.js';
import type { Arguments } from './arguments.js';
import type { Console } from './console.js';
import { UsageError } from './exit.js';
import { type LocatedModel, locateModel } from './locate-model.js';
import { type RunRequest, searchOptionsFor } from './run-request.js';
import { ownSizesOf } from './run-with.js';
import { wholeNumber } from './values.js';

/** Where a run's jobs go. */
export interface QueueRequest extends Pick<EnqueueOptions, 'queue' | 'detach' | 'ahead'> {
  readonly run: RunRequest & { readonly seed: number };
}

/** Options of a run that mean nothing with a queue, and what would do. */
const NOT_WITH_QUEUE: Readonly<Record<string, string>> = {
  engine: 'is for the workers: give it to facewright work',
  adapter: 'is for the workers: give it to facewright work',
  threads: 'is for the workers: give it to facewright work',
  batch: 'is for the workers: give it to facewright work',
  shard: 'is for runs without a queue; leave it out',
  start: 'is for runs without a queue; leave it out',
  force: 'is for runs without a queue; choose another --out',
};

/** Reads --queue and what goes with it; undefined where it was not given. @throws UsageError for what does not go together */
export function readQueueRequest(words: Arguments, run: RunRequest): QueueRequest | undefined {
  const queue = words.text('queue');
  const detach = words.flag('detach');
  const ahead = words.value('ahead', (option, text) => wholeNumber(option, text, 1));
  if (queue === undefined) {
    const given = detach ? '--detach' : ahead === undefined ? undefined : '--ahead';
    if (given !== undefined) throw new UsageError(`${given} goes with --queue; add that, or leave it out`);
    if (parseBucket(run.out) !== undefined) {
      throw new UsageError(`--out ${run.out}: a bucket is for --queue; add that, or choose a folder`);
    }
    return undefined;
  }
  for (const [name, remedy] of Object.entries(NOT_WITH_QUEUE)) {
    if (words.text(name) !== undefined) throw new UsageError(`--${name} ${remedy}`);
  }
  if (words.without('tuned')) throw new UsageError('--no-tuned is for the workers: give it to facewright work');
  const { seed } = run;
  if (seed === undefined) {
    throw new UsageError('--queue: what is enqueued twice has to be the same; add --seed with a number');
  }
  if (run.align && parseBucket(run.out) !== undefined) {
    throw new UsageError(
      '--align writes crops into a folder; run facewright align first, or choose a folder for --out',
    );
  }
  return { queue, detach, ahead, run: { ...run, seed } };
}

/** The queue of a command that has nothing else to go by. @throws UsageError where none is named */
export function readQueueAddress(words: Arguments): string {
  const queue = words.text('queue') ?? process.env.FACEWRIGHT_QUEUE;
  if (queue === undefined) {
    throw new UsageError('no queue: name its server, for example --queue redis://HOST, or set FACEWRIGHT_QUEUE');
  }
  return queue;
}

/** What there is to enqueue for. */
export interface QueuedRun {
  readonly described: DescribedGenerator;
  readonly options: EnqueueOptions;
}

/** Finds out about the generator, without an engine. @throws FacewrightError when there is none */
export async function describeQueuedRun(
  { queue, detach, ahead, run }: QueueRequest,
  console: Console,
  signal: AbortSignal,
): Promise<QueuedRun> {
  const { model, class: drawn, cache, precision } = run.generator;
  const located: Partial<LocatedModel> =
    model === undefined ? {} : await locateModel(model, console, { cache, signal });
  const described = await describeGenerator({ ...located, class: drawn });
  const search = searchOptionsFor(run, described.info);
  const ownSizes = ownSizesOf(run, described.info);
  const source = model !== undefined && !existsSync(model) ? { source: model } : {};
  const path = located.model === undefined ? {} : { path: resolve(located.model) };
  const { start: _s, batch: _b, again: _a, overwrite: _o, shard: _p, ...setting } = run;
  const where = { queue, detach, ahead, model: { ...path, ...source } };
  return { described, options: { ...setting, ...where, search, ownSizes, precision, signal } };
}
