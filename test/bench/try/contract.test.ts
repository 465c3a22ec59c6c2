// Contracts: what is printed is complete, and what does not keep one is told. Without any device.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { contractNames, contractOf } from '../../../dist/bench/try/contract.js';
import { contractText } from '../../../dist/bench/try/contract-text.js';
import { oddOps } from '../../../dist/bench/try/odd-ops.js';
import { type OwnKernel, readOwnKernel } from '../../../dist/bench/try/own-kernel.js';
import { convolutionVariants } from '../../../dist/engine/webgpu/convolution-variants.js';
import { lower } from '../../../dist/engine/webgpu/lower.js';
import { MATRIX_KERNELS } from '../../../dist/engine/webgpu/matrix-variants.js';
import { type KernelDevice, preferring } from '../../../dist/engine/webgpu/variants.js';
import { readShaders } from '../../../dist/node/paths.js';

const test = suite('contracts');

const shaders = await readShaders();
const device = (subgroups: KernelDevice['subgroups'], kernels: readonly string[]): KernelDevice => ({
  subgroups,
  f16: false,
  workgroupMemory: 16_384,
  measured: preferring(kernels),
});

function own(as: string, text: string, set: Record<string, number> = {}): OwnKernel {
  return readOwnKernel({ file: 'mine.wgsl', text, set }, contractOf(as, shaders), shaders);
}

function changed(text: string, from: string | RegExp, to: string): string {
  const other = text.replace(from, to);
  assert.not.equal(other, text);
  return other;
}

test('there is one for every convolution and every kernel in float32', () => {
  const names = contractNames(shaders);
  for (const name of Object.keys(convolutionVariants)) assert.ok(names.includes(name), name);
  const files = Object.keys(shaders).filter((file) => !file.includes('/') && !MATRIX_KERNELS.includes(file));
  for (const name of files) assert.ok(names.includes(name), name);
});

test('what is printed keeps itself, names all that it gives, and shows a launch', () => {
  for (const name of contractNames(shaders)) {
    const contract = contractOf(name, shaders);
    const text = contractText(contract);
    assert.equal(own(name, text).faults, [], name);
    for (const { name: binding } of contract.declarations.bindings)
      assert.match(text, new RegExp(`^//.*\\b${binding}\\b`, 'm'));
    assert.match(text, /^\/\/ For example:\n\/\/ {3}\w/m, name);
    assert.match(text, `--as ${name} `);
    // Directives are found where they were.
    assert.is(text.split('\n')[0].startsWith('//!'), contract.text.startsWith('//!'), name);
  }
});

test('every kernel is checked at some shape, and nowhere twice', () => {
  for (const name of contractNames(shaders)) {
    const contract = contractOf(name, shaders);
    const eight = device(name.endsWith('_broadcast') ? [8, 8] : undefined, contract.kernels);
    const ops = oddOps(contract, eight);
    assert.ok(ops.length > 0, name);
    const launches = ops.map((op) => lower(op, eight).flatMap((dispatch) => contract.launch(op, dispatch) ?? []));
    for (const one of launches) assert.ok(one.length > 0, name);
  }
});

test('a convolution is given the same whatever variant the device would take', () => {
  for (const name of Object.keys(convolutionVariants)) {
    const contract = contractOf(name, shaders);
    const devices = [device(undefined, []), device([8, 8], [])];
    for (const op of oddOps(contract, devices[0])) {
      const [one, other] = devices.map((each) =>
        lower(op, each).flatMap((dispatch) => contract.launch(op, dispatch) ?? []),
      );
      assert.is(one.length, 1);
      const { kernel: _, groups: _groups, choice: _choice, ...given } = one[0];
      const { kernel: _other, groups: _otherGroups, choice: _otherChoice, ...givenToo } = other[0];
      assert.equal(JSON.stringify(given), JSON.stringify(givenToo));
    }
  }
});

test('an unknown name is refused, with the nearest', () => {
  assert.throws(() => contractOf('conv3x4', shaders), /there is no kernel conv3x4; did you mean conv3x3\?/);
  assert.throws(() => contractOf('nothing like it', shaders), /there are conv1x1, conv3x3, conv_up, conv_down, add, /);
  assert.throws(() => contractOf('skeletons/conv3x3', shaders), /there is no kernel/);
});

const skeleton = shaders['skeletons/conv3x3'];
const faults: readonly (readonly [string, string, Record<string, number>, RegExp])[] = [
  [
    'a binding that is not there',
    changed(skeleton, /^@group.*coefficients.*\n/m, ''),
    {},
    /mine\.wgsl does not declare the binding coefficients, which conv3x3 has: @group\(0\) @binding\(…\) var<storage, read> coefficients/,
  ],
  [
    'a binding that is not given',
    `${skeleton}\n@group(0) @binding(9) var<storage, read> more: array<f32>;`,
    {},
    /declares a binding more, which is not given; conv3x3 has x, weights, coefficients, y, factor, noise, noise_weight and bias/,
  ],
  [
    'an input that is written',
    changed(skeleton, 'read> x:', 'read_write> x:'),
    {},
    /declares x as read_write; conv3x3 has/,
  ],
  [
    'a binding that is not used',
    changed(
      changed(skeleton, 'read> bias:', 'read> bias_:'),
      /$/,
      '\n@group(0) @binding(8) var<storage, read> bias: array<f32>;',
    )
      .replace('lrelu, activate', 'lrelu')
      .replace(/^.*activated.*$/m, ''),
    {},
    /declares the binding bias and never uses it/,
  ],
  [
    'a form that it does not know',
    changed(skeleton, 'override NOISE: bool;', ''),
    {},
    /does not declare the override NOISE/,
  ],
  [
    'a given override with a value',
    changed(skeleton, 'READ: u32;', 'READ: u32 = 1;'),
    {},
    /gives the override READ a value, which the workbench gives/,
  ],
  [
    'an override without a value',
    changed(skeleton, 'WORKGROUP: u32 = 64', 'WORKGROUP: u32'),
    {},
    /WORKGROUP, which has no value: --set WORKGROUP=… gives one, or the text; the workbench gives IN, OUT, H, W, READ, /,
  ],
  [
    '--set of what is not there',
    skeleton,
    { ROWS: 4 },
    /--set ROWS=4: mine\.wgsl has no override ROWS; there is WORKGROUP$/,
  ],
  ['--set of what is given', skeleton, { H: 4 }, /--set H=4: H is given by the workbench/],
  [
    'no workgroups',
    changed(skeleton, /^\/\/! groups.*$/m, '//'),
    {},
    /does not say how many workgroups are launched; add a line such as \/\/! groups/,
  ],
  ['no entry point', changed(skeleton, /@compute.*/, ''), {}, /has no @compute @workgroup_size/],
];
for (const [what, text, set, message] of faults) {
  test(`${what} is told`, () => {
    assert.match(own('conv3x3', text, set).faults.join('\n'), message);
  });
}

test('what cannot be read at all is refused', () => {
  assert.throws(
    () => own('conv3x3', changed(skeleton, '! use map-read', '! use map-reed')),
    /there is no library map-reed.* did you mean map-read\?/,
  );
  assert.throws(
    () => own('conv3x3', changed(skeleton, '! groups ceil(', '! groups cel(')),
    /mine\.wgsl, line 2: there is no function cel/,
  );
});

test('--set changes a value of the text, and the workgroups with it', () => {
  const contract = contractOf('conv3x3', shaders);
  const [, op] = oddOps(contract, device(undefined, []));
  const [dispatch] = lower(op, device(undefined, []));
  const as = (set: Record<string, number>) => own('conv3x3', skeleton, set).launch(op, dispatch)!;
  assert.equal([as({}).groups, as({}).overrides.WORKGROUP], [[1, 5], undefined]);
  assert.equal([as({ WORKGROUP: 8 }).groups, as({ WORKGROUP: 8 }).overrides.WORKGROUP], [[5, 5], 8]);
});

test('a kernel of the engine may be cut otherwise only where its text says the workgroups', () => {
  const text = shaders.scale;
  assert.match(
    own('scale', text, { WORKGROUP: 32 }).faults.join(),
    /WORKGROUP is given by the workbench, unless \/\/! groups says/,
  );
  assert.equal(own('scale', `${text}\n//! groups ceil(PIXELS / WORKGROUP), C`, { WORKGROUP: 32 }).faults, []);
});

test.run();
