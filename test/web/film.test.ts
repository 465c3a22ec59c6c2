// Which faces a film keeps of a search, and when each is seen.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type FilmFrame, frameAt, thin } from '../../dist-test/page/state/film.js';

const test = suite('web film');
const reel = (count: number) =>
  Array.from({ length: count }, (_, step): FilmFrame<string> => ({ step, face: `${step}` }));
const stepsOf = (frames: readonly FilmFrame<string>[]) => frames.map(({ step }) => step);

test('a frame is seen until the next one’s step', () => {
  const frames = [3, 5, 9].map((step) => ({ step, face: '' }));
  assert.equal(
    [0, 3, 4, 5, 8, 9, 50].map((step) => frameAt(frames, step).step),
    [3, 3, 3, 5, 5, 9, 9],
  );
});

test('more frames than may be are thinned where there are most, and the first stays', () => {
  const reels = [reel(7), reel(3)];
  thin(reels, 10);
  assert.equal(reels.map(stepsOf), [
    [0, 1, 2, 3, 4, 5, 6],
    [0, 1, 2],
  ]);
  thin(reels, 9);
  assert.equal(reels.map(stepsOf), [
    [0, 2, 4, 6],
    [0, 1, 2],
  ]);
});

test('however many restarts there are, there are no more frames', () => {
  const reels: FilmFrame<string>[][] = [];
  for (let restart = 0; restart < 300; restart++) {
    reels.push([]);
    for (const frame of reel(20)) {
      reels[restart].push(frame);
      thin(reels, 128);
      assert.ok(reels.flat().length <= 128);
    }
    assert.ok(reels[restart].length > 0, `restart ${restart}`);
  }
});

test.run();
