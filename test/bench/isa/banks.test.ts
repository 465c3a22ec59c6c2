// Bank conflicts, against counts by hand.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { bankCycles, tiledConvolution } from '../../../dist/bench/isa/banks.js';

const test = suite('isa banks');

test('one invocation, or all at one address, never conflict', () => {
  // 3 rows of 6 pixels and 18 vec4; all at once.
  assert.equal(bankCycles('conv3x3', { quads: 1, rows: 1, groups: 1, slice: 4 }), { cycles: 36, least: 36 });
  // 4 rows of 5 pixels of even columns and 5 of odd ones, and 32 vec4.
  assert.equal(bankCycles('conv_down', { quads: 1, rows: 1, groups: 1, slice: 4 }), { cycles: 72, least: 72 });
});

test('rows of 18 words, four pixels apart, meet four times in a bank', () => {
  // Row r and quad q read word 18r + 4q: banks 0 4 8 12, 18 22 26 30, 4 8 12 16, 22 26 30 2, 8 12 16 20, 26 30 2 6, 12 16 20 24,
  // 30 2 6 10: bank 12 four times. All 18 reads of pixels are so; the weights, the same for all, take one cycle each.
  assert.equal(bankCycles('conv3x3', { quads: 4, rows: 8, groups: 4, slice: 4 }), { cycles: 18 * 4 + 18, least: 36 });
  assert.equal(bankCycles('conv_up', { quads: 4, rows: 8, groups: 4, slice: 4 }), { cycles: 12 * 4 + 8, least: 20 });
});

test('rows of 34 words meet twice, and those of 70 as well', () => {
  // Row r and quad q read word 34r + 4q: banks 0 4 … 28, 2 6 … 30, 4 8 … 0, 6 10 … 2: each even one twice.
  assert.equal(bankCycles('conv3x3', { quads: 8, rows: 4, groups: 8, slice: 4 }), { cycles: 18 * 2 + 18, least: 36 });
  // 70r + 4q: 0 4 … 28, 6 10 … 2, 12 16 … 8, 18 22 … 14: the same.
  assert.equal(bankCycles('conv_down', { quads: 8, rows: 4, groups: 8, slice: 4 }), { cycles: 40 * 2 + 32, least: 72 });
});

test('blocks of channels read their own weights, eight invocations at a time', () => {
  // One quad and row, 32 blocks: pixels are the same for all. Block b's weights begin at word 4·(4·8 + 1)·b = 132b, 4 banks on from the
  // last: the 8 blocks of a part are read at once, in all 128 words in 4 cycles.
  assert.equal(bankCycles('conv_up', { quads: 1, rows: 1, groups: 32, slice: 4 }), {
    cycles: 12 + 8 * 4,
    least: 12 + 8 * 4,
  });
});

test('kernels without a tile have none', () => {
  assert.is(tiledConvolution('conv_down_tiled'), 'conv_down');
  assert.is(tiledConvolution('conv3x3_broadcast'), undefined);
  assert.is(tiledConvolution('conv1x1'), undefined);
});

test.run();
