// The queue on the servers there are: what is put in, who gets it, what fails.

import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { suite, type Test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  describeGenerator,
  type EnqueueEvent,
  type EnqueueOptions,
  enqueuePictures,
  findPictures,
  type JournalLine,
  openGenerator,
  pullResults,
  QueueKeeper,
  readResults,
  searchPictures,
  serveMetrics,
  WorkCounters,
  type WorkEvent,
  workOn,
} from '../../dist/index.js';
import { writePicture } from '../cli/command.js';
import { quickestEngine } from '../engines.js';
import { goldenPath } from '../goldens.js';
import { skippingSuite } from '../skip.js';
import { BucketServer } from './bucket-server.js';
import { servers, startPostgres, startRedis, type TestServer } from './servers.js';

const model = goldenPath('stylegan1')!;
const work = mkdtempSync(join(tmpdir(), 'facewright-queue-'));
process.env.XDG_CACHE_HOME = join(work, 'cache');
process.on('exit', () => rmSync(work, { recursive: true, force: true }));

const PICTURES = 5;
const search = { steps: 2 };

/** Pictures of which two are the same, and one is none. */
async function writeInputs(folder: string): Promise<void> {
  mkdirSync(folder);
  for (let i = 0; i < PICTURES; i++) await writePicture(join(folder, `p${i}.png`), 16, `hsl(${i * 50} 50% 50%)`);
  writeFileSync(join(folder, 'twin.png'), readFileSync(join(folder, 'p0.png')));
  writeFileSync(join(folder, 'poison.png'), 'This is no picture.');
}
const inputs = join(work, 'in');
await writeInputs(inputs);

/** Enqueues the pictures and gathers what is told. */
async function enqueue(options: Pick<EnqueueOptions, 'queue' | 'out'> & Partial<EnqueueOptions>) {
  const given = { path: model, ...options.model };
  const described = await describeGenerator({ model: given.path });
  const pictures = await findPictures({ inputs: [inputs], out: join(work, 'nowhere') });
  const running = enqueuePictures(described, pictures, { seed: 1, search, ...options, model: given });
  const events: EnqueueEvent[] = [];
  for await (const event of running) events.push(event);
  return { events, summary: await running.summary };
}

/** Works until there is nothing to do. */
async function workOff(queue: string, options: { readonly signal?: AbortSignal } = {}) {
  const events: WorkEvent[] = [];
  const { engine } = quickestEngine.request;
  const running = workOn({ queue, untilEmpty: true, engine, batch: 4, lockSeconds: 10, ...options });
  for await (const event of running) events.push(event);
  return { events, summary: await running.summary };
}

/** What a run without a queue writes: by name, the bytes of every picture. */
async function undisturbed(): Promise<Map<string, Buffer>> {
  const out = join(work, 'undisturbed');
  if (!existsSync(out)) {
    const generator = await openGenerator({ model, engine: quickestEngine.request.engine });
    const pictures = await findPictures({ inputs: [inputs], out });
    await searchPictures(generator, pictures, { out, seed: 1, search, batch: 3 }).summary;
    generator.close();
  }
  return picturesOf(out);
}

function picturesOf(folder: string): Map<string, Buffer> {
  const names = readdirSync(folder).filter((name) => name.endsWith('.png'));
  return new Map(names.sort().map((name) => [name, readFileSync(join(folder, name))]));
}

async function holdsAll(folder: string): Promise<void> {
  const [found, expected] = [picturesOf(folder), await undisturbed()];
  assert.equal([...found.keys()], [...expected.keys()]);
  for (const [name, bytes] of expected) assert.ok(found.get(name)!.equals(bytes), name);
  const done = (await readResults(folder)).filter(({ status }) => status === 'done');
  const outputs = done.map(({ output }: JournalLine) => output);
  assert.is(outputs.length, PICTURES + 1);
  assert.equal(new Set(outputs), new Set([...Array.from({ length: PICTURES }, (_, i) => `p${i}.png`), 'twin.png']));
}

for (const kind of ['redis', 'postgres'] as const) {
  const start = servers[kind];
  const name = `queue on ${kind}`;
  const test: Test = typeof start === 'string' ? skippingSuite(name, start) : suite(name);
  let server: TestServer;
  let keeper: QueueKeeper;
  test.before(async () => {
    server = await (start as () => Promise<TestServer>)();
    keeper = await QueueKeeper.open(server.url);
  });
  test.after(async () => {
    await keeper.close();
    await server.close();
  });

  test('enqueued twice, searched for once, into a folder', async () => {
    const out = join(work, `${kind}-folder`);
    const place = { queue: server.url, out };
    const first = await enqueue({ ...place, detach: true });
    const { added, known, failed } = first.summary;
    assert.equal({ added, known, failed }, { added: PICTURES + 1, known: 0, failed: 1 });
    const [refused] = first.events.filter((event) => 'picture' in event);
    assert.match(refused.line.error!, /poison\.png/, 'a picture that is none does not go into the queue');
    const again = await enqueue({ ...place, detach: true });
    assert.equal([again.summary.added, again.summary.known], [0, PICTURES + 1]);
    assert.is((await keeper.status()).waiting, PICTURES + 1);
    const [worked, watched] = await Promise.all([workOff(server.url), enqueue(place)]);
    assert.is(worked.summary.found, PICTURES + 1);
    assert.is(watched.summary.found + watched.summary.earlier, PICTURES + 1);
    await holdsAll(out);
    const { waiting, active, delayed, failed: left, done } = await keeper.status();
    assert.equal(
      { waiting, active, delayed, left, done },
      { waiting: 0, active: 0, delayed: 0, left: 0, done: PICTURES + 1 },
    );
    const later = await enqueue(place);
    assert.equal([later.summary.added, later.summary.earlier], [0, PICTURES + 1]);
  });

  test('into a bucket, and from there into a folder', async () => {
    const bucket = await BucketServer.start();
    try {
      await throughBucket(bucket);
    } finally {
      await bucket.close();
    }
  });

  async function throughBucket(bucket: BucketServer): Promise<void> {
    Object.assign(process.env, bucket.environment);
    const place = { queue: server.url, out: 's3://bucket/run', base: work };
    // All files of the generator travel: the worker does not see those that were enqueued, as on another machine.
    const lent = join(work, kind, basename(model));
    cpSync(model, lent, { recursive: true });
    await enqueue({ ...place, model: { path: lent }, detach: true });
    rmSync(lent, { recursive: true });
    // For a while it has other things to do.
    bucket.unwilling = 3;
    assert.is((await workOff(server.url)).summary.found, PICTURES + 1);
    const out = join(work, `${kind}-pulled`);
    assert.is((await pullResults({ from: place.out, out }).summary).pulled, PICTURES + 1);
    await holdsAll(out);
    const again = await pullResults({ from: place.out, out }).summary;
    assert.equal([again.pulled, again.earlier], [0, PICTURES + 1]);
    const weights = [...bucket.objects.keys()].filter((key) => key.startsWith('run/weights/'));
    assert.equal(
      new Set(weights.map((key) => basename(key))),
      new Set(['gaussian_fit.pt', 'mapping.pt', 'synthesis.pt']),
    );
    rmSync(join(work, 'cache', 'facewright', 'weights'), { recursive: true });
    const results = [...bucket.objects.keys()].filter((key) => key.startsWith('run/results/'));
    assert.is(results.length, PICTURES + 1);
    assert.is((await enqueue(place)).summary.earlier, PICTURES + 1);
  }

  test('what cannot be is final at once, and is told; what is wrong with a machine is tried again', async () => {
    const out = join(work, `${kind}-failing`);
    await enqueue({ queue: server.url, out, detach: true });
    // Between enqueuing and searching somebody puts another target, and no picture, in their places.
    writeFileSync(join(out, 'p1.target.png'), readFileSync(join(out, 'p3.target.png')));
    writeFileSync(join(out, 'p2.target.png'), 'no picture');
    const { events, summary } = await workOff(server.url);
    rmSync(join(out, 'p2.target.png'));
    assert.equal([summary.found, summary.failed, summary.again], [PICTURES - 1, 2, 0]);
    const failed = events.filter((event) => event.type === 'failed');
    assert.equal(new Set(failed.map(({ output }) => output)), new Set(['p1.png', 'p2.png']));
    const listed: string[] = [];
    for await (const job of keeper.failed({ out })) {
      assert.is(job.tries, 1);
      listed.push(`${job.output}: ${job.reason}`);
    }
    listed.sort((a, b) => (a < b ? -1 : 1));
    assert.match(
      listed[0],
      /^p1\.png: .*p1\.target\.png: is another target than when it was enqueued; enqueue it again$/,
    );
    assert.match(listed[1], /^p2\.png: .*p2\.target\.png: /);
    const told = await enqueue({ queue: server.url, out });
    assert.is(told.summary.failed, 1 + 2, 'whoever waits is told');
    assert.is(await keeper.retry({ names: ['p1'] }), 1);
    assert.is((await keeper.status()).waiting, 1);
    assert.is(await keeper.cancel({ names: ['p1'], out: '/elsewhere' }), 0);
    assert.is(await keeper.cancel({ names: ['p1'], out }), 1);
    assert.is(await keeper.drain(), 1);
    const { waiting, delayed, failed: left } = await keeper.status();
    assert.equal([waiting, delayed, left], [0, 0, 0]);
  });

  test('whoever waits hears of what was taken out', async () => {
    const out = join(work, `${kind}-cancelled`);
    const waiting = enqueue({ queue: server.url, out });
    while ((await keeper.status()).waiting < PICTURES + 1) await new Promise((resolve) => setTimeout(resolve, 50));
    await keeper.cancel({ out });
    assert.is((await waiting).summary.cancelled, PICTURES + 1);
  });

  test('the queue is filled only so far', async () => {
    const stop = new AbortController();
    const out = join(work, `${kind}-ahead`);
    const described = await describeGenerator({ model });
    const pictures = await findPictures({ inputs: [inputs], out });
    const options = { queue: server.url, out, seed: 1, search, model: { path: model }, duplicates: 100, ahead: 150 };
    const running = enqueuePictures(described, pictures, { ...options, signal: stop.signal });
    let added = 0;
    for await (const event of running) {
      if (event.type !== 'enqueued') continue;
      added += event.added;
      setTimeout(() => stop.abort(), 1500);
    }
    assert.is(added, 200, 'one chunk of the 600');
    assert.ok((await running.summary).interrupted);
    assert.is(await keeper.drain(), 200);
  });

  test('a worker that is stopped puts back what it has not begun', async () => {
    const out = join(work, `${kind}-stopped`);
    await enqueue({ queue: server.url, out, detach: true });
    const stop = new AbortController();
    const running = workOn({ queue: server.url, engine: quickestEngine.request.engine, batch: 2, signal: stop.signal });
    for await (const event of running) if (event.type === 'begun') stop.abort();
    const { found } = await running.summary;
    assert.is(found, 2, 'the batch at hand is written');
    const { waiting, active } = await keeper.status();
    assert.equal([waiting, active], [PICTURES + 1 - 2, 0]);
    await workOff(server.url);
    await holdsAll(out);
  });

  test('counts for Prometheus', async () => {
    const counters = new WorkCounters();
    counters.add({ type: 'failed', output: 'a.png', reason: 'x', again: false });
    const page = await serveMetrics({ port: 0, counters, status: () => keeper.status() });
    const text = await (await fetch(page.url)).text();
    assert.match(page.url, /^http:\/\/127\.0\.0\.1:/);
    assert.match(text, /^facewright_results_failed_total 1$/m);
    assert.match(text, /^facewright_queue_up 1$/m);
    assert.match(text, /^facewright_queue_jobs\{state="waiting"\} 0$/m);
    assert.is((await fetch(page.url.replace('metrics', 'else'))).status, 404);
    page.close();
    const silent = await serveMetrics({ port: 0, counters, status: () => new Promise(() => {}) });
    assert.match(await (await fetch(silent.url)).text(), /^facewright_queue_up 0$/m);
    silent.close();
  });

  test('a wrong password: a sentence', async () => {
    const guarded = await (kind === 'redis' ? startRedis('secret') : startPostgres('secret'));
    const wrong = kind === 'redis' ? guarded.url.replace('//', '//:guess@') : guarded.url.replace('secret', 'guess');
    const right = kind === 'redis' ? guarded.url.replace('//', '//:secret@') : guarded.url;
    try {
      for (const url of kind === 'redis' ? [wrong, guarded.url] : [wrong]) {
        await isRejected(workOff(url), /^(?!.*guess).*lets nobody in with this password .*; give the right one: /);
      }
      assert.is((await workOff(right)).summary.found, 0);
    } finally {
      await guarded.close();
    }
    await isRejected(workOff(right), /no queue can be had there \(ECONNREFUSED\); start the server/);
  });

  test.run();
}

async function isRejected(work: Promise<unknown>, message: RegExp): Promise<void> {
  const error = await work.then(
    () => undefined,
    (thrown: Error) => thrown,
  );
  assert.match(error?.message ?? 'it went well', message);
}
