import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { compareReports, failuresOf } from '../../../dist/bench/compare/compare.js';
import { compareText, warningsOf } from '../../../dist/bench/compare/compare-text.js';
import { pairKernels } from '../../../dist/bench/compare/pair.js';
import type { KernelsReport } from '../../../dist/bench/kernels/kernels-report.js';
import { shortShape } from '../../../dist/bench/kernels/select.js';
import { FacewrightError } from '../../../dist/errors.js';
import { type MadeUp, madeUp as madeUpStep } from '../made-up.js';

const test = suite('bench/compare');

// Of a step, what its time goes into: intervals of everything take seconds.
const madeUp = (said: MadeUp) => madeUpStep({ keep: (kernel) => /^(?:conv|bicubic$)/.test(kernel), ...said });
const old = await madeUp({ key: 'old' });
const compared = (report: KernelsReport, force?: boolean) =>
  compareReports({ name: 'old.json', report: old }, { name: 'new.json', report }, { force });
const slowed = (factor: number, noise?: number) =>
  madeUp({ key: 'new', noise, time: ({ kernel }, seconds) => seconds * (kernel === 'conv_up_tiled' ? factor : 1) });
const UP = old.kernels.filter(({ kernel }) => kernel === 'conv_up_tiled').length;

test('what got slower is told, the worst first, and nothing else is', async () => {
  const comparison = compared(await slowed(1.25));
  const worst = comparison.kernels.slice(0, UP);
  for (const { kernel, ratio, low, high, verdict, samples } of worst) {
    assert.is(kernel, 'conv_up_tiled');
    assert.ok(
      Math.abs(ratio * 1.25 - 1) < 0.01 && low < ratio && ratio < high && high < 0.82,
      `${low} ${ratio} ${high}`,
    );
    assert.is(verdict, 'slower');
    assert.is(samples, 20);
  }
  assert.equal(
    [...comparison.kernels].sort((a, b) => a.ratio - b.ratio),
    comparison.kernels,
  );
  const { kernels, step } = failuresOf(comparison, 0.05);
  assert.equal(kernels, worst);
  const share = old.kernels.filter(({ kernel }) => kernel === 'conv_up_tiled').reduce((sum, one) => sum + one.share, 0);
  assert.ok(Math.abs(comparison.step.ratio * (1 + 0.25 * share) - 1) < 0.003);
  assert.ok(comparison.step.whole && comparison.step.verdict === 'slower');
  assert.not(step, `the step lost ${25 * share} %`);
  assert.ok(failuresOf(comparison, 0.02).step);
});

test('a loss within the bound, and one that may be noise, do not fail; a gain never does', async () => {
  const fails = async (report: Promise<KernelsReport>) => failuresOf(compared(await report), 0.05);
  assert.equal(await fails(slowed(1.03)), { kernels: [], step: false });
  assert.equal(await fails(slowed(0.5)), { kernels: [], step: false });
  assert.is((await fails(slowed(1.08))).kernels.length, UP);
  // Times that scatter by a fifth, and are the same: some medians lie far off, but hardly an interval without 1.
  const noisy = compared(await slowed(1, 0.2));
  assert.ok(noisy.kernels.some(({ ratio }) => ratio < 0.95));
  assert.ok(failuresOf(noisy, 0.05).kernels.length <= 0.05 * noisy.kernels.length);
});

test('three samples are never enough', async () => {
  const few = await madeUp({ key: 'new', samples: 3, time: (_, seconds) => 2 * seconds });
  const comparison = compared(few);
  assert.ok(comparison.kernels.every(({ verdict, ratio }) => verdict === 'unsure' && ratio < 0.6));
  assert.equal(failuresOf(comparison, 0.05).kernels, []);
  assert.match(warningsOf(comparison, 0.05).join('\n'), /kernels and shapes have fewer than 4 samples/);
});

test('a kernel in the place of another is compared with it, and what has no counterpart is listed', async () => {
  const renamed = await madeUp({
    key: 'new',
    rename: (kernel) => (kernel === 'conv3x3_tiled' ? 'conv3x3_staged' : kernel),
  });
  const without = { ...renamed, kernels: renamed.kernels.filter(({ kernel }) => kernel !== 'bicubic') };
  const comparison = compared(without);
  const replaced = comparison.kernels.filter(({ was }) => was !== undefined);
  assert.is(replaced.length, old.kernels.filter(({ kernel }) => kernel === 'conv3x3_tiled').length);
  assert.ok(replaced.every(({ was, kernel }) => was === 'conv3x3_tiled' && kernel === 'conv3x3_staged'));
  assert.equal([...new Set(comparison.onlyOld.map(({ kernel }) => kernel))], ['bicubic']);
  assert.equal(comparison.onlyNew, []);
  assert.not(comparison.step.whole);
  assert.ok(Math.abs(comparison.step.old / comparison.step.new - 1) < 0.01, 'bicubic is in neither sum');
  // Two old kernels for one new one: nobody knows which.
  const [first] = old.kernels;
  const twins = { ...old, kernels: [first, { ...first, kernel: 'twin' }] };
  const { pairs, onlyOld, onlyNew } = pairKernels(twins, { ...old, kernels: [{ ...first, kernel: 'another' }] });
  assert.equal([pairs.length, onlyOld.length, onlyNew.length], [0, 2, 1]);
});

test('a kernel that only might run is compared, but is no part of the step, takes no place and fails nothing', async () => {
  const might = (report: KernelsReport, kernel: string, factor: number): KernelsReport => {
    const [first] = report.kernels.filter((one) => one.kernel === 'conv3x3_tiled');
    const { median, samples, quartiles } = first.warm;
    const warm = { median: factor * median, samples: samples.map((one) => factor * one), quartiles };
    return { ...report, kernels: [...report.kernels, { ...first, kernel, warm, alternative: true }] };
  };
  const before = might(old, 'conv3x3_new', 1);
  const slow = compareReports(
    { name: 'old.json', report: before },
    { name: 'new.json', report: might(await slowed(1), 'conv3x3_new', 10) },
  );
  const compare = slow.kernels.find(({ kernel }) => kernel === 'conv3x3_new')!;
  assert.ok(compare.alternative && compare.verdict === 'slower' && compare.ratio < 0.11);
  assert.equal(failuresOf(slow, 0.05), { kernels: [], step: false });
  assert.ok(slow.step.whole && Math.abs(slow.step.ratio - 1) < 0.005);
  assert.match(compareText(slow), /^\(conv3x3_new\) .* \(\d+ %\)|^\(conv3x3_new\) .* \(\d\.\d %\)/m);
  // Another one that might run now is no successor of the first.
  const { pairs, onlyOld, onlyNew } = pairKernels(before, might(old, 'conv3x3_newest', 1));
  assert.equal([pairs.length, onlyOld.length, onlyNew.length], [old.kernels.length, 1, 1]);
});

test('other machines and other work are refused by name, unless it is forced', async () => {
  for (const [head, told] of [
    [{ adapter: 'Other GPU' }, /adapter: Made-up GPU 9000 and Other GPU/],
    [{ driver: '' }, /driver: made-up driver 1\.2 and none/],
    [{ backend: 'd3d12' }, /backend: vulkan and d3d12/],
    [{ model: '1024.pkl' }, /model: demo and 1024\.pkl/],
    [{ batch: 4 }, /batch: 1 and 4/],
    [{ clock: { kind: 'wall', quantum: 0 } }, /clock: timestamps and wall/],
  ] as const) {
    const other = { ...old, head: { ...old.head, ...head } };
    try {
      compared(other);
      assert.unreachable();
    } catch (error) {
      assert.instance(error, FacewrightError);
      assert.match((error as Error).message, told);
      assert.match((error as Error).message, /^old\.json and new\.json .*--force$/);
    }
    const forced = compared(other, true);
    assert.is(forced.unlike.length, 1);
    assert.match(warningsOf(forced, 0.05)[0], told);
  }
  const newer = { ...old, head: { ...old.head, dawn: '0.7.0', facewright: '0.2.0', node: '22.0.0' } };
  assert.equal(compared(newer).unlike, []);
  assert.match(compareText(compared(newer)), /Dawn 0\.6\.2.*\n.*Dawn 0\.7\.0/);
  assert.throws(
    () => compared({ ...old, kernels: [{ ...old.kernels[0], shape: 'another' }] }),
    /no kernel .* in common/,
  );
});

test('a machine that changed between or during the runs is warned of, and corrects nothing', async () => {
  const drift = { first: 1.1e-3, last: 1.1e-3, ratio: 1 };
  const changed = compared(await madeUp({ key: 'new', head: { drift } }));
  assert.ok(Math.abs(changed.control - 1.002 / 1.1) < 1e-3);
  assert.match(warningsOf(changed, 0.05).join(), /control kernel.*1\.00 ms to 1\.10 ms \(0\.91 ×\)/);
  assert.ok(Math.abs(changed.step.ratio - 1) < 0.005);
  assert.equal(warningsOf(changed, 0.2), []);
  const slow = compared({ ...(await slowed(1.25)), head: { ...old.head, drift } });
  assert.match(
    compareText(slow, { fail: 0.05 }),
    /^FAILED: .* That may be the machine: the control kernel took 1\.10 × as long/m,
  );
  const unsteady = compared(await madeUp({ head: { drift: { first: 1e-3, last: 1e-3, ratio: 1.3 } } }));
  assert.match(warningsOf(unsteady, 0.05).join(), /during the new run .* 1\.30 × apart/);
});

test('the text has a line for each that changed, and says what failed', async () => {
  const comparison = compared(await slowed(1.25));
  const text = compareText(comparison, { fail: 0.05 });
  assert.is(text.match(/slower: FAILS$/gm)?.length, UP);
  assert.match(text, /^conv_up_tiled +conv_up .* 0\.80 × +\[0\.\d+, 0\.\d+\] +slower: FAILS$/m);
  assert.match(text, new RegExp(`^FAILED: ${UP} kernels at their shapes are more than 5 % slower`, 'm'));
  assert.not.match(text, /^pixel_norm/m);
  assert.match(compareText(comparison, { fail: 0.5 }), /^passed: nothing is more than 50 % slower/m);
  const all = compareText(comparison, { all: true });
  for (const { kernel, shape } of old.kernels) {
    assert.ok(all.includes(`${kernel} `) && all.includes(shortShape(shape)), shape);
  }
  assert.not.match(all, /FAIL|passed|undefined|NaN/);
});

test.run();
