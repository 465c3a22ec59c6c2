import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { float32Values, type HostTensor, hostTensor } from '../../dist/graph/host-tensor.js';
import { parseSafetensors } from '../../dist/weights/safetensors.js';
import { readSafetensors, writeSafetensors } from '../../dist/weights/safetensors-file.js';
import { goldenTest } from '../goldens.js';
import { bytesOf, f32, u64 } from './assemble.js';
import { inTemporaryFolder, refuses, refusesLater, SOURCE } from './refuses.js';

/** A file of a header, given as JSON or as what becomes it, and data. */
function file(header: unknown, data: Uint8Array = bytesOf()): Uint8Array {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  return bytesOf(u64(json.length), json, data);
}

function parse(header: unknown, data?: Uint8Array) {
  return parseSafetensors(file(header, data), SOURCE);
}

const entry = (dtype: string, shape: unknown, ...data_offsets: unknown[]) => ({ dtype, shape, data_offsets });

/** The bit patterns of a tensor. */
function bits(tensor: HostTensor | undefined): number[] {
  return [...new Uint32Array(tensor!.data.buffer, tensor!.data.byteOffset, tensor!.data.length)];
}

test('a round trip keeps every bit, shape, name and word of metadata', async () => {
  const patterns = Uint32Array.of(0x7fc00001, 0xffffffff, 0x80000000, 1, 0x7f800000, 0x3f800000);
  const whole = new Float32Array(patterns.buffer);
  const tensors = new Map<string, HostTensor>([
    ['zeta', hostTensor([2, 3], whole)],
    ['10', hostTensor([], Float32Array.of(2))],
    ['2', hostTensor([1, 0, 4], new Float32Array(0))],
    ['__proto__', hostTensor([2], whole.subarray(1, 3))],
    ['größe "x"\n', hostTensor([1], Float32Array.of(-1))],
  ]);
  const metadata = { resolution: '128', licence: 'MIT', ['__proto__']: 'text' };
  await inTemporaryFolder(async (folder) => {
    const path = join(folder, 'w.safetensors');
    await writeSafetensors(path, tensors, metadata);
    const back = await readSafetensors(path);
    assert.equal(new Set(back.tensors.keys()), new Set(tensors.keys()));
    for (const [name, { shape, data }] of tensors) {
      assert.equal(back.tensors.get(name)?.shape, shape);
      assert.equal(bits(back.tensors.get(name)), [...new Uint32Array(data.buffer, data.byteOffset, data.length)]);
    }
    assert.equal(back.metadata, metadata);
    assert.is(Object.getPrototypeOf(back.metadata), Object.prototype);

    const bytes = await readFile(path);
    assert.is(Number(bytes.readBigUInt64LE()) % 8, 0, 'the data is aligned');
    const other = join(folder, 'other.safetensors');
    await writeSafetensors(other, new Map([...tensors].reverse()), metadata);
    assert.ok(bytes.equals(await readFile(other)), 'the order of insertion does not show');
    assert.equal((await readdir(folder)).sort(), ['other.safetensors', 'w.safetensors'], 'no temporary file stays');
  });
});

test('a file is written whole or not at all', async () => {
  await inTemporaryFolder(async (folder) => {
    const path = join(folder, 'w.safetensors');
    await writeFile(path, 'old');
    const wrong = new Map([['x', hostTensor([3], new Float32Array(2))]]);
    await refusesLater(writeSafetensors(path, wrong), /the tensor x of shape \[3\] has 2 elements/, path);
    assert.is(await readFile(path, 'utf8'), 'old');
    const reserved = new Map([['__metadata__', hostTensor([1], new Float32Array(1))]]);
    await refusesLater(writeSafetensors(path, reserved), /__metadata__/, path);

    const good = new Map([['x', hostTensor([1], new Float32Array(1))]]);
    const taken = join(folder, 'folder');
    await mkdir(join(taken, 'inside'), { recursive: true });
    await refusesLater(writeSafetensors(taken, good), /a folder of that name is in the way/, taken);
    assert.equal((await readdir(folder)).sort(), ['folder', 'w.safetensors']);
  });
});

test('every number format as float32', () => {
  const cases: [dtype: string, bytes: number[], expected: number[]][] = [
    ['F64', [0, 0, 0, 0, 0, 0, 0xf8, 0x3f], [1.5]],
    ['F32', [0, 0, 0xc0, 0xbf], [-1.5]],
    ['F16', [0, 0x3e, 1, 0, 0, 0x80, 0, 0x7c, 0xff, 0x7b, 0, 4], [1.5, 2 ** -24, -0, Infinity, 65504, 2 ** -14]],
    ['BF16', [0xc0, 0x3f, 0x80, 0xff], [1.5, -Infinity]],
    ['I64', [0xfe, 255, 255, 255, 255, 255, 255, 255, 0, 0, 0, 0, 1, 0, 0, 0], [-2, 2 ** 32]],
    ['U64', [0, 0, 0, 0, 0, 0, 0, 0x80], [2 ** 63]],
    ['I32', [0xfe, 255, 255, 255], [-2]],
    ['U32', [0, 0, 0, 0x80], [2 ** 31]],
    ['I16', [0xfe, 255], [-2]],
    ['U16', [0xfe, 255], [65534]],
    ['I8', [0xfe], [-2]],
    ['U8', [0xfe], [254]],
    ['BOOL', [0, 1], [0, 1]],
  ];
  for (const [dtype, bytes, expected] of cases) {
    const { tensors } = parse({ x: entry(dtype, [expected.length], 0, bytes.length) }, Uint8Array.from(bytes));
    const values = float32Values(tensors.get('x')!);
    assert.ok(
      expected.every((value, i) => Object.is(values[i], value)),
      dtype,
    );
  }
  const [nan] = float32Values(parse({ x: entry('F16', [1], 0, 2) }, bytesOf(0, 0x7e)).tensors.get('x')!);
  assert.ok(Number.isNaN(nan));
});

test('f32, f16 and bf16 stay what they are, and are written so; other formats become f32', async () => {
  const halves = Uint16Array.of(0x3e00, 0x7e01, 0x8000);
  const tensors = new Map<string, HostTensor>([
    ['a', { shape: [3], dtype: 'f16', data: halves }],
    ['b', { shape: [3, 1], dtype: 'bf16', data: halves }],
    ['c', hostTensor([1], Float32Array.of(0.1))],
  ]);
  await inTemporaryFolder(async (folder) => {
    const path = join(folder, 'halves.safetensors');
    await writeSafetensors(path, tensors);
    assert.equal((await readSafetensors(path)).tensors, tensors);
    assert.ok((await readFile(path)).length < 8 + 256 + 6 + 6 + 4, 'a half takes two bytes');
  });
  const { tensors: whole } = parse({ x: entry('I16', [1], 0, 2) }, bytesOf(0xfe, 255));
  assert.equal(whole.get('x'), hostTensor([1], Float32Array.of(-2)));
});

test('tensors in any order, padding, and data that is not aligned', () => {
  const header = `  ${JSON.stringify({ b: entry('F32', [1], 4, 8), a: entry('F32', [1], 0, 4) })} `;
  const { tensors, metadata } = parse(header, f32(1, 2));
  assert.is(tensors.get('a')?.data[0], 1);
  assert.is(tensors.get('b')?.data[0], 2);
  assert.equal(metadata, {});
});

test('bad headers', () => {
  const one = entry('F32', [1], 0, 4);
  const cases: [header: unknown, data: Uint8Array, expected: RegExp][] = [
    ['{', bytesOf(), /header is not a JSON object/],
    ['[]', bytesOf(), /header is not a JSON object/],
    ['null', bytesOf(), /header is not a JSON object/],
    ['', bytesOf(), /header is not a JSON object/],
    ['['.repeat(1e6), bytesOf(), /header is not a JSON object/],
    [`{"a": ${JSON.stringify(one)}, "\\u0061": ${JSON.stringify(one)}}`, f32(1), /says a twice/],
    ['{"a": {"dtype": "F32", "dtype": "F64", "shape": [1], "data_offsets": [0, 4]}}', f32(1), /says dtype twice/],
    [{ x: 3 }, bytesOf(), /tensor x is not described/],
    [{ x: null }, bytesOf(), /tensor x is not described/],
    [{ x: { ...one, dtype: 'F8_E4M3' } }, f32(1), /the dtype "F8_E4M3"; facewright reads F64, /],
    [{ x: { ...one, dtype: 'toString' } }, f32(1), /the dtype "toString"/],
    [{ x: { ...one, dtype: undefined } }, f32(1), /the dtype undefined/],
    [{ x: entry('F32', 'no', 0, 4) }, f32(1), /no proper shape/],
    [{ x: entry('F32', [-1], 0, 4) }, f32(1), /no proper shape/],
    [{ x: entry('F32', [1.5], 0, 4) }, f32(1), /no proper shape/],
    [{ x: entry('F32', [2 ** 52, 4], 0, 4) }, f32(1), /no proper shape/],
    [{ x: entry('F32', Array(40).fill(1), 0, 4) }, f32(1), /no proper shape/],
    [{ x: entry('F32', [1], 0) }, f32(1), /no proper data_offsets/],
    [{ x: entry('F32', [1], 4, 0) }, f32(1), /no proper data_offsets/],
    [{ x: entry('F32', [1], -4, 0) }, f32(1), /no proper data_offsets/],
    [{ x: entry('F32', [1], 0, 1e300) }, f32(1), /no proper data_offsets/],
    [{ x: entry('F32', [2], 0, 4) }, f32(1), /has 4 bytes where its shape and dtype need 8/],
    [{ x: entry('F32', [2 ** 40], 0, 2 ** 42) }, f32(1), /ends too early.*truncated/],
    [{ x: one }, f32(1, 2), /4 bytes follow its last tensor/],
    [{ x: one, y: one }, f32(1), /tensor y overlaps another at byte 0/],
    [{ x: one, y: entry('F32', [1], 8, 12) }, f32(1, 2, 3), /tensor y lies behind a gap at byte 8/],
    [{ __metadata__: [] }, bytesOf(), /__metadata__ .* is not a map of text to text/],
    [{ __metadata__: { resolution: 128 } }, bytesOf(), /__metadata__ .* is not a map of text to text/],
  ];
  for (const [header, data, expected] of cases) refuses(() => parse(header, data), expected);
  refuses(() => parseSafetensors(bytesOf(u64(1000), '{}'), SOURCE), /would have 1000 bytes, in a file of 10/);
  refuses(() => parseSafetensors(bytesOf('\xff'.repeat(8), '{}'), SOURCE), /header would have/);
  refuses(() => parseSafetensors(bytesOf(u64(3), '{\xff}'), SOURCE), /not UTF-8/);
  refuses(() => parseSafetensors(bytesOf('abc'), SOURCE), /ends too early/);
});

test('a name cannot reach a prototype', () => {
  const { tensors, metadata } = parse(
    '{"__metadata__": {"__proto__": "a"}, "__proto__": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}',
    f32(3),
  );
  assert.equal([...tensors.keys()], ['__proto__']);
  assert.is(Object.getPrototypeOf(metadata), Object.prototype);
  assert.is(({} as Record<string, unknown>).dtype, undefined);
});

goldenTest(test, 'a golden file, which Python wrote', ['stylegan1/mapping.safetensors'], async (path) => {
  const { tensors } = await readSafetensors(path);
  assert.equal(new Set(tensors.keys()), new Set(['z', 'w', 'fit_mean', 'fit_std']));
  assert.equal(tensors.get('w')?.shape, [4, 512]);
});

test.run();
