import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { cropFace, scaleCrop } from '../../dist/align/crop.js';
import { landmarksOf, type Point } from '../../dist/align/landmarks.js';
import { type CropQuad, cropQuad } from '../../dist/align/quad.js';
import { readImage8 } from '../../dist/image/read.js';
import { loadAddon } from '../../dist/node/native.js';
import { goldenTest } from '../goldens.js';
import { referenceCrop } from './ffhq-reference.js';

const test = suite('align/crop');

interface GoldenCase {
  readonly name: string;
  readonly image: string;
  readonly landmarks: readonly Point[];
  /** By size: [size, size, 3] in [0, 1]. */
  readonly targets: Readonly<Record<string, readonly number[]>>;
}

goldenTest(test, "the original's crops and targets", ['align/cases.json'], async (path) => {
  const cases = JSON.parse(await readFile(path, 'utf8')) as GoldenCase[];
  assert.is(cases.length, 5);
  for (const { name, image, landmarks, targets } of cases) {
    const picture = await readImage8(join(dirname(path), image), { background: 'white' });
    const crop = await cropFace(picture, cropQuad(landmarksOf(landmarks)));
    const expected = await sharp(join(dirname(path), `${name}.crop256.png`))
      .removeAlpha()
      .raw()
      .toBuffer();
    let difference = 0;
    for (let i = 0; i < expected.length; i++) {
      const [x, y, c] = [Math.floor(i / 3) % 256, Math.floor(i / 768), i % 3];
      let sum = 0;
      for (let k = 0; k < 16; k++) sum += crop.data[((4 * y + (k >> 2)) * 1024 + 4 * x + (k & 3)) * 3 + c];
      difference += Math.abs(sum / 16 - expected[i]);
    }
    // The tolerance is 1 of 255; Pillow cuts off fractions where we round, which makes most of the 0.2 to 0.4 there are.
    assert.ok(difference / expected.length <= 0.5, `${name}: off by ${difference / expected.length} of 255`);
    for (const [size, target] of Object.entries(targets)) {
      const { data } = scaleCrop(crop, Number(size));
      const off = target.reduce((sum, value, i) => sum + Math.abs(value - data[i] / 255), 0) / target.length;
      assert.ok(off <= 0.004, `${name} at ${size}: off by ${off}`);
    }
  }
});

/** A picture of smooth and sharp parts that no symmetry hides anything in. */
function somePicture(width: number, height: number) {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * 3;
      data[at] = 127 + 120 * Math.sin(x / 7 + y / 11);
      data[at + 1] = (x * 5 + y * 3) % 256;
      data[at + 2] = (x >> 3) % 2 === (y >> 4) % 2 ? 230 : 20;
    }
  }
  return { width, height, data };
}

/** A square about a middle, turned by degrees. */
function square(x: number, y: number, side: number, degrees: number): CropQuad {
  const [dx, dy] = [(Math.cos((degrees * Math.PI) / 180) * side) / 2, (Math.sin((degrees * Math.PI) / 180) * side) / 2];
  const corner = (right: number, down: number): Point => [x + right * dx - down * dy, y + right * dy + down * dx];
  return { topLeft: corner(-1, -1), bottomLeft: corner(-1, 1), bottomRight: corner(1, 1), topRight: corner(1, -1) };
}

/** [what, width, height, quad, side of the crop, the most that the mean may be off] */
const shapes: readonly (readonly [string, number, number, CropQuad, number])[] = [
  ['enlarged, inside', 90, 80, square(45, 40, 41.3, 0), 48],
  ['turned, inside', 200, 170, square(101, 86, 93.7, 23), 48],
  ['beyond the left edge', 120, 130, square(30, 66, 88, -9), 48],
  ['beyond all edges', 61, 47, square(30, 24, 110, 31), 48],
  ['half outside', 100, 100, square(99, 20, 70, 180), 40],
  ['as large as the fine grid', 420, 400, square(205, 200, 190, 4), 48],
  ['scaled down first', 700, 640, square(330, 310, 500, -12), 48],
  ['scaled down first, and beyond the edges', 610, 333, square(300, 160, 620, 78), 50],
  ['a single pixel', 1, 1, square(0, 0, 3, 10), 16],
  ['eight pixels', 8, 8, square(3.5, 3.5, 9, 0), 32],
  ['a line of pixels', 300, 1, square(150, 0, 60, 0), 24],
];

for (const [name, width, height, quad, side] of shapes) {
  test(`against float64: ${name}`, async () => {
    const picture = somePicture(width, height);
    const corners = Float64Array.of(...quad.topLeft, ...quad.bottomLeft, ...quad.bottomRight, ...quad.topRight);
    const actual = await loadAddon().crop(picture.data, width, height, corners, side);
    const expected = referenceCrop(picture, quad, side);
    let off = 0;
    for (let i = 0; i < expected.length; i++) off += Math.abs(actual[i] - expected[i]);
    // In steps of 8 bits: the median is of a subset, the blur of a coarser grid, and enlarging takes fewer samples.
    assert.ok(off / expected.length <= 0.6, `off by ${off / expected.length} of 255 in the mean`);
  });
}

test('the picture may be changed or handed on as soon as the call returns', async () => {
  const picture = somePicture(150, 140);
  const quad = square(75, 70, 80, 5);
  const corners = Float64Array.of(...quad.topLeft, ...quad.bottomLeft, ...quad.bottomRight, ...quad.topRight);
  const expected = await loadAddon().crop(picture.data, 150, 140, corners, 64);
  const running = loadAddon().crop(picture.data, 150, 140, corners, 64);
  picture.data.fill(0);
  structuredClone(picture.data, { transfer: [picture.data.buffer] });
  assert.equal(await running, expected);
});

test('crops at once do not disturb each other', async () => {
  const picture = somePicture(300, 200);
  const quads = Array.from({ length: 12 }, (_, i) => square(100 + 9 * i, 100, 60 + 10 * i, 15 * i));
  const alone: Uint8Array[] = [];
  for (const quad of quads) alone.push((await cropFace(picture, quad)).data);
  const together = await Promise.all(quads.map((quad) => cropFace(picture, quad)));
  assert.equal(
    together.map(({ data }) => Buffer.compare(data, alone.shift()!)),
    quads.map(() => 0),
  );
});

test('refuses what is no crop', async () => {
  const picture = somePicture(40, 30);
  const refused = async (quad: CropQuad, why: RegExp) => {
    try {
      await cropFace(picture, quad, 'a.png');
    } catch (error) {
      assert.match(`${error}`, why);
      return;
    }
    assert.unreachable('a crop was made');
  };
  await refused(square(200, 15, 20, 0), /FacewrightError: a\.png: .*beside the picture/);
  await refused(square(2 ** 64, 15, 2 ** 17, 0), /beside the picture/);
  await refused(square(20, 15, 0, 0), /a\.png: .*has to be a square/);
  await refused({ ...square(20, 15, 20, 0), topRight: [50, 9] }, /has to be a square/);
  await refused(square(Number.NaN, 15, 20, 0), /has to be a square/);
  await refused(square(20, 15, Number.POSITIVE_INFINITY, 0), /has to be a square|too large/);
  await refused(square(20, 15, 3e6, 0), /too large/);
});

test('the addon checks all that it is given', () => {
  const addon = loadAddon();
  const crop = (...words: unknown[]) =>
    (addon.crop as (...words: unknown[]) => Promise<Uint8Array>).call(addon, ...words);
  const quad = Float64Array.of(1, 1, 1, 5, 5, 5, 5, 1);
  const pixels = new Uint8Array(8 * 8 * 3);
  assert.throws(() => crop(pixels, 8, 8, quad, 0), /side: expected 1 to 4096/);
  assert.throws(() => crop(pixels, 8, 8, quad, 1e9), /side: expected 1 to 4096/);
  assert.throws(() => crop(pixels, 8, 9, quad, 16), /pixels: wrong length/);
  assert.throws(() => crop(pixels, -8, -8, quad, 16), /not those of a picture/);
  assert.throws(() => crop(pixels, 2 ** 40, 2 ** 40, quad, 16), /not those of a picture/);
  assert.throws(() => crop(pixels, 8, 8, quad.subarray(2), 16), /quad: expected four corners/);
  assert.throws(() => crop(pixels, 8, 8, new Float32Array(8), 16), /quad: expected a typed array/);
  assert.throws(() => crop([], 8, 8, quad, 16), /pixels: expected a typed array/);
});

test.run();
