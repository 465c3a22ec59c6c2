/** Two thousand damaged files of every kind; tools/fuzz-weights.mjs reads as many more as one likes. */

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { fuzz, goodFiles, outcome } from './mutate.js';

test('the files are good before they are damaged', () => {
  for (const [kind, bytes] of goodFiles()) assert.is(outcome(bytes), undefined, kind);
});

test('a damaged file is a network or a sentence, soon', () => {
  const { read, refused, slowestMs, slowest } = fuzz(2000, 'tests');
  assert.is(read + refused, 2000);
  assert.ok(refused > 1000, `only ${refused} were refused: the damage does not reach the readers`);
  assert.ok(slowestMs < 5000, `${slowest} took ${slowestMs} ms`);
});

test.run();
