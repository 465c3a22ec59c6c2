import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { normals, philox } from '../../dist/pulse/random.js';
import { noiseRoles, randomStart } from '../../dist/pulse/start.js';

const test = suite('reproducible random numbers');

// The known answers that come with Random123, the authors' implementation (kat_vectors, philox4x32 10).
const knownAnswers = [
  ['00000000 00000000 00000000 00000000', '00000000 00000000', '6627e8d5 e169c58d bc57ac4c 9b00dbd8'],
  ['ffffffff ffffffff ffffffff ffffffff', 'ffffffff ffffffff', '408f276d 41c83b0e a20bc7c6 6d5451fd'],
  ['243f6a88 85a308d3 13198a2e 03707344', 'a4093822 299f31d0', 'd16cfe09 94fdcceb 5001e420 24126ea1'],
] as const;
const words = (text: string) => text.split(' ').map((word) => Number.parseInt(word, 16));

for (const [counter, key, expected] of knownAnswers) {
  test(`Philox 4×32-10 of ${counter}`, () => {
    const found = philox(words(counter) as [number, number, number, number], words(key) as [number, number]);
    assert.equal(found, words(expected));
  });
}

test('normal numbers have the moments of a normal distribution', () => {
  const values = normals(7, [1], 200_000);
  const moment = (power: number) => values.reduce((sum, x) => sum + x ** power, 0) / values.length;
  assert.ok(Math.abs(moment(1)) < 0.01, 'mean');
  assert.ok(Math.abs(moment(2) - 1) < 0.02, 'variance');
  assert.ok(Math.abs(moment(3)) < 0.04, 'skewness');
  assert.ok(Math.abs(moment(4) - 3) < 0.1, 'kurtosis');
});

test('a longer draw begins with the shorter one, and streams differ', () => {
  assert.equal(normals(5, [1, 2], 10), normals(5, [1, 2], 13).slice(0, 10));
  for (const other of [normals(6, [1, 2], 10), normals(5, [1, 3], 10), normals(5 + 2 ** 40, [1, 2], 10)]) {
    assert.not.equal(other, normals(5, [1, 2], 10));
  }
});

const info = { layers: 12, latentSize: 512, noiseSides: Array.from({ length: 12 }, (_, i) => 4 * 2 ** (i >> 1)) };
const options = { noise: 'trainable', trainableNoise: 5, badNoise: [11], tile: false } as const;
const key = { seed: 3, target: Uint8Array.of(1, 2, 3), duplicate: 0, restart: 0 };

test('a start depends on seed, target, duplicate and restart, and on nothing else', async () => {
  const start = await randomStart(info, options, key);
  assert.equal(start, await randomStart(info, options, { ...key }));
  assert.is(start.v.length, 12 * 512);
  assert.equal(
    start.noise.map((map) => map?.length),
    [16, 16, 64, 64, 256, 256, 1024, 1024, 4096, 4096, 16384, undefined],
  );
  for (const other of [{ seed: 0 }, { target: Uint8Array.of(1, 2, 4) }, { duplicate: 1 }, { restart: 1 }]) {
    const changed = await randomStart(info, options, { ...key, ...other });
    assert.not.equal(changed.v, start.v);
    assert.not.equal(changed.noise[0], start.noise[0]);
  }
  assert.is((await randomStart(info, { ...options, tile: true }, key)).v.length, 512);
});

test('a bad noise layer is zero whatever else is said', () => {
  assert.equal(noiseRoles(4, { noise: 'trainable', trainableNoise: 2, badNoise: [1] }), [
    'trainable',
    'zero',
    'fixed',
    'fixed',
  ]);
  assert.equal(noiseRoles(3, { noise: 'fixed', trainableNoise: 2, badNoise: [2] }), ['fixed', 'fixed', 'zero']);
  assert.equal(noiseRoles(2, { noise: 'zero', trainableNoise: 2, badNoise: [] }), ['zero', 'zero']);
});

test.run();
