import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { numpyNormals } from '../../dist/pulse/numpy-normals.js';
import { goldenTest } from '../goldens.js';

const test = suite("NumPy's normal numbers");

goldenTest(
  test,
  'z of six seeds is RandomState(seed).randn’s, to the bit of a float32',
  ['formats/numpy-seeds.json'],
  (path) => {
    const { z } = JSON.parse(readFileSync(path, 'utf8')) as { z: Record<string, number[]> };
    assert.is(Object.keys(z).length, 6);
    for (const [seed, numbers] of Object.entries(z)) {
      assert.equal(numpyNormals(Number(seed), numbers.length), Float32Array.from(numbers), `seed ${seed}`);
    }
  },
);

test('a longer draw begins with the shorter one, of odd length too', () => {
  const long = numpyNormals(7, 2001);
  for (const count of [0, 1, 2, 511]) assert.equal(numpyNormals(7, count), long.slice(0, count));
});

test('numbers far on, past several twists of the state', () => {
  // numpy.random.RandomState(12345).randn(100000)[-3:], NumPy 2.4.6
  assert.equal(
    numpyNormals(12345, 100_000).slice(-3),
    Float32Array.from([-0.13988227973109893, -0.7194873022064485, 0.2385255297976235]),
  );
});

test('other seeds are refused', () => {
  for (const seed of [-1, 2 ** 32, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.throws(
      () => numpyNormals(seed, 1),
      /^seed .*: NumPy's RandomState takes whole numbers from 0 to 4294967295/,
    );
  }
});

test.run();
