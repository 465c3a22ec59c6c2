// `//! groups`: the little language in which a kernel says how many workgroups it wants.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseGroups } from '../../../dist/bench/try/groups.js';

const test = suite('//! groups');

const of = (text: string, values: Record<string, number> = {}) => parseGroups(text, 'mine.wgsl, line 2').of(values);

test('two expressions are worked out', () => {
  assert.equal(of(' ceil(W / 4) , ceil(OUT / 8)', { W: 17, OUT: 20 }), [5, 3]);
  assert.equal(of('1,2'), [1, 2]);
  assert.equal(of('2 + 3 * 4, (2 + 3) * 4'), [14, 20]);
  assert.equal(of('20 - 3 - 4, 64 / 4 / 2'), [13, 8]);
  assert.equal(of('17 % 5, floor(7 / 2)'), [2, 3]);
  assert.equal(of('min(A, B), max(A, min(2, B))', { A: 1, B: 9 }), [1, 2]);
  assert.equal(of('-A + 5, 3 - -2', { A: 2 }), [3, 5]);
  assert.equal(of('ceil(0.5 * A), ceil((A))', { A: 3 }), [2, 3]);
});

const refused: readonly (readonly [string, RegExp])[] = [
  ['', /line 2: "" cannot be read at its end: there may be numbers, overrides/],
  ['W', /cannot be read at its end: two expressions are wanted, for x and y/],
  ['W, ', /at its end: there may be/],
  ['W, H, 3', /at "," \(character 5\): nothing may follow/],
  ['W / , H', /at "," \(character 5\)/],
  ['(W, H', /at "," \(character 3\): a \) is missing/],
  ['W ? H, 1', /at "\?" \(character 3\)/],
  ['W H, 1', /at "H" \(character 3\): two expressions/],
  ['ceil(W, 2), 1', /ceil wants 1 of them and has 2/],
  ['min(W), 1', /min wants 2 of them and has 1/],
  ['round(W), 1', /there is no function round \(character 1\); there may be .*ceil, floor, min and max/],
  ['constructor(W), 1', /there is no function constructor/],
];
for (const [text, message] of refused) {
  test(`"${text}" is refused`, () => {
    assert.throws(() => parseGroups(text, 'mine.wgsl, line 2'), message);
  });
}

test('what is no number of workgroups is refused, with the values that made it', () => {
  assert.throws(() => of('W / 4, 1', { W: 6 }), /gives 1\.5 workgroups in x, .* from 1 to 65535 is wanted \(W = 6\)/);
  assert.throws(() => of('1, W - W', { W: 6 }), /gives 0 workgroups in y/);
  assert.throws(() => of('W * W, 1', { W: 256 }), /gives 65536 workgroups in x/);
  assert.throws(() => of('1 / (W - W), 1', { W: 1 }), /gives Infinity workgroups/);
});

test('a name without a value is refused, with those that have one', () => {
  assert.throws(() => of('ROWS, 1', { W: 6, OUT: 2 }), /there is no override ROWS with a value; there are W, OUT/);
});

test.run();
