import sharp from 'sharp';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { downscale } from '../../dist/image/bicubic.js';
import { makeTarget } from '../../dist/image/target.js';
import { toRgb8 } from '../../dist/image/write.js';
import { failsWith, noisy, plain, put, temporaryFolder } from './help.js';

const folder = temporaryFolder();
const options = { size: 16, fit: 'pad', background: 'white' } as const;

test('the 8 bits that D of the picture rounds to', async () => {
  const bytes = await noisy(64).png().toBuffer();
  const path = await put(folder, 'noise.png', bytes);
  const raw = await sharp(bytes).raw().toBuffer();
  const planar = Float32Array.from({ length: 3 * 4096 }, (_, i) => raw[(i % 4096) * 3 + Math.floor(i / 4096)] / 255);
  const target = await makeTarget(path, options);
  assert.is(target.size, 16);
  assert.equal(target.warnings, []);
  assert.equal(target.rgb, toRgb8(downscale(planar, 64, 16), 16, 16));
});

test('a picture of the size asked for is its own target, bit for bit', async () => {
  const bytes = await noisy(16).png().toBuffer();
  const target = await makeTarget(await put(folder, 'same.png', bytes), options);
  assert.equal(Buffer.from(target.rgb), await sharp(bytes).raw().toBuffer());
});

test('black and white edges are clamped, not wrapped', async () => {
  const disc = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><rect width="4" height="8"/></svg>';
  const { rgb } = await makeTarget(await put(folder, 'edge.svg', disc), { ...options, size: 8 });
  const row = Array.from({ length: 8 }, (_, x) => rgb[x * 3]);
  assert.equal([row[0], row[1], row[6], row[7]], [0, 0, 255, 255]);
  assert.ok(row[3] < 60 && row[4] > 195);
});

test('warns of small pictures and of oblong photos', async () => {
  const small = await put(folder, 'small.png', await noisy(5).png().toBuffer());
  assert.equal((await makeTarget(small, options)).warnings, [
    `${small}: 5 px wide, smaller than the target of 16 px, so it was enlarged`,
  ]);
  const photo = await put(folder, 'photo.png', await plain(400, 300, 9, 9, 9).png().toBuffer());
  const { warnings } = await makeTarget(photo, options);
  assert.is(warnings.length, 1);
  assert.ok(warnings[0].startsWith(`${photo}: 400 × 300 pixels`));
  assert.equal((await makeTarget(photo, { ...options, fit: 'crop' })).warnings, []);
});

test('one pixel, to one pixel and to many', async () => {
  const dot = await put(folder, 'dot.png', await plain(1, 1, 10, 20, 30).png().toBuffer());
  assert.equal([...(await makeTarget(dot, { ...options, size: 1 })).rgb], [10, 20, 30]);
  const { rgb } = await makeTarget(dot, options);
  assert.ok(rgb.every((value, i) => value === [10, 20, 30][i % 3]));
});

test('errors name the path as it was given', async () => {
  const bar = await put(folder, 'bar.png', await plain(4, 2, 0, 0, 0).png().toBuffer());
  await failsWith(() => makeTarget(bar, { ...options, fit: 'error' }), bar, /not square/);
  for (const size of [0, 1.5, -1, Number.NaN]) {
    await failsWith(() => makeTarget(bar, { ...options, size }), `size ${size}`, /not a size in pixels/);
  }
});

test.run();
