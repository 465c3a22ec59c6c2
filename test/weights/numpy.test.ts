// NumPy's arrays in pickles, and what Python itself writes in every protocol (tools/golden-pickles.py).

import { readFile } from 'node:fs/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { float32Values, hostTensor } from '../../dist/graph/host-tensor.js';
import { parseWeights } from '../../dist/weights/read.js';
import { golden } from '../golden-values.js';
import { bytesOf, f32 } from './assemble.js';
import { numpyArray } from './networks.js';
import { Call, dictOf, Global, pickled, Tuple, type Value } from './python.js';
import { refuses, SOURCE } from './refuses.js';

const NUMBERS = Array.from({ length: 12 }, (_, at) => at / 8 - 0.5);

for (let protocol = 0; protocol <= 5; protocol++) {
  test(`what Python writes in protocol ${protocol}`, async () => {
    const { tensors, facts, format } = parseWeights(
      await readFile(golden(`pickles/python.protocol${protocol}.pkl`)),
      SOURCE,
    );
    assert.is(format, 'pickle');
    const values = (name: string) => [...float32Values(tensors.get(name)!.read())];
    for (const name of ['c', 'fortran', 'big', 'half', 'double', 'network.x/w']) {
      assert.equal(tensors.get(name)?.shape, [3, 4], name);
      assert.equal(values(name), NUMBERS, name);
    }
    assert.is(tensors.get('half')?.dtype, 'f16');
    assert.is(tensors.get('double')?.dtype, 'f32');
    assert.equal(
      values('int'),
      Array.from({ length: 12 }, (_, at) => at - 6),
    );
    assert.equal(tensors.get('slice')?.shape, [2, 3]);
    assert.equal(
      values('slice'),
      [1, 2, 3, 9, 10, 11].map((at) => NUMBERS[at]),
    );
    assert.equal(tensors.get('empty')?.shape, [0, 3]);
    assert.equal(tensors.get('network.lod')?.shape, []);
    assert.equal(values('network.lod'), [2.5]);
    // Arrays of objects and texts are no tensors, scalars outside a network's variables are facts.
    assert.is(tensors.size, 10);
    assert.equal(Object.fromEntries(facts), {
      scalar: 1.5,
      i64: -3,
      'ordered.x': 1,
      'default.q': 2,
      'namespace.lr': 0.5,
      'namespace.name': 'é😀\n\\',
      'network.version': 3,
      'network.name': 'Gs',
      'network.static_kwargs.a': 1,
      negative: -5,
      'tuple.0': 1,
      'tuple.1': 2,
      'tuple.2': 3,
      'tuple.3': 4,
      'easy.k': 'v',
    });
  });
}

const dtype = (code: string, order = '<') =>
  new Call(
    new Global('numpy', 'dtype'),
    new Tuple(code, false, true),
    new Tuple(3, order, null, null, null, -1, -1, 0),
  );

function read(value: Value) {
  const { tensors } = parseWeights(pickled(dictOf({ x: value }), 4), SOURCE);
  return tensors.get('x')!.read();
}

test('NumPy 2 has moved its modules, and protocol 5 makes arrays of buffers', () => {
  const x = hostTensor([2, 3], Float32Array.of(1, 2, 3, 4, 5, 6));
  assert.equal(read(numpyArray(x, { core: '_core' })), x);
  for (const module of ['numpy.core.numeric', 'numpy._core.numeric', 'numpy.core.multiarray']) {
    const buffer = (order: string) =>
      new Call(
        new Global(module, '_frombuffer'),
        new Tuple(f32(1, 2, 3, 4, 5, 6), dtype('f4'), new Tuple(2, 3), order),
      );
    assert.equal(read(buffer('C')), x);
    assert.equal([...read(buffer('F')).data], [1, 3, 5, 2, 4, 6]);
  }
});

test('a big-endian array of any width', () => {
  const of = (code: string, ...bytes: number[]) =>
    new Call(
      new Global('numpy.core.multiarray', '_reconstruct'),
      new Tuple(new Global('numpy', 'ndarray'), new Tuple(0), bytesOf('b')),
      new Tuple(1, new Tuple(1), dtype(code, '>'), false, bytesOf(...bytes)),
    );
  assert.equal([...read(of('i2', 1, 2)).data], [258]);
  assert.equal([...read(of('f4', 0x3f, 0x80, 0, 0)).data], [1]);
  assert.equal([...read(of('f8', 0x3f, 0xf0, 0, 0, 0, 0, 0, 0)).data], [1]);
  assert.equal([...read(of('u1', 7)).data], [7]);
});

test('arrays that contradict themselves', () => {
  const array = (shape: Value, kind: Value, data: Value) =>
    new Call(
      new Global('numpy.core.multiarray', '_reconstruct'),
      new Tuple(new Global('numpy', 'ndarray'), new Tuple(0), bytesOf('b')),
      new Tuple(1, shape, kind, false, data),
    );
  const four = dtype('f4');
  refuses(() => read(array(new Tuple(3), four, f32(1, 2))), /an array of shape \[3\] in it has 8 bytes where 12 are/);
  refuses(() => read(array(new Tuple(2 ** 40, 2 ** 40), four, f32(1))), /an array in it has an impossible shape/);
  refuses(() => read(array(new Tuple(2 ** 40), four, f32(1))), /has 4 bytes where 4398046511104 are/);
  refuses(() => read(array(new Tuple(-1), four, f32(1))), /impossible shape/);
  refuses(() => read(array(3, four, f32(1))), /no shape or no dtype/);
  refuses(() => read(array(new Tuple(1), 'f4', f32(1))), /no shape or no dtype/);
  const scalar = (kind: Value) => new Call(new Global('numpy.core.multiarray', 'scalar'), new Tuple(kind, f32(1)));
  refuses(() => read(scalar('f4')), /scalar in it has no dtype/);
  refuses(() => read(scalar(dtype('f8'))), /scalar in it has 4 bytes/);
  refuses(() => read(new Call(new Global('numpy', 'dtype'), new Tuple(4))), /a dtype in it has no name/);
});

test.run();
