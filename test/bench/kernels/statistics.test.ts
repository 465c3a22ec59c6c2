import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { median, quantile, quartiles, ratioInterval } from '../../../dist/bench/kernels/statistics.js';
import { NormalSource } from '../../../dist/pulse/ziggurat.js';

test('quantiles are those of NumPy', () => {
  assert.is(median([3, 1, 2]), 2);
  assert.is(median([4, 1, 3, 2]), 2.5);
  assert.equal(quartiles([1, 2, 3, 4, 5]), [2, 4]);
  assert.equal(quartiles([1, 2, 3, 4]), [1.75, 3.25]);
  assert.is(quantile([10, 9, 100], 1), 100);
  assert.is(median([7]), 7);
});

test('the interval of a ratio holds the true one about as often as it says', () => {
  const source = new NormalSource(1);
  let held = 0;
  for (let trial = 0; trial < 100; trial++) {
    const times = (centre: number) => [...source.next(30)].map((value) => centre * Math.exp(0.05 * value));
    const { ratio, low, high } = ratioInterval(times(1.3), times(1));
    assert.ok(low <= ratio && ratio <= high);
    if (low <= 1.3 && 1.3 <= high) held++;
  }
  assert.ok(held >= 88 && held <= 100, `${held} of 100`);
});

test('the interval is narrow where samples agree, has the same ends again, and is 1 for the same samples', () => {
  const [a, b] = [
    [1.3, 1.3, 1.3],
    [1, 1, 1],
  ];
  assert.equal(ratioInterval(a, b), { ratio: 1.3, low: 1.3, high: 1.3 });
  const spread = [1, 1.1, 1.2, 0.9, 1.05];
  assert.equal(ratioInterval(spread, b), ratioInterval(spread, b));
  const { low, high } = ratioInterval(spread, b);
  assert.ok(low < high);
});

test.run();
