/** Winograd's form: what is packed for it, how its work is cut, and where it is preferred. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type ConvolutionShape, chooseVariant } from '../../dist/engine/webgpu/convolution-variants.js';
import { packConv3x3Winograd } from '../../dist/engine/webgpu/pack-winograd.js';
import type { KernelDevice } from '../../dist/engine/webgpu/variants.js';
import {
  type WinogradMap,
  winogradBytes,
  winogradGroups,
  winogradInvocations,
  winogradTiles,
} from '../../dist/engine/webgpu/winograd.js';
import { normals } from '../random.js';

const test = suite("Winograd's form");

const gpu: KernelDevice = { subgroups: [32, 32], f16: false, workgroupMemory: 32_768, measured: () => undefined };

test('packed weights times transformed input, transformed back, are a convolution and its adjoint', () => {
  const [o, i] = [3, 10];
  const weights = normals('weights', o * i * 9);
  for (const adjoint of [false, true]) {
    const [out, into] = adjoint ? [i, o] : [o, i];
    const packed = packConv3x3Winograd(weights, o, i, adjoint);
    assert.is(packed.length, Math.ceil(out / 8) * into * 12 * 8);
    const window = normals('window', 16);
    for (let to = 0; to < out; to++) {
      for (let from = 0; from < into; from++) {
        const line = (r: number, kx: number) =>
          packed[((Math.floor(to / 8) * into + from) * 12 + r * 3 + kx) * 8 + (to % 8)];
        const found = byWinograd(window, line);
        for (const [at, value] of found.entries()) {
          let expected = 0;
          for (let tap = 0; tap < 9; tap++) {
            const weight = adjoint ? weights[(from * i + to) * 9 + 8 - tap] : weights[(to * i + from) * 9 + tap];
            expected += weight * window[(Math.floor(at / 2) + Math.floor(tap / 3)) * 4 + (at % 2) + (tap % 3)];
          }
          assert.ok(Math.abs(value - expected) < 1e-5, `${to}, ${from}: ${value} instead of ${expected}`);
        }
      }
    }
  }
});

/** 2×2 values of a window of 4×4, by lines of weights of which the columns are transformed. */
function byWinograd(window: Float32Array, line: (r: number, kx: number) => number): number[] {
  const transform = ([a, b, c, d]: number[]) => [a - c, b + c, c - b, b - d];
  const back = ([a, b, c, d]: number[]) => [a + b + c, b - c - d];
  const four = [0, 1, 2, 3];
  const transpose = (rows: number[][]) => rows[0].map((_, column) => rows.map((row) => row[column]));
  const twice = (rows: number[][], one: (row: number[]) => number[]) => transpose(transpose(rows.map(one)).map(one));
  const input = twice(
    four.map((r) => four.map((c) => window[4 * r + c])),
    transform,
  );
  const products = four.map((r) => {
    const [left, middle, right] = [line(r, 0), line(r, 1), line(r, 2)];
    const places = [left, (left + middle + right) / 2, (left - middle + right) / 2, right];
    return places.map((weight, c) => weight * input[r][c]);
  });
  return twice(products, back).flat();
}

test('all tiles that are tried fit and differ, and make all values', () => {
  for (const side of [2, 3] as const) {
    for (const [h, w] of [
      [1, 1],
      [4, 4],
      [17, 5],
      [64, 64],
      [1024, 1024],
    ]) {
      for (const out of [1, 16, 512]) {
        const map: WinogradMap = { side, h, w, phases: side === 2 ? 1 : 4, channels: 64, out };
        for (const memory of [16_384, 32_768]) {
          const tiles = winogradTiles(map, memory);
          assert.ok(tiles.length > 0);
          assert.is(new Set(tiles.map((tile) => JSON.stringify(tile))).size, tiles.length);
          for (const tile of tiles) {
            const told = `${JSON.stringify(map)}: ${JSON.stringify(tile)}`;
            const { quads, rows, groups } = tile;
            assert.ok(winogradBytes(tile) <= memory && winogradInvocations(tile) <= 256, told);
            assert.is((quads * rows) % 2, 0, told);
            const [across, blocks] = winogradGroups(map, tile);
            assert.ok(across * 4 * side * side * quads * rows >= h * w * map.phases, told);
            assert.ok(blocks * 8 * groups >= out && across <= 65_535, told);
          }
        }
      }
    }
  }
});

test('it is preferred where there is enough to do for many workgroups, and never where subgroups are of 8', () => {
  const shape: ConvolutionShape = { into: 256, out: 256, h: 64, w: 64, margin: 0, read: 'styled', bias: false };
  const chosen = (one: Partial<ConvolutionShape>, device: Partial<KernelDevice> = {}) =>
    chooseVariant('conv3x3', { ...shape, ...one }, { ...gpu, ...device });
  assert.is(chosen({}).variant.kernel, 'conv3x3_winograd');
  assert.is(chosen({ h: 8, w: 8 }).variant.kernel, 'conv3x3_tiled');
  assert.is(chosen({ into: 16, out: 16, h: 1024, w: 1024 }).variant.kernel, 'conv3x3_tiled');
  assert.is(chosen({}, { subgroups: [8, 8] }).variant.kernel, 'conv3x3_broadcast');
  const { variant, tiling } = chosen({});
  const [x, y] = variant.dispatch(shape, tiling).groups;
  assert.ok(x * y >= 132, `${x} × ${y}`);
});

test.run();
