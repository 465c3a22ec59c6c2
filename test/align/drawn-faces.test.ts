import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { DRAWN_SIDE, drawnFaces } from '../../dist/align/drawn-faces.js';
import { findHoles, findRegions } from '../../dist/align/regions.js';
import { blurPatch, samplePatch, sampleTurned } from '../../dist/align/sample.js';
import { drawPicture } from '../../dist/emoji/sets.js';

const test = suite('align/drawn-faces');
const WHITE = [255, 255, 255];

async function patchOf(shapes: string) {
  const picture = await drawPicture(
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 256 256">${shapes}</svg>`,
    DRAWN_SIDE,
    'white',
  );
  return samplePatch(picture, { left: 0, top: 0, side: DRAWN_SIDE }, DRAWN_SIDE, WHITE);
}

const HEAD = '<circle cx="128" cy="128" r="100" fill="#fc4"/>';
const EYES = '<circle cx="92" cy="110" r="12" fill="#630"/><circle cx="164" cy="110" r="12" fill="#630"/>';
const MOUTH = '<path d="M80 160q48 40 96 0" stroke="#630" stroke-width="10" fill="none"/>';

test('a smiley: eyes and the ends of the mouth', async () => {
  const [face] = drawnFaces(await patchOf(HEAD + EYES + MOUTH));
  assert.ok(face.odds > 2, `${face.odds}`);
  const near = ([x, y]: readonly number[], ex: number, ey: number) =>
    assert.ok(Math.hypot(x - ex, y - ey) < 4, `${x}, ${y}`);
  near(face.leftEye, 92, 110);
  near(face.rightEye, 164, 110);
  near(face.mouth![0], 78, 162);
  near(face.mouth![1], 178, 162);
});

test('brows are no eyes', async () => {
  const brows = '<path d="M76 84q16-14 34 0M146 84q18-14 34 0" stroke="#630" stroke-width="9" fill="none"/>';
  const [face] = drawnFaces(await patchOf(HEAD + EYES + MOUTH + brows));
  assert.ok(Math.abs(face.leftEye[1] - 110) < 4, `${face.leftEye}`);
});

test('a house is none: windows come in numbers', async () => {
  const windows = Array.from({ length: 12 }, (_, i) => {
    const [x, y] = [50 + 40 * (i % 4), 60 + 50 * Math.floor(i / 4)];
    return `<rect x="${x}" y="${y}" width="24" height="30" fill="#246"/>`;
  });
  const faces = drawnFaces(
    await patchOf(`<rect x="30" y="30" width="196" height="216" fill="#c96"/>${windows.join('')}`),
  );
  assert.ok(faces.every(({ odds }) => odds < 0));
  assert.equal(drawnFaces(await patchOf(HEAD)), []);
});

test('regions and their holes', async () => {
  const patch = await patchOf(HEAD + EYES);
  const all = findRegions(patch, 10);
  const label = all.labels[128 * DRAWN_SIDE + 128];
  const { pixels, left, right } = all.regions[label];
  assert.ok(Math.abs(pixels + 2 * Math.PI * 144 - Math.PI * 1e4) < 1200);
  assert.ok(Math.abs(left - 28) <= 1 && Math.abs(right - 227) <= 1);
  const holes = findHoles(all, label, patch);
  assert.equal(
    holes.map(({ x, y }) => [Math.round(x), Math.round(y)]),
    [
      [92, 110],
      [164, 110],
    ].map(([x, y]) => [x - 0, y - 0]),
  );
  assert.ok(holes.every(({ contrast }) => contrast > 100));
});

const ramp = {
  width: 64,
  height: 64,
  data: Uint8Array.from({ length: 64 * 64 * 3 }, (_, i) => (Math.floor(i / 3) % 64) * 4),
};

test('a patch of the same size is the picture', () => {
  const { data } = samplePatch(ramp, { left: 0, top: 0, side: 64 }, 64, WHITE);
  assert.equal([...data], [...ramp.data]);
});

test('scaled, moved, filled', () => {
  const half = samplePatch(ramp, { left: 8, top: 8, side: 32 }, 16, WHITE).data;
  // Sample 5 is the mean about column 8 + 10.5.
  assert.ok(Math.abs(half[5 * 3] - (8 + 10.5) * 4) < 1e-3);
  const beside = samplePatch(ramp, { left: -64, top: 0, side: 64 }, 16, [1, 2, 3]).data;
  assert.equal([...beside.subarray(0, 3)], [1, 2, 3]);
});

test('turned by a right angle, and blurred', () => {
  const turned = sampleTurned(ramp, { centre: [31.5, 31.5], side: 32, angle: Math.PI / 2 }, 32, WHITE).data;
  // Down in the patch is to the left in the picture.
  assert.ok(Math.abs(turned[0] - (31.5 + 15.5) * 4) < 1e-3);
  assert.ok(Math.abs(turned[31 * 32 * 3] - (31.5 - 15.5) * 4) < 1e-3);
  const flat = { side: 8, data: new Float32Array(192).fill(7) };
  for (const value of blurPatch(flat, 2).data) assert.ok(Math.abs(value - 7) < 1e-4);
  const dot = { side: 33, data: new Float32Array(33 * 33 * 3) };
  dot.data[(16 * 33 + 16) * 3] = 1000;
  const { data } = blurPatch(dot, 1.5);
  assert.ok(Math.abs(data.reduce((a, b) => a + b, 0) - 1000) < 0.1);
  assert.ok(Math.abs(data[(16 * 33 + 17) * 3] / data[(16 * 33 + 16) * 3] - Math.exp(-1 / 4.5)) < 1e-4);
});

test.run();
