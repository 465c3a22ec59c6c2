import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Frame, merged } from '../../../dist/image/animation/frame.js';
import { delays, INTRO, type Shown, schedule, usualSeconds } from '../../../dist/image/animation/schedule.js';

const test = suite('image/animation/schedule');
const timing = { fps: 20, hold: 1.5, intro: 0 };
const ticksOf = (shown: readonly Shown[]) => shown.reduce((sum, { ticks }) => sum + ticks, 0);

test('a search of usual length: a frame for every step, then the last one stays', () => {
  const shown = schedule(100, timing);
  assert.equal(
    shown.map(({ step }) => step),
    Array.from({ length: 100 }, (_, step) => step),
  );
  assert.ok(shown.slice(0, -1).every(({ ticks }) => ticks === 1));
  assert.is(shown.at(-1)!.ticks, 31);
  assert.is(usualSeconds(100), 5);
  assert.is(usualSeconds(3000), 5);
  assert.is(usualSeconds(10), 1);
});

test('more steps than time are left out evenly, fewer are seen for longer; the ends stay', () => {
  for (const [steps, seconds] of [
    [1000, 2],
    [7, 3],
    [1, 1],
    [2, 0.01],
    [33, 1.7],
  ]) {
    const shown = schedule(steps, { ...timing, seconds });
    assert.is(ticksOf(shown), Math.max(1, Math.round(seconds * 20)) + 30);
    assert.is(shown.at(-1)!.step, steps - 1);
    if (seconds >= 0.1) assert.is(shown[0].step, 0);
    assert.ok(shown.every(({ ticks, step }, i) => ticks >= 1 && (i === 0 || step > shown[i - 1].step)));
  }
  const gaps = schedule(1000, { ...timing, seconds: 2 }).map(({ step }, i, all) =>
    i === 0 ? 25 : step - all[i - 1].step,
  );
  assert.ok(gaps.every((gap) => gap === 25 || gap === 26));
});

test('the target first', () => {
  const shown = schedule(10, { fps: 10, seconds: 1, hold: 0, intro: 0.7 });
  assert.equal(shown[0], { step: INTRO, ticks: 7 });
  assert.is(ticksOf(shown), 17);
});

test('delays sum up to the film, whatever they are rounded to', () => {
  for (const fps of [1, 7, 20, 24, 30, 50]) {
    const ticks = Array.from({ length: 100 }, (_, i) => 1 + (i % 4));
    const total = (ticks.reduce((a, b) => a + b) * 1000) / fps;
    for (const unit of [1, 10]) {
      const told = delays(ticks, fps, unit);
      assert.ok(Math.abs(told.reduce((a, b) => a + b) - total) <= unit / 2);
      assert.ok(told.every((delay, i) => delay % unit === 0 && Math.abs(delay - (ticks[i] * 1000) / fps) <= unit));
      // No browser plays a GIF faster than this.
      assert.ok(told.every((delay) => delay >= 20));
    }
  }
});

test('equal neighbours become one frame, for as long as all of them', async () => {
  const frame = (grey: number, ticks: number): Frame => ({
    image: { width: 1, height: 1, data: new Uint8Array(3).fill(grey) },
    ticks,
  });
  async function* frames() {
    yield* [frame(1, 1), frame(1, 2), frame(2, 1), frame(1, 4), frame(1, 30)];
  }
  const found: [number, number][] = [];
  for await (const { image, ticks } of merged(frames())) found.push([image.data[0], ticks]);
  assert.equal(found, [
    [1, 3],
    [2, 1],
    [1, 34],
  ]);
});

test.run();
