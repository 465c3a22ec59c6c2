// What is answered about the choices at a shape, and what goes from one machine to another.

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { searchStep, shapedModel } from '../../../dist/bench/search-step.js';
import { readBudget } from '../../../dist/bench/tune/budget.js';
import { explain, readQuestion } from '../../../dist/bench/tune/explain.js';
import { exportTuned, importTuned } from '../../../dist/bench/tune/transfer.js';
import { tuneCases } from '../../../dist/bench/tune/tune-cases.js';
import { entriesTable, explanationText, summaryText } from '../../../dist/cli/tune/tell-tune.js';
import { readTunedText, type TunedEntry } from '../../../dist/engine/webgpu/tuned.js';
import type { KernelDevice } from '../../../dist/engine/webgpu/variants.js';
import { readShaders } from '../../../dist/node/paths.js';
import { keepTuned, kernelHashes, readTuned } from '../../../dist/node/tuned.js';
import { failsWith, temporaryFolder } from '../../image/help.js';

const test = suite('what is said of tuning, and taken elsewhere');
const shaders = await readShaders();
const hashOf = kernelHashes(shaders);
const machine = { adapter: 'made up', driver: 'd 1', backend: 'vulkan', dawn: '0.6.2' };
const device: KernelDevice = { subgroups: [8, 8], f16: false, workgroupMemory: 16_384, measured: () => undefined };
const tiny = { name: 'tiny', kind: 'stylegan1' as const, resolution: 32, fmapBase: 256, fmapMax: 32, targetSize: 8 };
const cases = tuneCases(searchStep(shapedModel(tiny), 1), device);
const conv = cases.filter(({ op, shape }) => op === 'conv3x3' && shape.h === 16);

const folder = temporaryFolder();
let folders = 0;
test.before.each(() => {
  process.env.XDG_CACHE_HOME = join(folder, String(folders++));
});

/** An entry for a case in which the choice with that number was so many times as fast. */
function entry({ op, shape, choices }: (typeof cases)[number], number: number, ratio: number): TunedEntry {
  const [usual, other] = [choices[0], choices[number]];
  return {
    op,
    shape: { ...shape },
    batch: 4,
    usual: { ...usual, seconds: 1e-3 },
    rival: { ...other, seconds: 1e-3 / ratio, ratio, interval: [ratio - 0.02, ratio + 0.02] },
    kept: ratio > 1.04,
    kernels: Object.fromEntries([usual, other].map(({ kernel }) => [kernel, hashOf(kernel)!])),
    tried: choices.slice(1, 4).map((choice, index) => ({ ...choice, seconds: (2 + index) * 1e-3 })),
    date: '2026-11-29T12:00:00.000Z',
  };
}

test('a question is an op and a side', async () => {
  assert.equal(readQuestion('conv3x3@64'), { op: 'conv3x3', side: 64 });
  for (const wrong of ['conv3x3', 'conv3x3@', 'conv3x3@0', 'conv3x3@64px', 'conv@64', 'toString@4', '@4']) {
    assert.throws(() => readQuestion(wrong), /must be conv1x1, conv3x3, conv_up or conv_down, @ and a side in pixels/);
  }
});

test('a budget is a time with its unit', () => {
  assert.equal(
    ['90s', '5m', '1.5h', ' 2s '].map((text) => readBudget('--budget', text)),
    [90, 300, 5400, 2],
  );
  for (const wrong of ['60', '0s', '-1s', 's', '5 m', '5d', '1e3s', '']) {
    assert.throws(() => readBudget('--budget', wrong), /must be a time with its unit, for example 90s or 5m/);
  }
});

test('of every shape with that side it is said what runs and why', () => {
  const [one] = conv;
  const why = (entries: TunedEntry[], stale: TunedEntry[] = [], tuned = true) => {
    const found = explain({ op: 'conv3x3', side: 16 }, cases, { entries, stale }, device, tuned);
    assert.is(found.length, conv.length);
    const { why: reason, runs, usual } = found[0];
    assert.equal(usual, one.choices[0]);
    return [reason, one.choices.findIndex((choice) => JSON.stringify(choice) === JSON.stringify(runs))];
  };
  assert.equal(why([]), ['unmeasured', 0]);
  assert.equal(why([entry(one, 5, 1.3)]), ['tuned', 5]);
  assert.equal(why([entry(one, 5, 1.03)]), ['unbeaten', 0]);
  assert.equal(why([entry(one, 5, 1.3)], [], false), ['not asked', 0]);
  assert.equal(why([], [entry(one, 5, 1.3)]), ['changed', 0]);
  const large = { ...entry(one, 5, 1.3), rival: { ...entry(one, 5, 1.3).rival!, tiling: { quads: 64 } } };
  assert.equal(why([large]), ['impossible', 0]);
});

test('shapes that only the table knows are answered, too', () => {
  const other = { ...entry(conv[0], 5, 1.3), shape: { ...conv[0].shape, into: 64 } };
  const found = explain({ op: 'conv3x3', side: 16 }, cases, { entries: [other], stale: [] }, device, true);
  assert.equal(
    found.map(({ n, why }) => [n, why]),
    [...conv.map(({ n }) => [n, 'unmeasured']), [0, 'tuned']],
  );
  assert.equal(explain({ op: 'conv3x3', side: 999 }, cases, { entries: [other], stale: [] }, device, true), []);
});

test('an answer reads as it should', () => {
  const [one] = conv;
  const answer = (entries: TunedEntry[], stale: TunedEntry[] = [], question = { op: 'conv3x3' as const, side: 16 }) =>
    explanationText(explain(question, cases, { entries, stale }, device, true).slice(0, 1), question, [4, 8, 16]);
  const text = answer([entry(one, 5, 1.3)]);
  assert.match(text, /^conv3x3@16, \d+ → \d+ channels(, styled)?: \d × in a step$/m);
  assert.match(
    text,
    /^ {2}possible {2}conv3x3_broadcast \(1 tiling\), conv3x3_tiled \(\d+ tilings\), conv3x3_winograd \(\d+ tilings?\)$/m,
  );
  assert.match(text, /^ {2}usual {5}conv3x3_broadcast, workgroup 8, part \d$/m);
  assert.match(text, /^ {2}runs {6}conv3x3_tiled, quads \d+, rows \d+, groups \d+, slice \d+, split \d+$/m);
  assert.match(
    text,
    /^ {2}because {3}it was measured on 2026-11-29: 1.30 \[1.28, 1.32\] times as fast as the usual one$/m,
  );
  assert.match(text, /^ {2}measured {2}4 tilings, batch 4, the fastest first:\n {5}1.00 ms {2}conv3x3_broadcast/m);
  assert.match(answer([], [entry(one, 5, 1.3)]), /a kernel has changed since it was measured on 2026-11-29/);
  assert.match(
    answer([entry(one, 5, 1.03)]),
    /nothing was faster beyond doubt on 2026-11-29: conv3x3_tiled, .* was 1.03 /,
  );
  assert.is(
    answer([], [], { op: 'conv3x3', side: 999 }),
    'the step has no conv3x3 at 999, and the table neither; its sides are 4, 8 and 16',
  );
});

test('the table of what was measured has what gained most first, and says what runs now', () => {
  const entries = [entry(cases[0], 0, 1), entry(cases[1], 2, 1.5), entry(cases[2], 2, 1.1), entry(cases[3], 1, 1.03)];
  const lines = entriesTable(entries, cases).split('\n');
  assert.match(lines[0], /^shape +launches +usual +best other +times as fast +runs now$/);
  assert.match(lines[1], / 1.50 \[1.48, 1.52\] {2}conv/);
  assert.match(lines[2], / 1.10 \[1.08, 1.12\] {2}conv/);
  assert.match(lines[3], / as usual$/);
  const summary = { entries, left: 3, before: 12e-3, after: 10e-3 };
  assert.is(
    summaryText(summary, { known: 2, path: 'x.json', seconds: 60 }),
    '4 shapes measured; 2 of them run faster now\n' +
      '2 shapes known from before; --force measures them again\n' +
      '3 shapes left: the same command again goes on, and a --budget above 60s gets further\n' +
      'the shapes that are known, in a step: 12.0 ms → 10.0 ms; kept in x.json',
  );
});

test('a table goes to a file and back, on the same machine alone', async () => {
  const file = join(folder, 'table.json');
  const nothing = await exportTuned(machine, hashOf, file, false).catch((error) => error);
  assert.match(String(nothing), /nothing was measured on made up yet; facewright tune does so first$/);
  await keepTuned(machine, [entry(cases[0], 2, 1.3), entry(cases[1], 2, 1.3)], hashOf);
  assert.is(await exportTuned(machine, hashOf, file, false), 2);
  await failsWith(() => exportTuned(machine, hashOf, file, false), file, /is there already; .*--force/);
  assert.is(await exportTuned(machine, hashOf, file, true), 2);
  assert.type(readTunedText(await readFile(file, 'utf8')), 'object');

  process.env.XDG_CACHE_HOME = join(folder, 'elsewhere');
  assert.equal(await importTuned(machine, hashOf, file, false), { taken: 2, stale: 0 });
  assert.is((await readTuned(machine, hashOf)).entries.length, 2);

  const newer = { ...machine, driver: 'd 2' };
  await failsWith(
    () => importTuned(newer, hashOf, file, false),
    file,
    /it is of another machine \(driver d 1, here d 2\), whose times are others; tune here, or .*--force/,
  );
  assert.equal((await readTuned(newer, hashOf)).entries, []);
  assert.equal(await importTuned(newer, hashOf, file, true), { taken: 2, stale: 0 });
  assert.is((await readTuned(newer, hashOf)).entries.length, 2);
  await failsWith(() => importTuned({ ...machine, dawn: '9' }, hashOf, file, false), file, /Dawn 0.6.2, here 9/);
});

test('entries of kernels that have changed are left behind', async () => {
  const file = join(folder, 'old.json');
  const [tiled, other] = [cases.find(({ op }) => op === 'conv_up')!, cases.find(({ op }) => op === 'conv1x1')!];
  await keepTuned(machine, [entry(tiled, 2, 1.3), entry(other, 1, 1.3)], hashOf);
  await exportTuned(machine, hashOf, file, false);
  process.env.XDG_CACHE_HOME = join(folder, 'changed');
  const changed = kernelHashes({ ...shaders, 'lib/tiled': `${shaders['lib/tiled']}\n` });
  assert.equal(await importTuned(machine, changed, file, false), { taken: 1, stale: 1 });
  assert.equal(
    (await readTuned(machine, changed)).entries.map(({ op }) => op),
    ['conv1x1'],
  );
  await writeFile(file, '{}');
  await failsWith(() => importTuned(machine, hashOf, file, true), file, /is no table of facewright tune/);
});

test.run();
