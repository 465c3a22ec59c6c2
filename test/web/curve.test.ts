// The loss curve: logarithms downwards, steps to the right.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { curveOf } from '../../dist-test/page/state/curve.js';
import { curveText } from '../../dist-test/page/state/words.js';

const test = suite('web curve');
const losses = (...values: number[]) => values.map((L2) => ({ L2, TOTAL: 10 * L2 }));

test('steps share the width of all that are to come, and powers of ten lie apart evenly', () => {
  const { lines, ticks, eps } = curveOf(losses(0.5, 0.05), 3, 0.005);
  // From 10 down to 0.001: four decades.
  assert.equal(ticks, [
    { text: '10', y: 0 },
    { text: '1', y: 25 },
    { text: '0.1', y: 50 },
    { text: '0.01', y: 75 },
    { text: '0.001', y: 100 },
  ]);
  const place = (value: number) => Math.round(100 * 25 * (1 - Math.log10(value))) / 100;
  assert.equal(lines, { L2: [`0,${place(0.5)} 50,${place(0.05)}`], TOTAL: [`0,${place(5)} 50,${place(0.5)}`] });
  assert.is(eps, place(0.005));
});

test('what has no logarithm leaves a gap, and an eps of 0 no line', () => {
  const { lines, eps } = curveOf(losses(0.5, Number.NaN, 0, 0.25, 0.25), 5, 0);
  assert.equal(
    lines.L2.map((line) => line.split(' ').map((point) => Number(point.split(',')[0]))),
    [[0], [75, 100]],
  );
  assert.is(eps, undefined);
});

test('a search of one step has its point in the middle', () => {
  assert.match(curveOf(losses(0.5), 1, 0.002).lines.L2[0], /^50,/);
});

test('of very many steps as many have points as can be seen, and they lie where they would', () => {
  const trace = Array.from({ length: 100_000 }, () => ({ L2: 0.1, TOTAL: 1 }));
  const points = curveOf(trace, 200_000, 0).lines.L2[0].split(' ');
  assert.is(points.length, 2000);
  assert.is(points[0].split(',')[0], '0');
  assert.ok(Math.abs(Number(points.at(-1)!.split(',')[0]) - 50) < 0.1);
});

test('who does not see it is told where it began and ended', () => {
  assert.is(
    curveText(losses(0.5, 0.05), 0.002),
    'Losses over 2 steps: L2 from 0.5000 to 0.0500, TOTAL from 5.0000 to 0.5000; eps is 0.002',
  );
});

test.run();
