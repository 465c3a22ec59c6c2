// What is made of times, with times made up.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Timing } from '../../../dist/bench/kernels/kernels-report.js';
import { timingOf } from '../../../dist/bench/kernels/time.js';
import { fasterInAll, type ShapeTime } from '../../../dist/bench/try/time.js';
import { fasterText, inAll, timeRow } from '../../../dist/bench/try/try-report.js';

const test = suite('times beside the engine’s own');

/** Thirty samples around a time, in seconds, up to a part of it more or less. */
function around(seconds: number, spread = 0): Timing {
  return timingOf(Array.from({ length: 30 }, (_, k) => seconds * (1 + spread * Math.sin(2.4 * k))));
}

const shape = (n: number, builtIn: Timing, own: Timing): ShapeTime => ({
  kernel: 'blur',
  shape: 'blur [1, 8, 8, 8] → [1, 8, 8, 8]',
  n,
  builtIn,
  own,
  faster: { ratio: 1.31, low: 1.27, high: 1.35 },
});

test('in all, a shape counts as often as a step launches it', () => {
  const shapes = [shape(3, around(2e-3), around(1e-3)), shape(1, around(1e-3), around(4e-3))];
  // 3·2 + 1 of the engine's by 3·1 + 4 of the author's.
  assert.equal(fasterInAll(shapes), { ratio: 1, low: 1, high: 1 });
  assert.equal(fasterInAll(shapes.slice(0, 1)), { ratio: 2, low: 2, high: 2 });
});

test('the interval is as wide as the samples scatter, holds the ratio, and is always the same', () => {
  const shapes = [shape(1, around(2e-3, 0.1), around(1e-3, 0.1)), shape(2, around(3e-3, 0.1), around(1.5e-3, 0.1))];
  const { ratio, low, high } = fasterInAll(shapes);
  assert.ok(low < ratio && ratio < high, `${low} ${ratio} ${high}`);
  assert.ok(Math.abs(ratio - 2) < 0.05 && high - low > 0.02 && high - low < 0.5, `${low} ${ratio} ${high}`);
  assert.equal(fasterInAll(shapes), { ratio, low, high });
});

test('a ratio is written with its interval, and where that does not tell it from 1, so', () => {
  assert.is(fasterText({ ratio: 1.312, low: 1.268, high: 1.349 }), '1.31 × [1.27, 1.35]');
  assert.is(fasterText({ ratio: 0.5, low: 0.4, high: 0.6 }), '0.50 × [0.40, 0.60]');
  assert.is(fasterText({ ratio: 1.01, low: 0.99, high: 1.02 }), '1.01 × [0.99, 1.02], no difference to be told');
});

test('rows have times in units that suit them, or why there are none', () => {
  assert.equal(timeRow(shape(4, around(123.4e-6), around(2.5e-3))), [
    'blur',
    'blur 8×8×8 → 8×8×8',
    '4',
    '123.4 µs',
    '2.500 ms',
    '1.31 × [1.27, 1.35]',
  ]);
  const skipped = { kernel: 'blur', shape: 'large', skipped: 'blur: x takes 512 MiB' };
  assert.equal(timeRow(skipped), ['blur', 'large', '', '', '', 'blur: x takes 512 MiB']);
  assert.is(inAll([skipped]), undefined);
});

test.run();
