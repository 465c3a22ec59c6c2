// The check of a GPU: what it runs, and what it says of figures that are made up.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { aimsOf } from '../../../dist/bench/gpu-check/aims.js';
import { readResult } from '../../../dist/bench/gpu-check/check.js';
import { checkPage } from '../../../dist/bench/gpu-check/page.js';
import { planCheck } from '../../../dist/bench/gpu-check/plan.js';
import type { CheckedCommand, GpuCheck } from '../../../dist/bench/gpu-check/results.js';
import { optionsOf } from '../../../dist/cli/shared/option-tables.js';

/** What one command made. */
const done = (name: string, result: unknown, part = 'Searches'): CheckedCommand => ({
  ...{ name, part, result, status: 'done', seconds: 1, command: `node ${name}` },
});

const search = (precision: string, batch: number, seconds: number) =>
  done(`search ${precision}, batch ${batch}`, [
    {
      ...{ model: '1024', engine: { adapter: 'A GPU', precision }, batch, pictures: batch, steps: 100, targetSize: 32 },
      ...{ openSeconds: 1, firstSeconds: 4, batchSeconds: [2 * seconds, seconds, seconds / 2], busy: 0.1 },
    },
  ]);

const adapter = { description: 'A GPU', driver: 'its driver 1.2', software: false };

function made(commands: readonly CheckedCommand[], quick = false): GpuCheck {
  const versions = { facewright: '0.2.0', dawn: '0.6.2', node: '20.20', platform: 'linux-x64' };
  return { format: 'facewright gpu check 1', date: '2026-11-29', quick, seconds: 200, ...versions, commands };
}

const whole = made([
  done('doctor', { adapters: [adapter], chosen: 0, native: { usable: true, processor: 'A processor', processors: 8 } }),
  search('f32', 1, 0.4),
  done('pytorch', [
    { shape: '1024', precision: 'f32', batch: 1, seconds: 0.02 },
    { shape: '1024', precision: 'f16', batch: 1, seconds: 0.002 },
  ]),
  search('f16', 1, 0.3),
  search('f32', 16, 3.2),
  done('memory f32', { memory: { one: { bytes: 679e6 } } }),
  {
    ...done('conformance', { total: 300, passed: 299, skipped: 0, failed: ['webgpu: conformance  "blur 3×1"'] }),
    ...{ status: 'failed', why: 'FAIL …' },
  },
  {
    name: 'tune',
    part: 'Tuning',
    command: 'node tune',
    status: 'timed out',
    why: 'it took longer than 40 s',
    seconds: 40,
  },
]);

test('every aim stands beside its figure, met or not', () => {
  const told = new Map(aimsOf(whole).map(({ aim, figure, met }) => [aim, [figure, met]]));
  assert.equal(
    [...told],
    [
      ['100 steps at 1024 px in f32: at most 0.5 s', ['0.400 s', true]],
      ['100 steps at 1024 px in f16: at most 0.25 s', ['0.300 s', false]],
      ['a step at 1024 px in f32: at least 3 times as fast as PyTorch eager', ['5.00 times', true]],
      ['a step at 1024 px in f16: at least 3 times as fast as PyTorch eager', ['0.667 times', false]],
      ['batches of 16 at 1024 px in f32: at least 400 steps of a picture in a second', ['500', true]],
      ['memory of one picture in f32: at most 700 MB', ['679 MB', true]],
      ['memory of one picture in f16: at most 400 MB', [undefined, undefined]],
      ["the host's thread in a step, f32: at most 1 ms", ['0.400 ms', true]],
      ["the host's thread in a step, f16: at most 1 ms", ['0.300 ms', true]],
    ],
  );
});

test('the page says what was measured, on what, and what was not', () => {
  const page = checkPage(whole);
  assert.match(page, /\| GPU \| A GPU \|/);
  assert.not.match(page, /no GPU but a program/);
  assert.match(page, /\| 100 steps at 1024 px in f16: at most 0.25 s \| 0.300 s \| \*\*not met\*\* \|/);
  assert.match(page, /memory of one picture in f16: at most 400 MB \| not measured \|/);
  assert.match(page, /\| f32 \| 16 \| 3.20 s \| 32.0 ms \| 500 \| not measured \|/);
  assert.match(page, /Conformance: 299 of 300 cases passed.*\n- \*\*webgpu: conformance {2}"blur 3×1"\*\*/);
  assert.match(page, /## What was not done\n[^#]*\| tune \| timed out \| it took longer than 40 s \| `node tune` \|/);
});

test('what says nothing of a GPU says so', () => {
  const doctor = done('doctor', { adapters: [{ ...adapter, software: true }], chosen: 0, native: { usable: false } });
  assert.match(checkPage(made([doctor])), /\*\*This is no GPU but a program on the processor/);
  assert.match(checkPage(made([], true)), /\*\*Small shapes \(--quick\)/);
});

test('every command that is planned is one that there is', () => {
  for (const quick of [false, true]) {
    const plan = planCheck({ quick, adapter: 'some' });
    assert.is(new Set(plan.map(({ name }) => name)).size, plan.length);
    for (const { program, words } of plan.filter(({ program }) => program === 'facewright')) {
      const command = words[0] === 'bench' ? `bench ${words[1]}` : words[0];
      for (const word of words.filter((one) => one.startsWith('--'))) {
        assert.ok(word.slice(2) in optionsOf[command], `${program} ${words.join(' ')}: ${word}`);
      }
    }
  }
});

test('what commands print is read', () => {
  assert.equal(readResult({ program: 'facewright' }, '[{"a": 1}]\n'), [{ a: 1 }]);
  assert.is(readResult({ program: 'python' }, 'Traceback'), undefined);
  const uvu = '• ✘ \n\n   FAIL  webgpu: conformance  "blur"\n\n  Total:     2\n  Passed:    1\n  Skipped:   0\n';
  const failed = ['webgpu: conformance  "blur"'];
  assert.equal(readResult({ program: 'test' }, uvu), { total: 2, passed: 1, skipped: 0, failed });
});

test.run();
