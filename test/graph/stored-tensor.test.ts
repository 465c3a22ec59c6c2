import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type HostTensor, hostTensor } from '../../dist/graph/host-tensor.js';
import {
  countOf,
  flattened,
  permuted,
  plus,
  type StoredTensor,
  sourceValues,
  turned,
  unwrapped,
} from '../../dist/graph/stored-tensor.js';

/** A stored tensor of 0, 1, 2, …, which counts how often it is read. */
function counting(shape: readonly number[]): StoredTensor & { reads: number } {
  const count = shape.reduce((product, side) => product * side, 1);
  return {
    shape,
    dtype: 'f32',
    reads: 0,
    read() {
      this.reads++;
      return hostTensor(
        shape,
        Float32Array.from({ length: count }, (_, at) => at),
      );
    },
  };
}

const half: StoredTensor = {
  shape: [2, 1],
  dtype: 'f16',
  read: (): HostTensor => ({ shape: [2, 1], dtype: 'f16', data: Uint16Array.of(0x3c00, 0x4000) }),
};

test('a tensor that is yet to be read is read each time, and one in memory is its own numbers', () => {
  const stored = counting([2]);
  assert.equal([...sourceValues(stored), ...sourceValues(stored)], [0, 1, 0, 1]);
  assert.is(stored.reads, 2, 'nothing is kept');
  assert.equal([...sourceValues(half)], [1, 2]);
  const host = hostTensor([1], Float32Array.of(7));
  assert.is(sourceValues(host), host.data);
});

test('axes in another order, as NumPy transposes', () => {
  const kernel = permuted(counting([1, 2, 3, 2]), [3, 2, 0, 1]);
  assert.equal(kernel.shape, [2, 3, 1, 2]);
  assert.equal(kernel.read(), hostTensor([2, 3, 1, 2], Float32Array.of(0, 6, 2, 8, 4, 10, 1, 7, 3, 9, 5, 11)));
  assert.equal([...permuted(counting([2, 3]), [1, 0]).read().data], [0, 3, 1, 4, 2, 5]);
  assert.equal(permuted(counting([0, 3]), [1, 0]).read(), hostTensor([3, 0], new Float32Array(0)));
  assert.equal(permuted(half, [1, 0]).read(), { shape: [1, 2], dtype: 'f16', data: Uint16Array.of(0x3c00, 0x4000) });
  const other = counting([6]);
  assert.is(permuted(other, [1, 0]), other, 'another number of axes is for its reader to refuse');
});

test('kernels turned round, numbers added, axes taken away', () => {
  assert.equal([...turned(counting([2, 2, 3])).read().data], [5, 4, 3, 2, 1, 0, 11, 10, 9, 8, 7, 6]);
  assert.equal([...turned(turned(counting([2, 2, 3]))).read().data], [...counting([2, 2, 3]).read().data]);
  assert.equal(turned(counting([])).read(), hostTensor([], Float32Array.of(0)));
  assert.equal(plus(counting([3]), 1).read(), hostTensor([3], Float32Array.of(1, 2, 3)));
  assert.equal(plus(half, 1).read(), hostTensor([2, 1], Float32Array.of(2, 3)), 'a sum is float32');
  assert.is(plus(half, 1).dtype, 'f32');
  assert.equal(flattened(counting([1, 3, 1, 1])).read().shape, [3]);
  assert.equal(unwrapped(counting([1, 3, 2])).read().shape, [3, 2]);
  assert.equal(unwrapped(counting([2, 3])).shape, [2, 3]);
  assert.is(countOf(counting([])), 1);
});

test('nothing is read before it is asked for, and each time anew', () => {
  const stored = counting([2, 3]);
  const changed = plus(turned(permuted(stored, [1, 0])), 1);
  assert.is(stored.reads, 0);
  const [first, second] = [changed.read(), changed.read()];
  assert.is(stored.reads, 2);
  assert.equal(first, second);
  assert.is.not(first.data.buffer, second.data.buffer);
});

test.run();
