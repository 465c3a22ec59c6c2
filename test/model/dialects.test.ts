// Whose names are these? The table of dialects, and one made up.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { randomStyleGan1 } from '../../dist/bench/random-weights.js';
import { type HostTensors, hostTensor } from '../../dist/graph/host-tensor.js';
import { type Dialect, renamed } from '../../dist/model/dialects/dialect.js';
import { FACEWRIGHT } from '../../dist/model/dialects/facewright.js';
import { PULSE } from '../../dist/model/dialects/pulse.js';
import { DIALECTS, readNetwork, recogniseDialect } from '../../dist/model/dialects/table.js';

const ours = randomStyleGan1(8, { fmapBase: 16, fmapMax: 4, latentSize: 8 });
const one = hostTensor([1], Float32Array.of(1));

test('the entries of the table agree with themselves', () => {
  assert.is(new Set(DIALECTS.map(({ name }) => name)).size, DIALECTS.length, 'names are unique');
  for (const { name, parts, main } of DIALECTS) {
    assert.ok(parts.includes(main), name);
    const files = parts.map(({ file }) => file);
    assert.equal(files, [...files].sort(), 'the digest of several files is that of their order');
    if (parts.length > 1) assert.ok(!files.includes(undefined), 'a part of several has a file');
  }
});

test('names are recognised, with the part that they are of', () => {
  const cases: [names: string[], dialect: Dialect | undefined, file?: string][] = [
    [['blocks.4x4.const', 'torgb.weight'], PULSE, 'synthesis.pt'],
    [['dense0.weight', 'dense7.bias'], PULSE, 'mapping.pt'],
    [['mean', 'std'], PULSE, 'gaussian_fit.pt'],
    [[...ours.keys()], FACEWRIGHT],
    [['synthesis.blocks.4x4.const', 'notes'], FACEWRIGHT],
    [['mean', 'dense0.weight'], undefined],
    [['blocks.4x4.const', 'optimizer'], undefined],
    [['g_ema.conv1.weight'], undefined],
  ];
  for (const [names, dialect, file] of cases) {
    const found = recogniseDialect(names);
    assert.is(found?.dialect, dialect, names.join());
    assert.is(found?.part.file, file, names.join());
  }
});

test("PULSE's parts get prefixes, and our own names stay", () => {
  const names = (tensors: HostTensors) => [...tensors.keys()];
  const [fit, mapping, synthesis] = PULSE.parts;
  assert.equal(names(fit.translate(new Map([['mean', one]]))), ['gaussian_fit.mean']);
  assert.equal(names(mapping.translate(new Map([['dense0.bias', one]]))), ['mapping.dense0.bias']);
  assert.equal(names(synthesis.translate(new Map([['torgb.bias', one]]))), ['synthesis.torgb.bias']);
  assert.equal(names(synthesis.translate(new Map([['synthesis.torgb.bias', one]]))), ['synthesis.torgb.bias']);
  assert.equal(FACEWRIGHT.main.translate(ours), ours);
});

test('a network from translated names; the epsilon is what the file says, or the dialect', () => {
  const pulse = renamed(ours, (name) => name.slice('synthesis.'.length));
  const tensors = PULSE.main.translate(pulse);
  assert.is(readNetwork('x', { dialect: 'PULSE', tensors, metadata: {} }).normEpsilon, 1e-5);
  const metadata = { norm_epsilon: '1e-8' };
  const network = readNetwork('x', { dialect: 'facewright', tensors, metadata });
  assert.is(network.normEpsilon, 1e-8);
  assert.is(network.kind, FACEWRIGHT.kind);
  assert.throws(
    () => readNetwork('x', { dialect: 'facewright', tensors, metadata: { norm_epsilon: 'small' } }),
    /^x: its norm_epsilon is "small"; expected a small number$/,
  );
});

test('names that nobody knows are refused by what is missing', () => {
  assert.throws(
    () => readNetwork('faces.pt', { dialect: undefined, tensors: new Map([['g_ema.x', one]]), metadata: {} }),
    /^faces\.pt: not a StyleGAN1: 1 tensors, none named synthesis\.blocks\.4x4\.const \(the first is g_ema\.x\)/,
  );
});

test('a new dialect is one entry', () => {
  const part = {
    recognises: (names: readonly string[]) => names.includes('GENERATOR/const'),
    translate: (tensors: HostTensors) =>
      renamed(tensors, (name) => name.replace('GENERATOR/', 'synthesis.blocks.4x4.')),
  };
  const made: Dialect = { ...FACEWRIGHT, name: 'made up', parts: [part], main: part };
  const found = recogniseDialect(['GENERATOR/const'], [...DIALECTS, made]);
  assert.is(found?.dialect, made);
  assert.ok(found?.part.translate(new Map([['GENERATOR/const', one]])).has('synthesis.blocks.4x4.const'));
});

test.run();
