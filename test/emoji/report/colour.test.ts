import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  angleShift,
  ciede2000,
  faceColour,
  faceDifference,
  type Pixels,
  typologyAngle,
} from '../../../dist/emoji/report/colour.js';
import { faceEllipse, faceWeights } from '../../../dist/emoji/report/region.js';

const near = (actual: number, expected: number, most: number) =>
  assert.ok(Math.abs(actual - expected) <= most, `${actual} instead of ${expected}`);

type Colour = readonly [number, number, number];

/** A picture whose pixels are told by their place, from 0 to 1 across and down. */
function picture(size: number, colourAt: (x: number, y: number) => Colour): Pixels {
  const pixels = new Uint8Array(3 * size * size);
  for (let i = 0; i < size * size; i++) {
    pixels.set(colourAt(((i % size) + 0.5) / size, (Math.floor(i / size) + 0.5) / size), 3 * i);
  }
  return pixels;
}

const plain = (size: number, colour: Colour) => picture(size, () => colour);

const colours = suite('emoji/report/colour');

// Sharma, Wu & Dalal 2005, table 1: L*, a*, b* of both colours, and their difference.
const published: [Colour, Colour, number][] = [
  [[50, 2.6772, -79.7751], [50, 0, -82.7485], 2.0425],
  [[50, 3.1571, -77.2803], [50, 0, -82.7485], 2.8615],
  [[50, 2.8361, -74.02], [50, 0, -82.7485], 3.4412],
  [[50, -1.3802, -84.2814], [50, 0, -82.7485], 1],
  [[50, 0, 0], [50, -1, 2], 2.3669],
  [[50, 2.49, -0.001], [50, -2.49, 0.0009], 7.1792],
  [[50, 2.49, -0.001], [50, -2.49, 0.0011], 7.2195],
  [[50, 2.5, 0], [73, 25, -18], 27.1492],
  [[50, 2.5, 0], [61, -5, 29], 22.8977],
  [[50, 2.5, 0], [56, -27, -3], 31.903],
  [[50, 2.5, 0], [58, 24, 15], 19.4535],
  [[60.2574, -34.0099, 36.2677], [60.4626, -34.1751, 39.4387], 1.2644],
  [[63.0109, -31.0961, -5.8663], [62.8187, -29.7946, -4.0864], 1.263],
  [[2.0776, 0.0795, -1.135], [0.9033, -0.0636, -0.5514], 0.9082],
];

colours('CIEDE2000 as published, either way round', () => {
  const lab = ([l, a, b]: Colour) => ({ mode: 'lab65' as const, l, a, b });
  for (const [first, second, expected] of published) {
    near(ciede2000(lab(first), lab(second)), expected, 5e-5);
    near(ciede2000(lab(second), lab(first)), expected, 5e-5);
  }
});

colours('pictures of one colour differ as their colours do, at any size', () => {
  for (const size of [1, 4, 16, 17, 32, 256]) {
    near(faceDifference(plain(size, [255, 0, 0]), plain(size, [0, 255, 0]), size), 86.608, 1e-3);
    near(faceDifference(plain(size, [0, 0, 0]), plain(size, [255, 255, 255]), size), 100, 1e-3);
    assert.is(faceDifference(plain(size, [12, 99, 7]), plain(size, [12, 99, 7]), size), 0);
  }
});

colours('what is beside the face counts for nothing, and what is in it by its share', () => {
  const { y, down } = faceEllipse;
  const grey = plain(32, [128, 128, 128]);
  const hat = picture(32, (_, at) => (at < y - down - 1 / 32 ? [255, 0, 0] : [128, 128, 128]));
  assert.is(faceDifference(grey, hat, 32), 0);
  // The left half of the ellipse: its middle is the picture's.
  const half = picture(32, (x) => (x < 0.5 ? [255, 255, 255] : [128, 128, 128]));
  const whole = faceDifference(grey, plain(32, [255, 255, 255]), 32);
  near(faceDifference(grey, half, 32), whole / 2, 1e-9);
});

colours('the mean colour is a mean of light: black and white in equal parts are as light as L* 76', () => {
  const half = picture(16, (x) => (x < 0.5 ? [255, 255, 255] : [0, 0, 0]));
  // L* = 116 · ∛0.5 − 16
  near(faceColour(half, 16).l, 116 * Math.cbrt(0.5) - 16, 1e-6);
});

colours('the typology angle by hand', () => {
  const angle = (l: number, b: number) => typologyAngle({ mode: 'lab65', l, a: 3, b });
  near(angle(70, 20), 45, 1e-12);
  near(angle(50, 20), 0, 1e-12);
  near(angle(30, 20), -45, 1e-12);
  near(angle(50 + 20 * Math.sqrt(3), 20), 60, 1e-12);
  // Blue, and lighter than the middle: beyond a right angle.
  near(angle(70, -20), 135, 1e-12);
});

colours('a picture of one colour has the angle of that colour', () => {
  // sRGB (198, 134, 66), by the formulas of IEC 61966-2-1 and CIE 15 with D65.
  const light = (v: number) => ((v / 255 + 0.055) / 1.055) ** 2.4;
  const [r, g, b] = [198, 134, 66].map(light);
  const Y = 0.2126729 * r + 0.7151522 * g + 0.072175 * b;
  const Z = (0.0193339 * r + 0.119192 * g + 0.9503041 * b) / 1.08883;
  const [l, bStar] = [116 * Math.cbrt(Y) - 16, 200 * (Math.cbrt(Y) - Math.cbrt(Z))];
  const angle = (Math.atan((l - 50) / bStar) * 180) / Math.PI;
  for (const size of [4, 16, 64]) near(typologyAngle(faceColour(plain(size, [198, 134, 66]), size)), angle, 0.02);
});

colours('angles shift the shorter way round', () => {
  assert.is(angleShift({ target: 10, result: 35 }), 25);
  assert.is(angleShift({ target: 35, result: 10 }), -25);
  assert.is(angleShift({ target: 170, result: -170 }), 20);
  assert.is(angleShift({ target: -170, result: 170 }), -20);
});

colours('the region: parts of pixels that sum to 1, the same on both sides, around its middle', () => {
  for (const size of [1, 7, 16, 32, 200]) {
    const weights = faceWeights(size);
    near(
      weights.reduce((sum, weight) => sum + weight, 0),
      1,
      1e-9,
    );
    let [x, y] = [0, 0];
    for (const [i, weight] of weights.entries()) {
      const [row, column] = [Math.floor(i / size), i % size];
      x += (weight * (column + 0.5)) / size;
      y += (weight * (row + 0.5)) / size;
      near(weight, weights[row * size + size - 1 - column], 1e-12);
    }
    near(x, faceEllipse.x, 1e-9);
    // Where a pixel is as large as the ellipse its place is lost.
    if (size >= 16) near(y, faceEllipse.y, 0.002);
  }
  // At 16 px: pixels of the middle are whole, those of the rim in part.
  const weights = faceWeights(16);
  const whole = 1 / (256 * Math.PI * faceEllipse.across * faceEllipse.down);
  near(weights[9 * 16 + 8], whole, whole * 0.02);
  assert.ok(weights.some((weight) => weight > 0 && weight < 0.9 * whole));
  assert.is(weights[0], 0);
});

colours.run();
