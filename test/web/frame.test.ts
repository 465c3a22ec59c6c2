// The square that is cut out of a picture: it never leaves it, whatever is done.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { faceOf } from '../../dist-test/page/state/faces.js';
import {
  type Corner,
  centreFrame,
  drawCorner,
  type Frame,
  growFrame,
  moveFrame,
} from '../../dist-test/page/state/frame.js';
import { normals } from '../random.js';

const test = suite('web frame');
const picture = { width: 200, height: 120 };

test('it begins as the largest square in the middle', () => {
  assert.equal(centreFrame(picture), { left: 40, top: 0, side: 120 });
  assert.equal(centreFrame({ width: 3, height: 8 }), { left: 0, top: 2, side: 3 });
});

test('it moves as far as the picture reaches', () => {
  const frame = { left: 40, top: 20, side: 60 };
  assert.equal(moveFrame(frame, 7, -5, picture), { left: 47, top: 15, side: 60 });
  assert.equal(moveFrame(frame, 1000, -1000, picture), { left: 140, top: 0, side: 60 });
});

test('it grows about its middle, and is moved where there is no room', () => {
  assert.equal(growFrame({ left: 40, top: 20, side: 60 }, 20, picture), { left: 30, top: 10, side: 80 });
  assert.equal(growFrame({ left: 0, top: 20, side: 60 }, 20, picture), { left: 0, top: 10, side: 80 });
  assert.equal(growFrame({ left: 40, top: 20, side: 60 }, 1000, picture).side, 120);
  assert.equal(growFrame({ left: 40, top: 20, side: 60 }, -1000, picture).side, 4);
});

test('at a corner it is drawn so that the opposite one stays', () => {
  const frame = { left: 40, top: 20, side: 60 };
  assert.equal(drawCorner(frame, { x: 'right', y: 'bottom' }, 80, picture), { left: 40, top: 20, side: 80 });
  assert.equal(drawCorner(frame, { x: 'left', y: 'top' }, 70, picture), { left: 30, top: 10, side: 70 });
  assert.equal(drawCorner(frame, { x: 'left', y: 'bottom' }, 1000, picture), { left: 0, top: 20, side: 100 });
});

test('whatever is done, it stays whole pixels within the picture', () => {
  let frame: Frame = centreFrame(picture);
  const numbers = normals('frames', 3 * 500, 60);
  for (let i = 0; i < numbers.length; i += 3) {
    const [a, b, c] = numbers.subarray(i, i + 3);
    const corner: Corner = { x: a > 0 ? 'left' : 'right', y: b > 0 ? 'top' : 'bottom' };
    const steps = [
      moveFrame(frame, a, b, picture),
      growFrame(frame, c, picture),
      drawCorner(frame, corner, c, picture),
    ];
    for (frame of steps) {
      const { left, top, side } = frame;
      assert.ok([left, top, side].every(Number.isInteger), JSON.stringify(frame));
      assert.ok(left >= 0 && top >= 0 && side >= 4 && left + side <= 200 && top + side <= 120, JSON.stringify(frame));
    }
    frame = steps[i % 3];
  }
});

test('a crop becomes the upright frame about its middle, and as large, where the picture reaches so far', () => {
  // The pixel at 89.5 ends at 90: there is its middle.
  const crop = { x: 89.5, y: 74.5, side: 50.2, turned: 12 };
  assert.equal(faceOf(crop, { width: 200, height: 160 }), { frame: { left: 65, top: 50, side: 50 }, turned: 12 });
  assert.equal(faceOf(crop, { width: 100, height: 160 }).frame, { left: 50, top: 50, side: 50 });
  assert.equal(faceOf(crop, { width: 200, height: 40 }).frame, { left: 70, top: 0, side: 40 });
});

test.run();
