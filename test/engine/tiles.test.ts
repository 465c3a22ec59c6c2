import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { grid, powerOfTwo } from '../../dist/engine/webgpu/dispatch.js';
import { packConv3x3, packConvDown, packConvUp, packLinear } from '../../dist/engine/webgpu/pack.js';
import {
  blocksOf,
  reductionTiles,
  tileBytes,
  tiledPatches,
  tileFor,
  tilesFor,
  WORKGROUP_MEMORY,
} from '../../dist/engine/webgpu/tiles.js';

const test = suite('how work is cut');

const sides = [1, 2, 3, 4, 5, 8, 16, 17, 64, 1024];

test('every tile fits into the workgroup memory and invocations that every WebGPU has', () => {
  for (const [kernel, patch] of Object.entries(tiledPatches)) {
    for (const h of sides) {
      for (const w of sides) {
        for (const out of [1, 3, 8, 13, 32, 64, 512]) {
          const tile = tileFor(patch, { h, w, into: 37, out });
          const where = `${kernel} ${h}×${w}, ${out} channels: ${JSON.stringify(tile)}`;
          assert.ok(tileBytes(patch, tile) <= WORKGROUP_MEMORY, where);
          const invocations = tile.quads * tile.rows * tile.groups;
          assert.ok(invocations >= 32 && invocations <= 256, where);
        }
      }
    }
  }
});

test('all tiles that are tried fit, differ, and begin with the usual one', () => {
  const [fewest, most] = [32, 256];
  for (const [kernel, patch] of Object.entries(tiledPatches)) {
    for (const [h, w] of [
      [1, 1],
      [4, 4],
      [16, 16],
      [17, 5],
      [1024, 1024],
    ]) {
      for (const [into, out] of [
        [3, 3],
        [16, 32],
        [512, 512],
      ]) {
        for (const memory of [WORKGROUP_MEMORY, 2 * WORKGROUP_MEMORY]) {
          const shape = { h, w, into, out };
          const tiles = tilesFor(patch, shape, memory);
          const where = `${kernel} ${JSON.stringify(shape)}`;
          assert.equal(tiles[0], tileFor(patch, shape), where);
          assert.is(new Set(tiles.map((tile) => JSON.stringify(tile))).size, tiles.length, where);
          const work = Math.ceil(w / 4) * h * blocksOf(patch, out);
          for (const tile of tiles) {
            const told = `${where}: ${JSON.stringify(tile)}`;
            const { quads, rows, groups, slice } = tile;
            assert.ok(tileBytes(patch, tile) <= memory, told);
            assert.ok(quads * rows * groups <= most && slice <= 8, told);
            if (tile !== tiles[0]) assert.ok(quads * rows * groups >= Math.min(fewest, work), told);
            assert.ok(Math.ceil(w / (4 * quads)) * Math.ceil(h / rows) <= 65_535, told);
          }
        }
      }
    }
  }
  const shape = { h: 64, w: 64, into: 512, out: 512 };
  const [little, much] = [1, 4].map(
    (times) => tilesFor(tiledPatches.conv_down, shape, times * WORKGROUP_MEMORY).length,
  );
  assert.ok(little > 20 && much > little, `${little} and ${much}`);
});

test('the two arrays of a tile take multiples of 16 bytes, and what the last load brings too much', () => {
  // A patch of 3 × 6 values in 72 bytes, rounded up to 80; 18 vectors of weights in 288.
  assert.is(tileBytes(tiledPatches.conv3x3, { quads: 1, rows: 1, groups: 1, slice: 1 }), 80 + 288);
  // 6 × 34 values for 256 invocations, which bring 256 of the last channel; 72 vectors for 32, which bring 96 of the last block; one
  // between blocks. 256 of them pass on 9 numbers of half.
  const tile = { quads: 8, rows: 4, groups: 8, slice: 4 };
  assert.is(tileBytes(tiledPatches.conv3x3, tile), 4 * ((9 / 2) * 256) + 16 * (7 * 73 + 96));
});

test('tiles of large maps are 256 invocations, and those of few channels have more pixels', () => {
  const tile = (name: keyof typeof tiledPatches, side: number, out: number, into = 512) =>
    Object.values(tileFor(tiledPatches[name], { h: side, w: side, into, out }));
  assert.equal(tile('conv3x3', 128, 128), [8, 4, 8, 4, 1]);
  assert.equal(tile('conv_up', 128, 64), [8, 4, 8, 8, 1]);
  assert.equal(tile('conv_down', 128, 128), [8, 4, 8, 2, 1]);
  assert.equal(tile('conv3x3', 1024, 16), [8, 16, 2, 4, 1]);
  assert.equal(tile('conv3x3', 1024, 3), [8, 16, 1, 2, 1]);
  assert.equal(tile('conv3x3', 1, 1, 1), [1, 4, 8, 2, 1]);
});

test('input channels are shared out where there would be too few workgroups, and there is work', () => {
  const split = (name: keyof typeof tiledPatches, side: number, into: number, out: number) =>
    tileFor(tiledPatches[name], { h: side, w: side, into, out }).split;
  // 8 × 8 tiles of 32 × 4 pixels and 64 channels.
  assert.equal(
    [256, 512, 2048].map((out) => split('conv3x3', 32, 512, out)),
    [8, 4, 1],
  );
  // A tile of 4 × 4 pixels for 128 channels.
  assert.is(split('conv3x3', 4, 512, 512), 64);
  assert.is(split('conv_up', 8, 512, 512), 8);
  // Little work, few channels: 33 of them are 9 slices, the last not whole.
  assert.is(split('conv3x3', 4, 64, 64), 1);
  assert.is(split('conv3x3', 64, 33, 64), 8);
  // Not even a workgroup for each slice of 4 would be enough: those of 32 channels are.
  assert.equal(Object.values(tileFor(tiledPatches.conv3x3, { h: 16, w: 16, into: 128, out: 128 })), [4, 8, 4, 4, 32]);
});

test('a reduction covers all values and no tile is empty', () => {
  for (const size of [1, 7, 128, 129, 2048, 2049, 1024 * 1024]) {
    const { workgroup, tile, tiles } = reductionTiles(size);
    assert.ok(tiles * tile >= size && (tiles - 1) * tile < size, `${size}`);
    assert.is(workgroup & (workgroup - 1), 0, 'a power of two');
  }
});

test('a grid covers all values within 65,535 workgroups a dimension', () => {
  for (const size of [1, 64, 65, 65_535 * 64, 65_535 * 64 + 1, 2 ** 28]) {
    const [x, y] = grid(size, 64);
    assert.ok(x * y * 64 >= size && x <= 65_535 && y <= 65_535, `${size}: ${x}×${y}`);
  }
  assert.equal([powerOfTwo(1, 2, 8), powerOfTwo(5, 1, 8), powerOfTwo(99, 1, 8)], [2, 8, 8]);
});

test('packed weights: 8 output channels side by side, zero beyond the last', () => {
  const weight = Float32Array.from({ length: 2 * 3 * 9 }, (_, i) => i + 1); // [2, 3, 3, 3]
  const packed = packConv3x3(weight, 2, 3, false);
  assert.is(packed.length, 3 * 9 * 8);
  assert.equal([...packed.subarray(0, 8)], [1, 28, 0, 0, 0, 0, 0, 0]);
  assert.equal([...packed.subarray(9 * 8, 9 * 8 + 2)], [10, 37], 'the second input channel');
  // The adjoint has 3 output channels and the kernel turned: its first tap is the last of weight [0, o].
  assert.equal([...packConv3x3(weight, 2, 3, true).subarray(0, 4)], [9, 18, 27, 0]);
});

test('packed weights: the phases of an upsampling convolution', () => {
  const weight = Float32Array.from({ length: 16 }, (_, i) => i); // [1, 1, 4, 4]
  const at = (packed: Float32Array) => Array.from({ length: packed.length / 8 }, (_, i) => packed[i * 8]);
  // Phase py = 0 reads weight rows 3 and 1, py = 1 rows 2 and 0; columns likewise.
  assert.equal(at(packConvUp(weight, 1, 1)), [15, 13, 14, 12, 7, 5, 6, 4, 11, 9, 10, 8, 3, 1, 2, 0]);
  assert.equal(at(packConvDown(weight, 1, 1)), [...weight]);
  // In blocks of 4 channels a panel of one row is followed by that of the other, then by the next block's.
  const five = Float32Array.from({ length: 5 * 16 }, (_, i) => i); // [5, 1, 4, 4]
  const quads = packConvUp(five, 5, 1, 4);
  assert.is(quads.length, 2 * 2 * 8 * 4);
  assert.equal([...quads.subarray(0, 4)], [15, 31, 47, 63], 'row 0 of the first block');
  assert.equal([...quads.subarray(32, 36)], [11, 27, 43, 59], 'row 1');
  assert.equal([...quads.subarray(64, 68)], [79, 0, 0, 0], 'the fifth channel');
});

test('packed weights: a dense layer, transposed, in columns of four', () => {
  const weight = Float32Array.of(1, 2, 3, 4, 5, 6); // [2, 3]
  assert.equal([...packLinear(weight, 2, 3, false)], [1, 4, 0, 0, 2, 5, 0, 0, 3, 6, 0, 0]);
  assert.equal([...packLinear(weight, 2, 3, true)], [1, 2, 3, 0, 4, 5, 6, 0]);
});

test.run();
