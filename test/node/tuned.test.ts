// The tables of facewright tune: what is kept, what is dropped, and whose they are.

import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readTunedText, type TunedEntry, type TunedMachine, tunedText } from '../../dist/engine/webgpu/tuned.js';
import type { Choice, TakenChoice } from '../../dist/engine/webgpu/variants.js';
import { readShaders } from '../../dist/node/paths.js';
import {
  describeTuned,
  dropTuned,
  keepTuned,
  kernelHashes,
  readTuned,
  readTunedFile,
  tunedChoices,
  tunedPath,
} from '../../dist/node/tuned.js';
import { failsWith, temporaryFolder } from '../image/help.js';

const test = suite('the table of facewright tune');
const shaders = await readShaders();
const hashOf = kernelHashes(shaders);

const machine: TunedMachine = { adapter: 'A GPU (x, y)', driver: 'd 1.2', backend: 'vulkan', dawn: '0.6.2' };
const shape = { into: 64, out: 32, h: 16, w: 16, margin: 0, read: 'styled', bias: false };
const tiling = { quads: 2, rows: 16, groups: 4, slice: 8 };

/** An entry of real kernels; where it is kept, the tiling above runs. */
function entry(changes: Partial<TunedEntry> = {}): TunedEntry {
  const usual = { kernel: 'conv3x3_broadcast', tiling: { workgroup: 8, part: 8 }, seconds: 2e-3 };
  const rival = { kernel: 'conv3x3_tiled', tiling, seconds: 1e-3, ratio: 2, interval: [1.9, 2.1] as const };
  const kernels = Object.fromEntries([usual, rival].map(({ kernel }) => [kernel, hashOf(kernel)!]));
  const date = '2026-11-29T12:00:00.000Z';
  return { op: 'conv3x3', shape, batch: 1, usual, rival, kept: true, kernels, tried: [], date, ...changes };
}

const answer = async (of = machine, at: object = shape, hashes = hashOf) =>
  (await tunedChoices(of, hashes)).measured!('conv3x3', at, []);

const folder = temporaryFolder();
let folders = 0;
test.before.each(() => {
  process.env.XDG_CACHE_HOME = join(folder, String(folders++));
});

test('what is kept is found again by op and shape, on that adapter, driver and Dawn alone', async () => {
  await keepTuned(machine, [entry()], hashOf);
  const found = (await answer()) as Choice;
  assert.equal([found.kernel, found.tiling], ['conv3x3_tiled', tiling]);
  const turned = Object.fromEntries(Object.entries(shape).reverse());
  assert.ok(await answer(machine, turned), 'whatever the order of its parts');
  assert.is(await answer(machine, { ...shape, read: 'plain' }), undefined);
  for (const other of [{ adapter: 'A GPU' }, { driver: 'd 1.3' }, { backend: 'd3d12' }, { dawn: '0.6.3' }]) {
    assert.is(await answer({ ...machine, ...other }), undefined, JSON.stringify(other));
  }
  const choices = await tunedChoices(machine, hashOf);
  assert.is(choices.measured!('conv_up', shape, []), undefined);
});

test('where nothing was faster beyond doubt, nothing is answered', async () => {
  await keepTuned(machine, [entry({ kept: false })], hashOf);
  assert.is(await answer(), undefined);
});

test('a kernel whose text has changed, or a library of it, takes its entries along', async () => {
  await keepTuned(machine, [entry(), entry({ op: 'conv_up', ...alone() })], hashOf);
  const edited = (name: string) => kernelHashes({ ...shaders, [name]: `${shaders[name]}\n// other` });
  for (const name of ['conv3x3_tiled', 'conv3x3_broadcast', 'lib/tiled']) {
    assert.is(await answer(machine, shape, edited(name)), undefined, name);
    const { entries, stale } = await readTuned(machine, edited(name));
    assert.equal([entries.map(({ op }) => op), stale.map(({ op }) => op)], [['conv_up'], ['conv3x3']], name);
  }
  assert.ok(await answer(machine, shape, edited('blur')));
  const { conv3x3_tiled: _, ...without } = shaders;
  assert.is(await answer(machine, shape, kernelHashes(without)), undefined, 'a kernel that is gone');
  // They are gone for good when the table is next written.
  await keepTuned(machine, [], edited('lib/tiled'));
  assert.equal((await readTuned(machine, hashOf)).entries.length, 1);
});

/** What an entry has whose kernel has no library in common with the tiled ones. */
function alone(): Pick<TunedEntry, 'usual' | 'rival' | 'kept' | 'kernels'> {
  const usual = { kernel: 'conv1x1', tiling: { workgroup: 64 }, seconds: 1e-3 };
  return { usual, rival: undefined, kept: false, kernels: { conv1x1: hashOf('conv1x1')! } };
}

test('a newer entry takes the place of the older one, and the others stay', async () => {
  await keepTuned(machine, [entry(), entry({ op: 'conv_up' })], hashOf);
  await keepTuned(machine, [entry({ kept: false, date: '2026-12-01T00:00:00.000Z' })], hashOf);
  const { entries } = await readTuned(machine, hashOf);
  assert.equal(
    entries.map(({ op, kept }) => [op, kept]),
    [
      ['conv3x3', false],
      ['conv_up', true],
    ],
  );
  const { entries: count, kept, stale, date } = (await describeTuned(machine, hashOf))!;
  assert.equal([count, kept, stale, date], [2, 1, 0, '2026-12-01T00:00:00.000Z']);
});

test('an entry that does not run is dropped here and in the file, and told of once', async () => {
  await keepTuned(machine, [entry(), entry({ op: 'conv_up' })], hashOf);
  const said: string[] = [];
  const { measured, onUnusable } = await tunedChoices(machine, hashOf, (text) => said.push(text));
  const choice: TakenChoice = { op: 'conv3x3', shape, kernel: 'conv3x3_tiled', tiling, measured: true };
  onUnusable!(choice, new Error('no room'));
  onUnusable!(choice, new Error('no room'));
  assert.equal(said, [
    'conv3x3@16, 64 → 32 channels, styled: what facewright tune found does not run here (no room); it is dropped, and the usual kernel runs',
  ]);
  assert.is(measured!('conv3x3', shape, []), undefined);
  assert.ok(measured!('conv_up', shape, []));
  for (let wait = 0; wait < 100 && (await readTuned(machine, hashOf)).entries.length > 1; wait++) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assert.equal(
    (await readTuned(machine, hashOf)).entries.map(({ op }) => op),
    ['conv_up'],
  );
  await dropTuned(machine, 'conv_up', shape, hashOf);
  assert.equal((await readTuned(machine, hashOf)).entries, []);
});

test('what cannot be read is an empty table and a sentence, no error', async () => {
  assert.is(await describeTuned(machine, hashOf), undefined);
  const path = tunedPath(machine);
  await mkdir(dirname(path), { recursive: true });
  const good = tunedText({ machine, entries: [entry()] });
  const damaged: [string, RegExp][] = [
    [good.slice(0, 200), /is no JSON$/],
    ['{}', /is no table of facewright tune$/],
    [
      good.replace('tuned 1', 'tuned 2'),
      /another version of facewright \("facewright tuned 2", not "facewright tuned 1"\)$/,
    ],
    [tunedText({ machine: { ...machine, driver: 'd 9' }, entries: [] }), /is of another machine$/],
    [good.replace('"kept": true', '"kept": 1'), /has entries that are none$/],
    [good.replace('"quads": 2', '"quads": "2"'), /has entries that are none$/],
    [good.replace('"ratio": 2', '"ratio": null'), /has entries that are none$/],
    [good.replace(/"rival": \{[^}]*\}[^}]*\},/, ''), /has entries that are none$/],
    [good.replace('"adapter"', '"name"'), /does not say of which adapter it is$/],
  ];
  for (const [text, problem] of damaged) {
    assert.is.not(text, good);
    await writeFile(path, text);
    assert.is(await answer(), undefined);
    const told = await describeTuned(machine, hashOf);
    assert.match(told!.problem!, problem);
    assert.ok(told!.problem!.startsWith(path));
  }
  await keepTuned(machine, [entry()], hashOf);
  assert.ok(await answer(), 'and the next table takes its place');
});

test('many processes may write at once: one of the tables stands, whole', async () => {
  const writers = Array.from({ length: 16 }, (_, i) => entry({ shape: { ...shape, into: i + 1 } }));
  await Promise.all(writers.map((one) => keepTuned(machine, [one], hashOf)));
  const path = tunedPath(machine);
  const table = readTunedText(await readFile(path, 'utf8'));
  assert.type(table, 'object');
  assert.ok((await readTuned(machine, hashOf)).entries.length >= 1);
  assert.is((await readdir(dirname(path))).length, 1, 'nothing else is left');
});

test('a file to be imported is read strictly', async () => {
  const path = join(folder, 'table.json');
  await failsWith(() => readTunedFile(path), path, /no such file/);
  await writeFile(path, 'not JSON');
  await failsWith(
    () => readTunedFile(path),
    path,
    /it is no JSON; name a file that facewright tune --export has written/,
  );
  await writeFile(path, tunedText({ machine, entries: [entry()] }));
  assert.equal(await readTunedFile(path), { machine, entries: [entry()] });
});

test.run();
