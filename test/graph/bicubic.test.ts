import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { bicubicTaps, cubic, reflectBefore } from '../../dist/graph/bicubic.js';

function close(found: number, expected: number): void {
  assert.ok(Math.abs(found - expected) < 1e-15, `${found} instead of ${expected}`);
}

test('the cubic interpolates: 1 at 0, 0 at the other integers and beyond 2', () => {
  assert.is(cubic(0), 1);
  for (const x of [1, -1, 2, -2, 2.5, -7]) close(cubic(x), 0);
  close(cubic(0.5), 0.5625);
  close(cubic(-1.5), -0.0625);
});

for (const factor of [2, 3, 4, 5, 8, 16, 32, 64]) {
  test(`factor ${factor}: 4·factor taps that sum to 1 and are symmetric`, () => {
    const taps = bicubicTaps(factor);
    assert.is(taps.length, 4 * factor);
    close(
      taps.reduce((a, b) => a + b, 0),
      1,
    );
    for (const [i, tap] of taps.entries()) close(tap, taps[taps.length - 1 - i]);
  });

  test(`factor ${factor}: the taps are centred on their pixel`, () => {
    // Pixel j of the result covers samples j·factor … (j + 1)·factor − 1: as many taps stand before as after them.
    const before = reflectBefore(factor);
    const after = 4 * factor - factor - before;
    assert.ok(before === after || after === before + 1, `${before} before, ${after} after`);
  });
}

test('the taps for a factor of 2', () => {
  // cubic at ±0.25, ±0.75, ±1.25, ±1.75, halved.
  const half = [-0.01171875, -0.03515625, 0.11328125, 0.43359375];
  const expected = [...half, ...half.toReversed()];
  for (const [i, tap] of bicubicTaps(2).entries()) close(tap, expected[i]);
});

test.run();
