import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { suppress } from '../../dist/align/blazeface.js';
import { type Landmarks, landmarksOf, type Point } from '../../dist/align/landmarks.js';
import { cropQuad, quadCentre, quadRotation, quadSize } from '../../dist/align/quad.js';
import { tileLevels } from '../../dist/align/tiles.js';
import { turnBack, turnPicture } from '../../dist/align/turn.js';

const test = suite('align/geometry');

const face: Landmarks = { leftEye: [40, 50], rightEye: [60, 50], leftMouth: [43, 75], rightMouth: [57, 75] };

test("the quad by hand: as wide as 3.6 times the way to the mouth, or 4 times the eyes' distance", () => {
  const long = cropQuad(face);
  assert.is(quadSize(long), 3.6 * 25);
  assert.equal(quadCentre(long), [50, 52.5]);
  assert.equal(long.topLeft, [5, 7.5]);
  assert.equal(long.topRight, [95, 7.5]);
  assert.is(quadRotation(long), 0);
  const wide = cropQuad({ ...face, leftMouth: [43, 60], rightMouth: [57, 60] });
  assert.is(quadSize(wide), 80);
});

test('a turned face has a turned quad', () => {
  for (const degrees of [-170, -90, -30, 15, 90, 135]) {
    const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
    const turn = ([x, y]: Point): Point => [x * cos - y * sin, x * sin + y * cos];
    const turned = Object.fromEntries(Object.entries(face).map(([name, point]) => [name, turn(point)]));
    const quad = cropQuad(turned as unknown as Landmarks);
    assert.ok(Math.abs(quadRotation(quad) - degrees) < 1e-9);
    assert.ok(Math.abs(quadSize(quad) - 90) < 1e-9);
    const corner = turn([5, 7.5]);
    assert.ok(Math.hypot(quad.topLeft[0] - corner[0], quad.topLeft[1] - corner[1]) < 1e-9);
  }
});

test('5 and 68 points', () => {
  const five: Point[] = [
    [40, 50],
    [60, 50],
    [50, 60],
    [43, 75],
    [57, 75],
  ];
  assert.equal(landmarksOf(five), face);
  const points = Array.from({ length: 68 }, (): Point => [0, 0]);
  for (let i = 0; i < 6; i++) {
    const [dx, dy] = [3 * Math.cos((i * Math.PI) / 3), 2 * Math.sin((i * Math.PI) / 3)];
    points[36 + i] = [40 + dx, 50 + dy];
    points[42 + i] = [60 + dx, 50 + dy];
  }
  points[48] = [43, 75];
  points[54] = [57, 75];
  const { leftEye, rightEye } = landmarksOf(points);
  assert.ok(
    Math.hypot(leftEye[0] - 40, leftEye[1] - 50) < 1e-9 && Math.hypot(rightEye[0] - 60, rightEye[1] - 50) < 1e-9,
  );
  assert.throws(() => landmarksOf(five.slice(1)), /4 points; a face has 5/);
  assert.throws(
    () =>
      landmarksOf([
        [40, 50],
        [40, 50],
        [50, 60],
        [43, 75],
        [57, 75],
      ]),
    /both eyes at the same place/,
  );
});

test('tiles cover the picture and show every face large enough', () => {
  for (const [width, height, least] of [
    [1600, 1200, 30],
    [300, 4000, 40],
    [120, 100, 30],
    [6000, 4000, 40],
  ]) {
    const levels = tileLevels(width, height, least);
    const last = levels.at(-1)!;
    const [{ side }] = last;
    assert.ok(levels.length === 1 || least / side >= 0.12 - 1e-9, `${least} px in ${side}`);
    // A face of 0.25 of a tile, anywhere in the picture, lies wholly in a tile of that level.
    const size = Math.min(0.25 * side, width, height);
    for (let x = 0; x <= width - size; x += size) {
      for (let y = 0; y <= height - size; y += size) {
        const whole = last.some(
          ({ left, top }) => x >= left && y >= top && x + size <= left + side && y + size <= top + side,
        );
        assert.ok(whole, `${size} px at ${x}, ${y} of ${width} × ${height}`);
      }
    }
  }
});

test('turned by quarters and back', () => {
  const picture = { width: 3, height: 2, data: Uint8Array.from({ length: 18 }, (_, i) => i) };
  let turned = picture;
  for (let i = 0; i < 4; i++) turned = turnPicture(turned, 1) as typeof picture;
  assert.equal(turned, picture);
  assert.equal(turnPicture(turnPicture(picture, 3), 1), picture);
  assert.equal([...turnPicture(picture, 1).data.subarray(0, 3)], [9, 10, 11]);
  for (const quarters of [1, 2, 3]) {
    const { data, width } = turnPicture(picture, quarters);
    // The pixel of 6, 7, 8 is at (2, 0), its box one pixel wide.
    const at = data.indexOf(6) / 3;
    const [x, y] = [at % width, Math.floor(at / width)];
    const seen = { score: 1, by: 'network' as const, box: { left: x, top: y, width: 1, height: 1 } };
    const back = turnBack(
      { ...seen, landmarks: { leftEye: [x, y], rightEye: [x, y], leftMouth: [x, y], rightMouth: [x, y] } },
      picture,
      quarters,
    );
    assert.equal(back.box, { left: 2, top: 0, width: 1, height: 1 });
    assert.equal(back.landmarks.leftEye, [2, 0]);
  }
});

test('of boxes that overlap the surest stays', () => {
  const box = (left: number, score: number) => ({ score, box: { left, top: 0, width: 10, height: 10 } });
  assert.equal(
    suppress([box(0, 0.5), box(2, 0.9), box(30, 0.4), box(9, 0.3)], 0.3).map(({ score }) => score),
    [0.9, 0.4, 0.3],
  );
});

test.run();
