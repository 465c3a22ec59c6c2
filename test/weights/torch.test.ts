import { readFile } from 'node:fs/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { float32Values, type HostTensors } from '../../dist/graph/host-tensor.js';
import { parseSafetensors } from '../../dist/weights/safetensors.js';

import { goldenTest } from '../goldens.js';
import {
  bytesOf,
  call,
  dict,
  f32,
  global,
  int,
  list,
  long,
  NONE,
  pickle,
  type StorageData,
  type TensorSpec,
  tensor,
  text,
  torchLegacy,
  torchZip,
  tuple,
  u64,
  zip,
} from './assemble.js';
import { readAll } from './read-all.js';
import { refuses, SOURCE } from './refuses.js';

/** A golden file's tensors. */
async function readGolden(path: string): Promise<HostTensors> {
  return readAll(await readFile(path), path);
}

/** The tensor `x` as both containers give it; that they agree is asserted. */
function readBoth(spec: TensorSpec, storages: StorageData, elementBytes = 4): readonly number[] {
  const object = dict({ x: tensor(spec) });
  const fromZip = readAll(torchZip(object, storages), SOURCE).get('x');
  const fromLegacy = readAll(torchLegacy(object, storages, elementBytes), SOURCE).get('x');
  assert.equal(fromZip, fromLegacy);
  assert.equal(fromZip?.shape, spec.shape);
  return [...float32Values(fromZip!)];
}

const SIX = { 0: f32(0, 1, 2, 3, 4, 5) };

const containers = ['stylegan1/synthesis.pt', 'stylegan1/synthesis.legacy.pt'];
goldenTest(test, 'both containers of the golden network are equal', containers, async (...paths) => {
  const [zipped, legacy] = await Promise.all(paths.map(readGolden));
  assert.is(zipped!.size, 67);
  assert.equal([...zipped!.keys()], [...legacy!.keys()]);
  for (const [name, { shape, data }] of zipped!) {
    assert.equal(legacy!.get(name)?.shape, shape);
    assert.ok(Buffer.from(data.buffer).equals(Buffer.from(legacy!.get(name)!.data.buffer)), name);
  }
  assert.equal(zipped!.get('blocks.4x4.const')?.shape.slice(2), [4, 4]);
});

const fits = ['stylegan1/gaussian_fit.pt', 'stylegan1/mapping.safetensors'];
goldenTest(test, 'the golden fit has the values that Python saved elsewhere', fits, async (fit, elsewhere) => {
  const tensors = await readGolden(fit);
  const expected = parseSafetensors(await readFile(elsewhere), elsewhere).tensors;
  assert.equal(tensors.get('mean')?.data, expected.get('fit_mean')?.data);
  assert.equal(tensors.get('std')?.data, expected.get('fit_std')?.data);
});

goldenTest(test, "the original project's own file", ['real/pulse-gaussian_fit.pt'], async (path) => {
  const tensors = await readGolden(path);
  const meanOf = (name: string) => float32Values(tensors.get(name)!).reduce((sum, x) => sum + x, 0) / 512;
  assert.ok(Math.abs(meanOf('mean') + 0.269) < 1e-3);
  assert.ok(Math.abs(meanOf('std') - 0.481) < 1e-3);
});

test('strides, offsets and sides of zero and one', () => {
  assert.equal(readBoth({ count: 6, shape: [2, 3], strides: [3, 1] }, SIX), [0, 1, 2, 3, 4, 5]);
  assert.equal(readBoth({ count: 6, shape: [3, 2], strides: [1, 3] }, SIX), [0, 3, 1, 4, 2, 5]);
  assert.equal(readBoth({ count: 6, offset: 1, shape: [2, 2], strides: [3, 1] }, SIX), [1, 2, 4, 5]);
  assert.equal(readBoth({ count: 6, offset: 5, shape: [], strides: [] }, SIX), [5]);
  assert.equal(readBoth({ count: 6, shape: [2, 2], strides: [0, 1] }, SIX), [0, 1, 0, 1]);
  assert.equal(readBoth({ count: 6, offset: 2, shape: [1, 4], strides: [77, 1] }, SIX), [2, 3, 4, 5]);
  assert.equal(readBoth({ count: 6, offset: 600, shape: [3, 0], strides: [1, 1] }, SIX), []);
  assert.equal(readBoth({ count: 6, shape: [1, 2, 3], strides: [6, 1, 2] }, SIX), [0, 2, 4, 1, 3, 5]);
});

test('number formats', () => {
  const spec = { count: 2, shape: [2], strides: [1] };
  assert.equal(readBoth({ ...spec, type: 'Half' }, { 0: bytesOf(0, 0x3e, 0, 0xbc) }, 2), [1.5, -1]);
  assert.equal(readBoth({ ...spec, type: 'BFloat16' }, { 0: bytesOf(0xc0, 0x3f, 0x80, 0xbf) }, 2), [1.5, -1]);
  assert.equal(readBoth({ ...spec, type: 'Double' }, { 0: new Uint8Array(Float64Array.of(0.1, 2).buffer) }, 8), [
    Math.fround(0.1),
    2,
  ]);
  assert.equal(readBoth({ ...spec, type: 'Long' }, { 0: bytesOf(u64(5), '\xff'.repeat(8)) }, 8), [5, -1]);
  assert.equal(readBoth({ ...spec, type: 'Int' }, { 0: bytesOf(int(3).subarray(1), int(-3).subarray(1)) }, 4), [3, -3]);
  assert.equal(readBoth({ ...spec, type: 'Short' }, { 0: bytesOf(1, 0, 0xff, 0xff) }, 2), [1, -1]);
  assert.equal(readBoth({ ...spec, type: 'Char' }, { 0: bytesOf(1, 0xff) }, 1), [1, -1]);
  assert.equal(readBoth({ ...spec, type: 'Byte' }, { 0: bytesOf(1, 0xff) }, 1), [1, 255]);
  assert.equal(readBoth({ ...spec, type: 'Bool' }, { 0: bytesOf(1, 0) }, 1), [1, 0]);
});

test('halves stay halves, also where strides put them in another order', () => {
  const storages = { 0: bytesOf(0, 0x3e, 0, 0xbc, 1, 0) };
  for (const [type, dtype] of [
    ['Half', 'f16'],
    ['BFloat16', 'bf16'],
  ] as const) {
    const read = (strides: number[], shape: number[]) =>
      readAll(torchZip(dict({ x: tensor({ count: 3, type, shape, strides }) }), storages), SOURCE).get('x');
    assert.equal(read([1], [3]), { shape: [3], dtype, data: Uint16Array.of(0x3e00, 0xbc00, 1) });
    assert.equal(read([1, 2], [2, 1]), { shape: [2, 1], dtype, data: Uint16Array.of(0x3e00, 0xbc00) });
    assert.equal(read([0, 2], [2, 2]), { shape: [2, 2], dtype, data: Uint16Array.of(0x3e00, 1, 0x3e00, 1) });
  }
});

test('tensors may share a storage; old storages may be views of others', () => {
  const spec = { count: 6, shape: [3], strides: [1] };
  const object = dict({ a: tensor(spec), b: tensor({ ...spec, offset: 3 }), c: tensor({ ...spec, offset: 1 }) });
  for (const file of [torchZip(object, SIX), torchLegacy(object, SIX)]) {
    const tensors = readAll(file, SOURCE);
    assert.equal([...tensors.get('b')!.data], [3, 4, 5]);
    tensors.get('b')!.data.fill(9);
    assert.equal([...tensors.get('c')!.data], [1, 2, 3], 'tensors do not share memory');
  }
  assert.equal(readBoth({ ...spec, view: [2, 4], offset: 1 }, SIX), [3, 4, 5]);
});

test('parameters, an OrderedDict with _metadata, dicts within, and entries that are no tensors', () => {
  const x = tensor({ count: 6, shape: [6], strides: [1] });
  const hooks = call('collections', 'OrderedDict');
  const parameter = call('torch._utils', '_rebuild_parameter', x, bytesOf(0x88), hooks);
  const versions = dict({ _metadata: dict({ '': dict({ version: int(1) }) }) });
  const inner = bytesOf(
    call('collections', 'OrderedDict'),
    '(',
    text('w'),
    parameter,
    text('epoch'),
    int(3),
    'u',
    versions,
    'b',
  );
  const size = call('torch', 'Size', tuple(int(1)));
  const object = dict({ g_ema: inner, latent_avg: x, args: list(int(1)), note: text('hello'), size });
  const tensors = readAll(torchZip(object, SIX), SOURCE);
  assert.equal([...tensors.keys()], ['g_ema.w', 'latent_avg']);
  assert.equal([...tensors.get('g_ema.w')!.data], [0, 1, 2, 3, 4, 5]);
});

test('tensors that reach beyond their storage, or have impossible shapes', () => {
  const cases: [spec: Omit<TensorSpec, 'count'>, expected: RegExp][] = [
    [{ shape: [7], strides: [1] }, /shape \[7\] in it reaches to element 6 of a storage of 6/],
    [{ shape: [2, 3], strides: [4, 1] }, /reaches to element 6/],
    [{ offset: 6, shape: [], strides: [] }, /reaches to element 6/],
    [{ offset: 2 ** 53 - 1, shape: [2], strides: [2 ** 53 - 1] }, /reaches to element/],
    [{ shape: [2 ** 52, 4], strides: [0, 0] }, /impossible shape/],
    [{ shape: Array(40).fill(1), strides: Array(40).fill(1) }, /impossible shape/],
    [{ offset: -1, shape: [1], strides: [1] }, /impossible offset or strides/],
    [{ shape: [2], strides: [-1] }, /impossible offset or strides/],
    [{ shape: [2], strides: [1, 1] }, /impossible offset or strides/],
    [{ view: [4, 3], shape: [1], strides: [1] }, /a view of the storage 0 reaches beyond it/],
    [{ view: [2, 2], shape: [3], strides: [1] }, /reaches to element 2 of a storage of 2/],
  ];
  for (const [spec, expected] of cases) {
    const object = dict({ x: tensor({ count: 6, ...spec }) });
    refuses(() => readAll(torchZip(object, SIX), SOURCE), expected);
    refuses(() => readAll(torchLegacy(object, SIX), SOURCE), expected);
  }
});

test('a small file cannot ask for much memory', () => {
  const object = dict({ x: tensor({ count: 6, shape: [1e6, 1e6], strides: [0, 0] }) });
  refuses(() => readAll(torchZip(object, SIX), SOURCE), /makes 1000000000000 elements of a storage of 6/);
  const claims = dict({ x: tensor({ count: 2 ** 40, shape: [2 ** 40], strides: [1] }) });
  refuses(() => readAll(torchZip(claims, SIX), SOURCE), /has 24 bytes where its tensors expect 4398046511104/);
  refuses(() => readAll(torchLegacy(claims, SIX), SOURCE), /has 6 elements where its tensors expect 1099511627776/);
});

test('dicts that contain themselves end', () => {
  const cyclic = bytesOf('}q', 9, text('again'), 'h', 9, 's', text('more'), 'h', 9, 's');
  refuses(() => readAll(torchZip(cyclic, {}), SOURCE), /holds no tensors/);
  const entries = Array.from({ length: 100 }, (_, i) => bytesOf(text(`${i}`), 'h', 9));
  refuses(() => readAll(torchZip(bytesOf('}q', 9, '(', ...entries, 'u'), {}), SOURCE), /more than 100000 entries/);
  const long = dict({ ['n'.repeat(600)]: dict({ ['m'.repeat(600)]: tensor({ count: 6, shape: [6], strides: [1] }) }) });
  refuses(() => readAll(torchZip(long, SIX), SOURCE), /names something with 1201 characters/);
});

test('storages that do not match', () => {
  const x = tensor({ count: 6, shape: [6], strides: [1] });
  const object = dict({ x });
  refuses(() => readAll(torchZip(object, {}), SOURCE), /no entry w\/data\/0/);
  refuses(() => readAll(torchZip(object, { 0: f32(1) }), SOURCE), /storage 0 has 4 bytes where its tensors expect 24/);
  refuses(() => readAll(torchLegacy(object, {}), SOURCE), /lacks some of its tensors/);
  refuses(() => readAll(torchLegacy(object, { 0: f32(1) }), SOURCE), /has 1 elements where its tensors expect 6/);
  refuses(() => readAll(torchLegacy(object, { ...SIX, 1: f32(1) }), SOURCE), /does not match its tensors/);
  refuses(() => readAll(bytesOf(torchLegacy(object, SIX), 'more'), SOURCE), /4 bytes follow its last tensor/);
  const half = tensor({ count: 6, type: 'Half', shape: [6], strides: [1] });
  refuses(() => readAll(torchZip(dict({ x, half }), SIX), SOURCE), /storage 0 is described in two ways/);
  const odd = bytesOf('}', text('x'), text('id'), 'Q', 's');
  refuses(() => readAll(torchZip(odd, SIX), SOURCE), /referred to in an unknown way/);
  const bare = call('torch._utils', '_rebuild_tensor_v2', bytesOf(NONE), long(0), tuple(), tuple());
  refuses(() => readAll(torchZip(dict({ x: bare }), SIX), SOURCE), /a tensor in it has no storage/);
});

test('other contents of the two containers', () => {
  const object = dict({ x: tensor({ count: 6, shape: [6], strides: [1] }) });
  refuses(() => readAll(torchZip(object, SIX, { 'w/constants.pkl': pickle(')') }), SOURCE), /a TorchScript program/);
  refuses(() => readAll(torchZip(object, SIX, { 'w/byteorder': bytesOf('big') }), SOURCE), /big-endian/);
  refuses(() => readAll(torchZip(object, SIX, { 'v/data.pkl': pickle(')') }), SOURCE), /more than one data\.pkl/);
  refuses(() => readAll(zip({ 'a.txt': bytesOf('hello') }), SOURCE), /a zip archive without PyTorch weights/);
  refuses(() => readAll(zip({ 'p/synthesis.pt': bytesOf('x') }), SOURCE), /that holds p\/synthesis\.pt: unpack it/);
  assert.is(readAll(torchZip(object, SIX, { 'w/byteorder': bytesOf('little') }), SOURCE).size, 1);
  refuses(() => readAll(torchZip(list(int(1)), {}), SOURCE), /holds no tensors/);
  refuses(() => readAll(torchZip(dict({}), {}), SOURCE), /holds no tensors/);
  refuses(() => readAll(pickle(dict({ a: int(1) })), SOURCE), /holds no tensors/);
  const magic = torchLegacy(object, SIX).subarray(0, 15);
  refuses(() => readAll(bytesOf(magic, pickle(int(1002))), SOURCE), /not of the version/);
  refuses(() => readAll(bytesOf(magic, pickle(int(1001)), pickle('}')), SOURCE), /big-endian/);
});

test('hostile pickles are refused by the name of what they want to run', () => {
  const attacks = [
    call('os', 'system', text('touch owned')),
    bytesOf(0x8c, 2, 'os', 0x8c, 6, 'system', 0x93, tuple(text('touch owned')), 'R'),
    call('builtins', 'eval', text('1')),
    bytesOf(global('torch', 'load'), ')R'),
  ];
  for (const attack of attacks) {
    const expected = /its pickle names (os\.system|builtins\.eval|torch\.load) at byte \d+, /;
    refuses(() => readAll(torchZip(dict({ x: attack }), {}), SOURCE), expected);
    refuses(() => readAll(torchLegacy(dict({ x: attack }), {}), SOURCE), expected);
    refuses(() => readAll(pickle(attack), SOURCE), expected);
  }
  refuses(() => readAll(torchZip(call('torch', 'FloatStorage', int(9)), {}), SOURCE), /calls torch\.FloatStorage/);
});

test.run();
