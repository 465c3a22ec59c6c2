// What the queue itself costs: jobs put in, and taken out again and marked as done, with nothing searched for in between.
//
//   node tools/bench-queue.mjs URL [JOBS [TAKEN]]
//
// TAKEN: so many are taken and done, and the rest is drained; by default all.
//
// The queue has to be empty, and is so afterwards. Jobs go in as `run --queue` puts them (200 at once, asked for first) and out as a
// worker takes and returns them, in batches of 32.

import { readFileSync } from 'node:fs';
import { connectQueue, statesOf } from '../dist/queue/connect.js';
import { Gatherer, windows } from '../dist/queue/gather.js';
import { Hands } from '../dist/queue/hands.js';
import { JOB_OPTIONS, jobId } from '../dist/queue/job.js';

const CHUNK = 200;
const BATCH = 32;

const [url, count = '100000', some = count] = process.argv.slice(2);
if (url === undefined || ![count, some].every((number) => /^[1-9]\d*$/.test(number))) {
  console.error('node tools/bench-queue.mjs URL [JOBS [TAKEN]]');
  process.exit(2);
}
const jobs = Number(count);
const taken = Math.min(jobs, Number(some));
const server = await connectQueue(url);
const queue = server.queue();
if ((await queue.getJobCountByTypes('waiting', 'active', 'delayed', 'failed')) > 0) {
  console.error(`${server.address.shown}: has jobs in it; choose another, or facewright queue drain`);
  process.exit(1);
}
const { version } = JSON.parse(readFileSync(new URL('../node_modules/bullmq/package.json', import.meta.url), 'utf8'));
console.log(`${server.address.kind}, ${jobs} jobs, BullMQ ${version}, Node ${process.versions.node}`);

const setting = {
  out: '/share/faces',
  model: { name: 'demo-128', sha256: '0'.repeat(64), licence: 'CC0-1.0' },
  search: {
    loss: '100*L2+0.05*GEOCROSS',
    eps: 0.002,
    noise: 'trainable',
    trainableNoise: 5,
    tile: false,
    badNoise: [],
  },
  restarts: 1,
  fit: 'pad',
  background: 'white',
  precision: 'f32',
  written: { metadata: true },
};
const dataOf = (i) => ({
  v: 1,
  setting,
  name: `photo-${i}`,
  input: `../photos/photo-${i}.png`,
  duplicate: 0,
  seed: 1,
  size: 32,
  target: i.toString(16).padStart(64, '0'),
  key: i.toString(16).padStart(32, '0'),
});

await timed('put in', jobs, async () => {
  for (let first = 0; first < jobs; first += CHUNK) {
    const chunk = Array.from({ length: Math.min(CHUNK, jobs - first) }, (_, i) => dataOf(first + i));
    await statesOf(queue, chunk.map(jobId));
    await queue.addBulk(chunk.map((data) => ({ name: 'face', data, opts: { jobId: jobId(data), ...JOB_OPTIONS } })));
  }
});
await timed('found to be in it', jobs, async () => {
  for (let first = 0; first < jobs; first += CHUNK) {
    const chunk = Array.from({ length: Math.min(CHUNK, jobs - first) }, (_, i) => dataOf(first + i));
    await statesOf(queue, chunk.map(jobId));
  }
});
const signal = new AbortController().signal;
const nothing = async () => {};
const hands = await Hands.open(server, { signal, onNotice: nothing, onHopeless: nothing });
const gatherer = new Gatherer(hands, windows[server.address.kind]);
await timed('taken and done', taken, async () => {
  for (let done = 0; done < taken; ) {
    const batch = await gatherer.next(undefined, async () => BATCH, signal);
    await hands.lost(batch);
    await Promise.all(batch.map((held) => hands.done(held)));
    done += batch.length;
  }
});
await hands.close();
await queue.drain(true);
await queue.close();

async function timed(what, count, work) {
  const began = performance.now();
  await work();
  const seconds = (performance.now() - began) / 1000;
  const each = ((1000 * seconds) / count).toFixed(3);
  console.log(`${what.padEnd(18)} ${String(count).padStart(7)} ${seconds.toFixed(1).padStart(7)} s  ${each} ms a job`);
}
