// From pictures to jobs of a queue, and from there to results that others find.

import type { Precision } from '../engine/engine.js';
import { FacewrightError } from '../errors.js';
import { requireFormat } from '../image/animation/encode.js';
import type { DescribedGenerator } from '../open.js';
import { checkSearchOptions, defaultSearchOptions } from '../pulse/options.js';
import { type RunOptions, type RunSetting, settleRunOptions } from '../runs/options.js';
import { inFolder } from '../runs/out-folder.js';
import { type Picture, sizeOf } from '../runs/pictures.js';
import { type Emit, Running } from '../runs/running.js';
import { connectQueue } from './connect.js';
import type { EnqueueEvent, EnqueueSummary } from './events.js';
import { newHand } from './hand.js';
import type { ModelReference } from './job.js';
import { openStore } from './open-store.js';
import { Producer } from './producer.js';
import { Steady } from './steady.js';
import { parseBucket } from './store.js';
import { Watch } from './watch.js';

/** Where jobs go, and what becomes of them. */
export interface EnqueueOptions extends Omit<RunOptions, 'start' | 'batch' | 'again' | 'overwrite' | 'shard' | 'seed'> {
  /** redis://HOST or postgres://HOST/DATABASE. */
  readonly queue: string;
  /** What is enqueued twice has to be the same: it has no default. */
  readonly seed: number;
  /** A folder that all machines see under the same path, or s3://BUCKET/PREFIX. */
  readonly out: string;
  /** Where the generator is, for workers that have not got it. */
  readonly model: Pick<ModelReference, 'path' | 'source'>;
  /** What workers compute products in; by default `f32`. */
  readonly precision?: Precision;
  /** Leaves once all is enqueued; by default the results are waited for. */
  readonly detach?: boolean;
  /** So many jobs wait in the queue at most; by default 10,000. */
  readonly ahead?: number;
  /**
   * Where `out` is a bucket: the folder that paths in run.jsonl are relative to, and that drawings lie in; by default the working
   * directory.
   */
  readonly base?: string;
}

/**
 * Puts pictures into a queue, for workers to find faces for, and watches until all are found. What was enqueued or done before
 * is neither enqueued nor done again. Producing waits where the queue is full.
 *
 * @param described of `describeGenerator`
 * @param pictures as for `searchPictures`
 * @throws FacewrightError for options that cannot be; BrokenOffError where queue or store cannot be used
 *
 * @example
 * const described = await describeGenerator({});
 * const pictures = await findPictures({ inputs: ['photos'], out: '/share/faces' });
 * const run = enqueuePictures(described, pictures, { queue: 'redis://host', out: '/share/faces', seed: 1, model: {} });
 * for await (const event of run) if (event.type === 'ended') console.log(event.output, event.state);
 */
export function enqueuePictures(
  described: DescribedGenerator,
  pictures: readonly Picture[],
  options: EnqueueOptions,
): Running<EnqueueEvent, EnqueueSummary> {
  const { queue: _q, model: _m, precision: _p, detach: _d, ahead: _a, base: _b, ...rest } = options;
  const setting = settleRunOptions(rest);
  return new Running(async (emit, signal) => {
    const work = () => perform(described, pictures, options, setting, emit, signal);
    return parseBucket(setting.out) === undefined ? inFolder(setting.out, work) : work();
  }, options.signal);
}

async function perform(
  described: DescribedGenerator,
  pictures: readonly Picture[],
  options: EnqueueOptions,
  setting: RunSetting,
  emit: Emit<EnqueueEvent>,
  signal: AbortSignal,
): Promise<EnqueueSummary> {
  await check(described, pictures, setting, signal);
  const server = await connectQueue(options.queue);
  const store = await openStore(setting.out, newHand());
  const queue = server.queue();
  const onNotice = (message: string) => emit({ type: 'notice', message });
  const { shown } = server.address;
  const steady = new Steady({ shown, onNotice, signal, left: 'what was enqueued is in it; the same command goes on' });
  queue.on('error', (error) => steady.tellAway(error));
  try {
    const watch = options.detach ? undefined : new Watch({ queue, store, steady, emit, signal });
    const producer = new Producer({ described, pictures, options, setting, queue, steady, store, watch, emit, signal });
    const [wanted] = await Promise.all([producer.perform().finally(() => watch?.noMore()), watch?.follow()]);
    const { found, cancelled, failed, missed } = watch?.tally ?? { found: 0, cancelled: 0, failed: 0, missed: 0 };
    const { tally } = producer;
    const sums = { failed: tally.failed + failed, missed: tally.missed + missed };
    return { ...tally, wanted, found, cancelled, ...sums, interrupted: signal.aborted };
  } finally {
    // Where the server is away nobody waits for a farewell.
    await (steady.away ? queue.disconnect() : queue.close()).catch(() => {});
    await store.close();
  }
}

/** What can be seen before there is a queue. @throws FacewrightError for the first that cannot be */
async function check(
  { info, searchable }: DescribedGenerator,
  pictures: readonly Picture[],
  setting: RunSetting,
  signal: AbortSignal,
): Promise<void> {
  if (!searchable) {
    throw new FacewrightError(
      `${info.name}: a search needs the Gaussian fit of the model, or the mapping network; give the whole generator`,
    );
  }
  const search = { ...defaultSearchOptions(info), ...setting.search };
  for (const size of new Set(pictures.map((picture) => sizeOf(picture, setting, info)))) {
    checkSearchOptions(search, info, size);
  }
  if (setting.animate) await requireFormat(setting.animate.format, signal);
}
