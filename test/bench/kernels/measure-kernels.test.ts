// A whole run over a tiny network: what is measured, what is refused, what is told.

import * as assert from 'uvu/assert';
import { type BenchDevice, openBenchDevice } from '../../../dist/bench/kernels/bench-device.js';
import { stepKernels } from '../../../dist/bench/kernels/cases.js';
import { kernelsText, samplesCsv } from '../../../dist/bench/kernels/kernels-text.js';
import {
  type KernelsEvent,
  type KernelsRequest,
  measureKernels,
  openOracle,
} from '../../../dist/bench/kernels/measure-kernels.js';
import { searchStep, shapedModel } from '../../../dist/bench/search-step.js';
import { adapterSuite } from '../../skip.js';

const test = adapterSuite<{ bench: BenchDevice; request: KernelsRequest }>('kernels of a step');

const model = shapedModel({
  name: 'tiny',
  kind: 'stylegan2',
  resolution: 8,
  fmapBase: 64,
  fmapMax: 12,
  targetSize: 4,
});

test.before(async (context) => {
  context.bench = await openBenchDevice({ adapter: process.env.FACEWRIGHT_ADAPTER });
  context.request = { model, batch: 2, samples: 3, budget: 0, oracle: openOracle() };
});
test.after(({ bench, request: { oracle } }) => {
  bench.close();
  if ('engine' in oracle) oracle.engine.close();
});

test('kernels that match are measured, with their errors, and others are not', async ({ bench, request }) => {
  const events: KernelsEvent[] = [];
  const filter = 'demodulat|lrelu';
  const report = await measureKernels(bench, { ...request, filter }, (event) => events.push(event));
  const { cases, dispatches } = stepKernels(searchStep(model, 2), bench.kernelDevice);
  const expected = cases.filter(({ kernel }) => /demodulat|lrelu/.test(kernel));
  assert.ok(expected.length > 3);
  assert.is(report.kernels.length, expected.length);
  assert.is(report.dispatches, dispatches);
  assert.equal(report.skipped, []);
  assert.is(report.head.filter, filter);
  assert.match(report.head.dawn, /^\d+\.\d+/);
  for (const { kernel, warm, cold, workgroups, error, alternative } of report.kernels) {
    for (const { samples, median } of [warm, cold]) assert.ok(samples.length === 3 && median > 0, kernel);
    assert.is(workgroups % 2, 0, kernel);
    assert.ok(error !== undefined && error < 1e-5, `${kernel} ${error}`);
    assert.is(alternative, undefined);
  }
  const shares = report.kernels.map(({ share }) => share);
  assert.equal(
    shares,
    shares.toSorted((a, b) => b - a),
  );
  assert.ok(Math.abs(shares.reduce((sum, share) => sum + share) - 1) < 1e-9);
  assert.equal(
    events.map(({ type }) => type),
    ['started', ...expected.map(() => 'measured')],
  );
  assert.equal(JSON.parse(JSON.stringify(report)), report);
  assert.match(kernelsText(report), /kernels that match “demodulat\|lrelu”/);
  assert.is(samplesCsv(report).trim().split('\n').length, 1 + 6 * expected.length);
});

test('the variants of a convolution are listed beside the one that runs', async ({ bench, request }) => {
  // Not Winograd's form, of which lavapipe takes ten seconds and more to compile each.
  const filter = '^conv_down_(broadcast|tiled)';
  const { kernels, seconds } = await measureKernels(bench, { ...request, filter, variants: true });
  const running = kernels.filter(({ alternative }) => !alternative);
  const others = kernels.filter(({ alternative }) => alternative);
  assert.ok(running.length > 0);
  assert.ok(others.length > 0 || bench.kernelDevice.subgroups?.[1] !== 8);
  for (const { kernel, error, shape, share, n, warm } of others) {
    assert.not(running.some((one) => one.kernel === kernel));
    assert.ok(running.some((one) => one.shape === shape && one.n === n));
    assert.ok(error! < 1e-5);
    assert.is(share, (n * warm.median) / seconds);
  }
  assert.ok(Math.abs(seconds - running.reduce((sum, { n, warm }) => sum + n * warm.median, 0)) < 1e-12);
});

test('what does not fit the adapter is listed with the reason; without the native engine there are no errors', async ({
  bench,
  request,
}) => {
  const { limits } = bench.device;
  const small = {
    minStorageBufferOffsetAlignment: limits.minStorageBufferOffsetAlignment,
    maxBufferSize: limits.maxBufferSize,
    maxStorageBufferBindingSize: limits.maxStorageBufferBindingSize,
  };
  const device = new Proxy(bench.device, {
    get(target, name) {
      if (name === 'limits') return small;
      const value = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  const events: KernelsEvent[] = [];
  const oracle = { missing: 'the addon is not built' };
  const report = await measureKernels(
    { ...bench, device },
    { ...request, filter: 'keep_if|bicubic_losses', oracle },
    (event) => {
      events.push(event);
      // The ceilings' own data are large; from now on the adapter binds 1 KiB.
      if (event.type === 'started') small.maxStorageBufferBindingSize = 1024;
    },
  );
  const skipped = report.skipped.find(({ kernel }) => kernel === 'keep_if')!;
  assert.match(skipped.reason, /^keep_if: \w+ takes 1 MiB and this adapter binds at most 1 MiB; a smaller --batch/);
  const best = report.kernels.find(({ kernel }) => kernel === 'bicubic_losses')!;
  assert.is(best.error, undefined);
  assert.match(kernelsText(report), /^errors +not measured: the addon is not built$/m);
  assert.ok(events.some(({ type }) => type === 'skipped'));
  assert.match(kernelsText(report), /^not measured: keep_if /m);
});

test('a filter that nothing matches is refused, with the names that there are', async ({ bench, request }) => {
  const refused = await measureKernels(bench, { ...request, filter: 'conv5x5' }).catch(String);
  assert.match(String(refused), /conv5x5: no kernel of a step of tiny has that in its name or shape; there are add/);
});

test.run();
