// Emoji through a queue, as people type it: enqueued, worked off and pulled, and in the end what one command writes.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, type Test } from 'uvu';
import * as assert from 'uvu/assert';
import { BucketServer } from '../../queue/bucket-server.js';
import { servers, type TestServer } from '../../queue/servers.js';
import { skippingSuite } from '../../skip.js';
import { facewrightProcess, newFolder } from '../command.js';

const start = servers.redis;
const test: Test =
  typeof start === 'string' ? skippingSuite('cli: emoji by a queue', start) : suite('cli: emoji by a queue');
const EMOJI = 'emoji grinning-face crying-face --set twemoji --size 16,32 --seeds 2 --steps 4'.split(' ');
const WORK = '--until-empty --engine native --threads 1'.split(' ');

let server: TestServer;
let folder: string;
let alone: Map<string, Buffer>;

test.before(async () => {
  server = await (start as () => Promise<TestServer>)();
  folder = newFolder();
  await done([...EMOJI, '--engine', 'native', '--threads', '1', '--out', 'alone']);
  alone = picturesOf('alone');
  assert.ok(alone.size > 5, `only ${[...alone.keys()]}`);
});
test.after(() => server.close());

async function done(words: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await facewrightProcess(folder, words);
  assert.is(code, 0, `${words.join(' ')}: ${stderr}`);
  return stdout + stderr;
}

/** Faces and targets by their names. */
function picturesOf(out: string): Map<string, Buffer> {
  const names = readdirSync(join(folder, out), { recursive: true, encoding: 'utf8' });
  const pictures = names.filter((name) => /^(16|32)\/.*\.png$/.test(name)).sort();
  return new Map(pictures.map((name) => [name, readFileSync(join(folder, out, name))]));
}

function isAsAlone(out: string): void {
  const found = picturesOf(out);
  assert.equal([...found.keys()], [...alone.keys()]);
  for (const [name, bytes] of alone) assert.ok(found.get(name)!.equals(bytes), name);
}

test('into a folder', async () => {
  const queue = ['--queue', server.url];
  assert.match(await done([...EMOJI, ...queue, '--out', 'shared', '--detach']), /jobs enqueued/);
  await done(['work', ...queue, ...WORK]);
  isAsAlone('shared');
  const again = await done([...EMOJI, ...queue, '--out', 'shared']);
  assert.match(again, /done before/);
  assert.match(await done(['gallery', 'shared']), /shared\/gallery\/index\.html/);
});

test('into a bucket, and out of it', async () => {
  const bucket = await BucketServer.start();
  Object.assign(process.env, bucket.environment);
  const queue = ['--queue', server.url];
  await done([...EMOJI, ...queue, '--out', 's3://bucket/run', '--detach']);
  await done(['work', ...queue, ...WORK]);
  await done(['pull', 's3://bucket/run', 'pulled']);
  isAsAlone('pulled');
  assert.match(await done(['gallery', 'pulled']), /pulled\/gallery\/index\.html/);
  await bucket.close();
});

test('a bucket that answers 503 to all is given up with a sentence and exit code 1, and what was enqueued stays', async () => {
  const bucket = await BucketServer.start();
  Object.assign(process.env, bucket.environment);
  const queue = ['--queue', server.url];
  await done([...EMOJI, ...queue, '--out', 's3://bucket/other', '--detach']);
  const before = bucket.objects.size;
  bucket.unwilling = Number.POSITIVE_INFINITY;
  const { code, stderr } = await facewrightProcess(folder, ['work', ...queue, ...WORK]);
  assert.is(code, 1, stderr);
  assert.match(stderr, /^facewright: .*s3:\/\/bucket.*$/m);
  assert.not.match(stderr, /^ +at /m);
  assert.is(bucket.objects.size, before);
  bucket.unwilling = 0;
  await done(['work', ...queue, ...WORK]);
  await done(['pull', 's3://bucket/other', 'late']);
  isAsAlone('late');
  await bucket.close();
});

test.run();
