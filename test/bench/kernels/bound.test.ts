import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { boundOf, shares } from '../../../dist/bench/kernels/bound.js';

/** 10 TFLOP/s, 1 TB/s, 5 µs. */
const ceilings = { fma: 1e13, copy: 1e12, launch: 5e-6 };

test('shares are of the ceilings', () => {
  const { fma, copy } = shares({ flop: 5e9, bytes: 1e8, seconds: 1e-3 }, ceilings);
  assert.ok(Math.abs(fma - 0.5) < 1e-12 && Math.abs(copy - 0.1) < 1e-12);
});

for (const [what, measured, bound] of [
  ['near the arithmetic', { flop: 6.1e9, bytes: 1e6, seconds: 1e-3 }, 'fma'],
  ['near memory', { flop: 0, bytes: 6.1e8, seconds: 1e-3 }, 'memory'],
  ['near both, and nearer to memory', { flop: 6.1e9, bytes: 9e8, seconds: 1e-3 }, 'memory'],
  ['near neither', { flop: 5.9e9, bytes: 5.9e8, seconds: 1e-3 }, 'latency'],
  ['as short as launching nothing', { flop: 0, bytes: 100, seconds: 6e-6 }, 'launch'],
  ['twice as long as that', { flop: 0, bytes: 100, seconds: 10e-6 }, 'launch'],
  ['longer than that', { flop: 0, bytes: 100, seconds: 10.1e-6 }, 'latency'],
  ['short, and yet near memory', { flop: 0, bytes: 5e6, seconds: 6e-6 }, 'memory'],
] as const) {
  test(`a kernel that is ${what} is bound by ${bound}`, () => {
    assert.is(boundOf(measured, ceilings), bound);
  });
}

test.run();
