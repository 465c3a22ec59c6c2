import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { editDistance, nearest } from '../dist/nearest.js';

const near = suite('nearest');
near('counts edits and swaps', () => {
  assert.is(editDistance('stpes', 'steps'), 1);
  assert.is(editDistance('', 'abc'), 3);
  assert.is(editDistance('kitten', 'sitting'), 3);
  assert.is(editDistance('same', 'same'), 0);
});
near('suggests nothing far', () => {
  assert.is(nearest('--x', ['--eps', '--out']), undefined);
  assert.is(nearest('--lr', ['--learning-rate', '--out']), undefined);
});
near.run();
