import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { adjointTaps, bicubicTaps, cubic, reflectBefore } from '../../dist/graph/bicubic.js';

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

for (const [factor, results] of [
  [2, 1],
  [2, 2],
  [3, 1],
  [3, 5],
  [4, 13],
  [32, 32],
] as const) {
  test(`the transpose by ${factor} to ${results}: each result is given away whole, and later samples read no earlier ones`, () => {
    const { span, first, weights } = adjointTaps(factor, results);
    const given = new Float64Array(results);
    first.forEach((from, i) => {
      assert.ok(from >= (first[i - 1] ?? 0) && from + span <= results, `sample ${i}: from ${from}, ${span}`);
      for (let k = 0; k < span; k++) given[from + k] += weights[i * span + k];
    });
    assert.is(first.length, factor * results);
    for (const sum of given) assert.ok(Math.abs(sum - 1) < 1e-14, `${sum}`);
    assert.ok(span <= 4, `${span}`);
  });
}

test('the taps for a factor of 2', () => {
  // cubic at ±0.25, ±0.75, ±1.25, ±1.75, halved.
  const half = [-0.01171875, -0.03515625, 0.11328125, 0.43359375];
  const expected = [...half, ...half.toReversed()];
  for (const [i, tap] of bicubicTaps(2).entries()) close(tap, expected[i]);
});

test.run();
