// facewright weights, and --model with names and addresses, from outside.

import type { ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as assert from 'uvu/assert';
import { reportText } from '../../../dist/cli/weights/inspect.js';
import { listText } from '../../../dist/cli/weights/list.js';
import { inspectWeights, type WeightsReport } from '../../../dist/inspect-weights.js';
import { listWeights } from '../../../dist/weights/list.js';
import { engineSuite, quickestEngine } from '../../engines.js';
import { sendPage, serve, serveBytes, type TestServer } from '../../fetch/server.js';
import { demoWeights, facewright, facewrightProcess, newFolder } from '../command.js';
import { tinyLayers, tinyResolution, writeTinyWeights } from '../tiny.js';

const test = engineSuite(quickestEngine, 'cli: weights');
const folder = newFolder();
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

let server: TestServer;
let weights: Buffer;
/** Cut after so much, once. */
let cut: number | undefined;

test.before(async () => {
  weights = readFileSync(await writeTinyWeights(folder));
  server = await serve((request, response) => {
    if (request.url!.startsWith('/page'))
      return sendPage(response, '<html><title>Google Drive - Quota exceeded</title>');
    const stallAfter = request.headers.range === undefined ? cut : undefined;
    serveBytes(request, response, weights, { etag: '"a"', ...(stallAfter === undefined ? {} : { stallAfter }) });
  });
});
test.after(() => server.close());
test.before.each(() => {
  cut = undefined;
  server.asked.length = 0;
});

const run = (words: string) => facewright(folder, words.split(' '));

test('list: names, licences, what is here', async () => {
  const text = listText(await listWeights(join(folder, 'kept')));
  assert.match(text, /\n\* +demo +StyleGAN1 +128/);
  assert.match(text, /licence: NVIDIA Source Code License-NC[^\n]*\n +ada-ffhq +StyleGAN2 +1024 +382 MB/);
  for (const line of text.split('\n')) assert.ok([...line].length <= 110, line);
  const { code, stdout, stderr } = await run('weights list --json --cache kept');
  assert.is(code, 0, stderr);
  const listed = JSON.parse(stdout);
  const pulse = listed.offers.find(({ name }: { name: string }) => name === 'pulse');
  assert.is(pulse.urls.length, 2);
  assert.is(pulse.path, null);
  assert.is(listed.folder, join('kept', 'weights'));
});

test('generate --model ADDRESS: fetched once, told, opened; weights list shows it', async () => {
  const words = `generate --out a --seeds 1 --cache kept --model ${server.origin}/tiny.safetensors --engine ${quickestEngine.request.engine}`;
  const first = await run(words);
  assert.is(first.code, 0, first.stderr);
  assert.match(
    first.stderr,
    /fetching http:\/\/127\.0\.0\.1:\d+\/tiny\.safetensors to kept.weights.[0-9a-f]{16}.tiny\.safetensors/,
  );
  assert.ok(existsSync(join(folder, 'a', 'seed_1.png')) || readdirSync(join(folder, 'a')).length > 1);
  const second = await run(`${words} --force`);
  assert.is(second.code, 0, second.stderr);
  assert.not.match(second.stderr, /fetching/);
  assert.is(server.asked.length, 1);
  assert.match(
    listText(await listWeights(join(folder, 'kept'))),
    /fetched by address:\n +[\d.]+ MB .*tiny\.safetensors/,
  );
});

test('fetch: Ctrl-C keeps the part, and the same command goes on', async () => {
  cut = 300_000;
  const words = ['weights', 'fetch', '--cache', 'part', `${server.origin}/tiny.safetensors`];
  let child: ChildProcess | undefined;
  const running = facewrightProcess(folder, words, undefined, (started) => {
    child = started;
  });
  while (server.asked.length === 0) await sleep(10);
  await sleep(300); // for what comes to be written
  child!.kill('SIGINT');
  const interrupted = await running;
  assert.is(interrupted.code, 130, interrupted.stderr);
  assert.match(interrupted.stderr, /stopping; what is there is kept/);
  assert.match(interrupted.stderr, /facewright: http:.*: stopped; what is there is kept for the next time/);
  cut = undefined;
  const { code, stdout, stderr } = await facewright(folder, words);
  assert.is(code, 0, stderr);
  assert.match(stderr, /going on after 300 kB/);
  assert.ok(readFileSync(join(folder, stdout.trim())).equals(weights));
  assert.match(server.ranges().at(-1)!, /^bytes=\d+-$/);
});

test('fetch: some fail, the others come; unknown names are refused before anything is asked', async () => {
  const { code, stdout, stderr } = await run(
    `weights fetch --json --cache some ${server.origin}/page.pkl ${server.origin}/tiny.safetensors`,
  );
  assert.is(code, 1);
  assert.match(stderr, /page\.pkl: Google Drive says that it was fetched too often lately/);
  assert.match(JSON.parse(stdout).path, /tiny\.safetensors$/);
  assert.is(readdirSync(join(folder, 'some', 'weights')).length, 1, 'nothing stays of what failed');
  server.asked.length = 0;
  const refused = await run(`weights fetch ada-fhq ${server.origin}/tiny.safetensors`);
  assert.is(refused.code, 2);
  assert.match(refused.stderr, /ada-fhq: .*did you mean ada-ffhq\?/);
  assert.is(server.asked.length, 0);
});

test('inspect: what a file is', async () => {
  const text = reportText(await inspectWeights(demoWeights));
  assert.match(text, /network +StyleGAN1, 128 px\n/);
  assert.match(text, /channels +128 \(4 to 32 px\), 64 \(64 px\), 32 \(128 px\)/);
  assert.match(text, /licence +CC0-1\.0/);
  const { code, stdout } = await run('weights inspect tiny.safetensors --json');
  assert.is(code, 0);
  const tiny = JSON.parse(stdout) as WeightsReport;
  assert.is(tiny.network?.rows, tinyLayers);
  assert.is(tiny.network?.resolution, tinyResolution);
  assert.equal(Object.keys(tiny.dtypes), ['f32']);
});

test('inspect: one that cannot be read keeps nobody from hearing of the others', async () => {
  writeFileSync(join(folder, 'notes.txt'), 'These are no weights.\n');
  const { code, stdout, stderr } = await run('weights inspect missing.pkl notes.txt tiny.safetensors');
  assert.is(code, 2);
  assert.match(stderr, /missing\.pkl: cannot be read: no such file or folder/);
  assert.match(stderr, /notes\.txt: a text file, not weights/);
  assert.match(stdout, /tiny\.safetensors\n +network +StyleGAN1, 64 px/);
});

test('fetch: a file that is here is no name, and is said to be here', async () => {
  const { code, stderr } = await run('weights fetch tiny.safetensors');
  assert.is(code, 2);
  assert.match(stderr, /tiny\.safetensors: is a file on this machine already: .*--model tiny\.safetensors/);
});

test('convert: --class is about the fit', async () => {
  const { code, stderr } = await run('weights convert tiny.safetensors classed.safetensors --class 1');
  assert.is(code, 2);
  assert.match(stderr, /--class says which class --fit is made for/);
  assert.not.ok(existsSync(join(folder, 'classed.safetensors')));
});

test('convert: half, with a fit', async () => {
  const words = 'weights convert tiny.safetensors out.safetensors --half --fit --json';
  const { code, stdout, stderr } = await run(words);
  assert.is(code, 0, stderr);
  const report = await inspectWeights(join(folder, 'out.safetensors'));
  assert.is(JSON.parse(stdout).sha256, report.sha256);
  assert.ok(report.gaussian_fit && report.dtypes.f16! > report.dtypes.f32!);
});

test.run();
