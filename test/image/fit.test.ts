import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { fitSquare } from '../../dist/image/fit.js';
import { failsWith, near, pixel } from './help.js';

/** Red counts the columns, green the rows, in 8 bits. */
function grid(width: number, height: number) {
  const data = Float32Array.from({ length: width * height * 3 }, (_, i) => {
    const p = Math.floor(i / 3);
    return [(p % width) / 255, Math.floor(p / width) / 255, 0][i % 3];
  });
  return { width, height, data };
}

test('a square is returned as it is', () => {
  const square = grid(3, 3);
  for (const fit of ['pad', 'crop', 'stretch', 'error'] as const) assert.is(fitSquare(square, fit, 'white'), square);
});

test('pad: centred on the background, the odd pixel to the right or below', () => {
  const wide = fitSquare(grid(4, 1), 'pad', 'lime');
  assert.equal([wide.width, wide.height], [4, 4]);
  assert.equal(
    [0, 1, 2, 3].map((y) => pixel(wide, 3, y)),
    [
      [0, 255, 0],
      [3, 0, 0],
      [0, 255, 0],
      [0, 255, 0],
    ],
  );
  const high = fitSquare(grid(1, 2), 'pad', 'white');
  assert.equal(
    [pixel(high, 0, 1), pixel(high, 1, 1)],
    [
      [0, 1, 0],
      [255, 255, 255],
    ],
  );
});

test('crop: the middle', () => {
  const wide = fitSquare(grid(7, 4), 'crop', 'white');
  assert.equal([wide.width, wide.height, pixel(wide, 0, 0), pixel(wide, 3, 3)], [4, 4, [1, 0, 0], [4, 3, 0]]);
  const high = fitSquare(grid(2, 6), 'crop', 'white');
  assert.equal(
    [pixel(high, 0, 0), pixel(high, 1, 1)],
    [
      [0, 2, 0],
      [1, 3, 0],
    ],
  );
});

test('stretch: the shorter side becomes the longer, within [0, 1]', () => {
  const wide = fitSquare(grid(6, 2), 'stretch', 'white');
  assert.equal([wide.width, wide.height], [6, 6]);
  near(
    [0, 1, 2, 3, 4, 5].map((x) => wide.data[x * 3] * 255),
    [0, 1, 2, 3, 4, 5],
    1e-5,
  );
  assert.ok(wide.data.every((value) => value >= 0 && value <= 1));
  const dot = fitSquare({ width: 1, height: 5, data: new Float32Array(15).fill(0.5) }, 'stretch', 'white');
  near(dot.data, new Float32Array(75).fill(0.5), 1e-6);
  const edge = fitSquare(
    { width: 2, height: 8, data: Float32Array.from({ length: 48 }, (_, i) => Number(i % 6 > 2)) },
    'stretch',
    'white',
  );
  assert.ok(edge.data.every((value) => value >= 0 && value <= 1));
});

test('error: refuses, with the size and the choices', async () => {
  await failsWith(
    () => fitSquare(grid(3, 2), 'error', 'white', 'a.png'),
    'a.png',
    /3 × 2 pixels, not square; .*pad, crop or stretch/,
  );
});

test('a very long picture makes no enormous square', async () => {
  const line = { width: 20_000, height: 1, data: new Float32Array(60_000) };
  for (const fit of ['pad', 'stretch'] as const) {
    await failsWith(() => fitSquare(line, fit, 'white', 'line.png'), 'line.png', /too long to (pad|stretch)/);
  }
  assert.is(fitSquare(line, 'crop', 'white').width, 1);
});

test.run();
