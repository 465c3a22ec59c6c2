/** What the conformance suite covers; runs without an engine. */

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Op } from '../../dist/graph/graph.js';
import { shapeRules } from '../../dist/graph/shapes.js';
import { conformanceCases, mismatch } from './conformance.js';
import { joinedCases } from './joined-cases.js';

const cases = [...conformanceCases(), ...joinedCases()];
const covered = new Map<string, Op[]>();
for (const { build } of cases) {
  for (const op of build(1).graph.ops) covered.set(op.op, [...(covered.get(op.op) ?? []), op]);
}

test('names are unique', () => {
  const names = cases.map(({ name }) => name);
  assert.equal(
    names.filter((name, index) => names.indexOf(name) !== index),
    [],
  );
});

test('every op is covered', () => {
  const missing = Object.keys(shapeRules).filter((op) => !covered.has(op));
  assert.equal(missing, []);
});

test('every op is covered at maps of one value and beyond a workgroup', () => {
  // Terms and totals are one number per picture, whatever the shape.
  const numbers = new Set(['objective', 'objective_gradient', 'keep_best']);
  for (const [op, uses] of covered) {
    const sizes = uses.flatMap(({ inputs, outputs }) =>
      [...inputs, ...outputs].flatMap((tensor) => tensor?.shape.slice(1).reduce((a, b) => a * b, 1) ?? []),
    );
    assert.is(Math.min(...sizes), 1, op);
    if (!numbers.has(op)) assert.ok(Math.max(...sizes) >= 1024, `${op}: no more than ${Math.max(...sizes)} values`);
  }
});

test('a picture has the same values wherever it stands', () => {
  for (const { name, build } of cases.slice(0, 40)) {
    const [alone, among] = [build(1, 5), build(7, 1)];
    for (const { name: tensor, kind } of alone.graph.tensors) {
      if (kind === 'temp') continue;
      const [one, seven] = [alone.values.get(tensor)!, among.values.get(tensor)!];
      const expected = kind === 'constant' ? seven : seven.slice(4 * one.length, 5 * one.length);
      assert.equal(one, expected, `${name}: ${tensor}`);
    }
  }
});

test('a mismatch is told by name, position and norm', () => {
  const found = Float32Array.of(1, 2, 3, 4);
  assert.is(mismatch('y', [1, 1, 2, 2], found, [1, 2, 3, 4], 0), undefined);
  assert.is(mismatch('y', [1, 1, 2, 2], found, [1, 2, 3, 4.000001], 1e-6), undefined);
  assert.is(
    mismatch('y', [1, 1, 2, 2], found, [1, 2, 3.5, 4], 1e-3),
    'y [1, 1, 2, 2]: relative error 8.7e-2, allowed 0.001\n  [0, 0, 1, 0] 3 instead of 3.5',
  );
  assert.match(mismatch('y', [1, 1, 1, 2], found, [1, 2], 1)!, /4 values instead of 2/);
});

test('infinities and NaN agree with their like alone', () => {
  const shape = [1, 1, 1, 3] as const;
  const expected = [Infinity, Number.NaN, 1];
  assert.is(mismatch('y', shape, Float32Array.from(expected), expected, 0), undefined);
  assert.match(mismatch('y', shape, Float32Array.of(3e38, Number.NaN, 1), expected, 1)!, /e\+38 instead of Infinity/);
  assert.match(mismatch('y', shape, Float32Array.of(Infinity, 0, 1), expected, 1)!, /0 instead of NaN/);
  assert.match(
    mismatch('y', shape, Float32Array.of(Infinity, Number.NaN, Number.NaN), expected, 1)!,
    /NaN instead of 1/,
  );
});

test.run();
