// What was measured, as people and programs read it.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { KernelFigures, KernelsReport } from '../../../dist/bench/kernels/kernels-report.js';
import { headLines, kernelsTable, kernelsText, legend, samplesCsv } from '../../../dist/bench/kernels/kernels-text.js';
import { withShares } from '../../../dist/bench/kernels/measure-kernels.js';
import { kernelFilter, shortShape } from '../../../dist/bench/kernels/select.js';
import { timingOf } from '../../../dist/bench/kernels/time.js';

const figures = (kernel: string, microseconds: number, more: Partial<KernelFigures> = {}): KernelFigures => ({
  ...{
    kernel,
    shape: `${kernel} [1, 64, 32, 32] → [1, 8, 64, 64]`,
    overrides: {},
    n: 1,
    workgroups: 64,
    flop: 0,
    bytes: 4096,
  },
  warm: timingOf([0.9, 1, 1.2].map((factor) => factor * microseconds * 1e-6)),
  cold: timingOf([2 * microseconds * 1e-6]),
  ...{ share: 0, bound: 'latency' },
  ...more,
});

const report: KernelsReport = {
  format: 'facewright kernels 1',
  head: {
    ...{ adapter: 'A GPU', driver: 'Driver 1.2', backend: 'vulkan', software: false, platform: 'linux-x64' },
    ...{
      dawn: '0.6.2',
      facewright: '0.1.0',
      node: '22.1.0',
      date: '2026-01-02T03:04:05.678Z',
      model: '1024',
      batch: 4,
    },
    clock: { kind: 'timestamps', quantum: 32e-9 },
    drift: { first: 2e-3, last: 2.1e-3, ratio: 1.07 },
    oracle: { engine: 'native on a processor, avx2, 8 threads' },
  },
  ceilings: { fma: 4e13, copy: 9e11, launch: 4.2e-6 },
  ...{ dispatches: 258, pipelines: 172, flop: 110e9, bytes: 3.84e9, skipped: [] },
  ...withShares([
    figures('blur', 20, { n: 2, bytes: 12e6, error: 3.4e-8 }),
    figures('conv3x3_tiled', 160, { flop: 4.8e9, bytes: 8e6, error: 0 }),
    figures('conv3x3_new', 80, { flop: 4.8e9, bytes: 8e6, alternative: true, unchecked: 'out of memory' }),
  ]),
};

test('shares are of what runs, and the largest come first', () => {
  assert.is(report.seconds.toFixed(9), '0.000200000');
  assert.equal(
    report.kernels.map(({ kernel, share }) => [kernel, share.toFixed(3)]),
    [
      ['conv3x3_tiled', '0.800'],
      ['conv3x3_new', '0.400'],
      ['blur', '0.200'],
    ],
  );
});

test('the table', () => {
  assert.is(
    kernelsTable(report),
    [
      'kernel         shape                             n  groups  µs warm   [quartiles]  cold   share  TFLOP/s  of FMA  GB/s  of copy    bound  error',
      'conv3x3_tiled  conv3x3_tiled 64×32×32 → 8×64×64  1      64      160    [152, 176]   320    80 %     30.0    75 %  50.0    5.6 %  latency      0',
      '(conv3x3_new)  conv3x3_new 64×32×32 → 8×64×64    1      64     80.0  [76.0, 88.0]   160  (40 %)     60.0   150 %   100     11 %  latency',
      'blur           blur 64×32×32 → 8×64×64           2      64     20.0  [19.0, 22.0]  40.0    20 %                    600     67 %  latency   3e-8',
    ].join('\n'),
  );
});

test('the lines above it', () => {
  const head = headLines(report);
  for (const line of [
    'adapter   A GPU',
    'driver    Driver 1.2, vulkan, linux-x64',
    'versions  facewright 0.1.0, Dawn of webgpu 0.6.2, Node 22.1.0',
    'measured  a search step of 1024, 4 pictures: all kernels; 2026-01-02T03:04:05.678Z',
    'step      258 launches, 172 pipelines, 110 GFLOP, 3.84 GB at least',
    'clock     timestamps of the device, not rounded; smallest difference seen 32 ns',
    'ceilings  40.0 TFLOP/s of f32 multiply-adds, 900 GB/s copied, 4.20 µs to launch nothing',
    'drift     a control kernel took 2000 µs first and 2100 µs last; its slowest time is 1.07 × its fastest',
    'errors    against native on a processor, avx2, 8 threads',
  ]) {
    assert.ok(head.split('\n').includes(line), `${line}\nis not in\n${head}`);
  }
  const wall = { ...report, head: { ...report.head, clock: { kind: 'wall', quantum: 1e-6 } as const } };
  assert.match(headLines(wall), /^clock +wall clock, since this adapter has no timestamps: .* 1000 ns$/m);
});

test('brackets are explained where there are any', () => {
  assert.match(legend(report), /^\(in brackets\): could run instead/m);
  assert.not.match(legend({ kernels: report.kernels.filter(({ alternative }) => !alternative) }), /brackets/);
});

test('what has no error says why', () => {
  assert.match(kernelsText(report), /^no error of conv3x3_new conv3x3_new 64×32×32 → 8×64×64: out of memory$/m);
});

test('every sample is a row of the CSV', () => {
  const rows = samplesCsv(report).trim().split('\r\n');
  assert.is(rows[0], 'kernel,shape,n,mode,sample,seconds');
  assert.is(rows.length, 1 + 3 * 4);
  assert.match(rows[1], /^conv3x3_tiled,"conv3x3_tiled \[1, 64, 32, 32\] → \[1, 8, 64, 64\]",1,warm,1,0\.00014/);
  assert.match(rows[4], /,cold,1,0\.0003(?:2|1999)/);
});

test('filters match names and shapes, as text and as patterns', () => {
  const one = { kernel: 'conv3x3_tiled', shape: 'conv3x3 adjoint [1, 128, 32, 32] → [1, 64, 32, 32]' };
  for (const text of [
    'CONV3',
    'conv3x3_t',
    'conv3x3.*128x32',
    'adjoint [1, 128',
    '128×32×32 → 64',
    'tiled.*64×32×32$',
    '',
    'blur|conv',
  ]) {
    assert.ok(kernelFilter(text)(one), text);
  }
  for (const text of ['conv_up', '[1, 256', '^adjoint', '64×64×64']) assert.not(kernelFilter(text)(one), text);
  assert.is(shortShape(one.shape), 'conv3x3 adjoint 128×32×32 → 64×32×32');
});

test.run();
