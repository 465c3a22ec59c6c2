import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { commonRange, drawCurve, marks } from '../../../dist/image/animation/curve.js';
import { makeFilm } from '../../../dist/image/animation/film.js';
import { INTRO, usualFilm } from '../../../dist/image/animation/schedule.js';
import { type Look, Stage, type Track } from '../../../dist/image/animation/stage.js';
import type { Rgb8Image } from '../../../dist/image/rgb.js';

const test = suite('image/animation/stage');

function grey(side: number, value: number): Rgb8Image {
  return { width: side, height: side, data: new Uint8Array(3 * side * side).fill(value) };
}

/** Step k is of grey 10·k; the target of grey 200. */
function track(steps: number, label = 'label'): Track {
  const best = Array.from({ length: steps }, (_, step) => 0.1 / (step + 1));
  return {
    label,
    steps,
    target: grey(4, 200),
    losses: { best, eps: 0.002 },
    picture: async (step) => grey(8, 10 * step),
  };
}

const look: Look = { side: 64, target: false, curve: false };
const at = ({ data, width }: Rgb8Image, x: number, y: number) => [
  ...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3),
];
const three = (value: number) => [value, value, value];

test('a face alone fills the frame', async () => {
  const stage = new Stage([track(5)], look);
  assert.equal([stage.width, stage.height, stage.steps], [64, 64, 5]);
  for (const [x, y] of [
    [0, 0],
    [63, 63],
    [32, 20],
  ])
    assert.equal(at(await stage.frame(3), x, y), three(30));
  assert.equal(at(await stage.frame(INTRO), 0, 63), three(200));
});

test('target, face and curve in a row; searches below each other, and each at its own step', async () => {
  const stage = new Stage([track(3), track(5)], { ...look, target: true, curve: true });
  // Margins of 12, gaps of 6 and captions of 26: three quarters of what they are at 256 px.
  assert.equal([stage.width, stage.height], [2 * 12 + 3 * 64 + 2 * 6, 12 + 2 * (64 + 26)]);
  const frame = await stage.frame(4);
  const middle = (cell: number, row: number) => at(frame, 12 + cell * 70 + 32, 12 + row * 90 + 32);
  assert.equal([middle(0, 0), middle(1, 0)], [three(200), three(20)]);
  assert.equal([middle(0, 1), middle(1, 1)], [three(200), three(40)]);
  assert.equal(at(frame, 2, 2), three(0xf3));
  assert.not.equal((await stage.frame(1)).data, (await stage.frame(2)).data);
});

test('faces alone stand beside each other, under a title', () => {
  const stage = new Stage([track(3), track(3), track(3)], { ...look, title: 'title' });
  assert.equal([stage.width, stage.height], [2 * 12 + 3 * 64 + 2 * 12, 12 + 27 + 64 + 26]);
});

test('what no format holds is refused', async () => {
  const many = Array.from({ length: 20 }, () => track(2));
  const options = { ...usualFilm, ...look, side: 1024, format: 'webp', creatorTool: 'test' } as const;
  await makeFilm(many, options).then(
    () => assert.unreachable(),
    (error: Error) => assert.match(error.message, /^an animation of 2\d{4} × 1174 pixels.*fewer beside each other/),
  );
});

test('the curve: round marks, one scale for all, gaps where there is no number', () => {
  assert.equal(marks({ least: 0.0016, most: 0.11 }), [0.003, 0.01, 0.03, 0.1]);
  assert.equal(marks({ least: 0.0009, most: 0.012 }), [0.001, 0.002, 0.005, 0.01]);
  assert.equal(marks({ least: 0.00009, most: 1.2 }), [0.0001, 0.001, 0.01, 0.1, 1]);
  const [a, b] = [
    { best: [0.5, Number.NaN, 0.02, 0.01], eps: 0.002 },
    { best: [0.1], own: [0.9], eps: 0 },
  ];
  const range = commonRange([a, b]);
  assert.ok(range.least < 0.002 && range.most > 0.9);
  const box = { x: 0, y: 0, width: 256, height: 256 };
  const drawn = drawCurve(a, box, range, 3, 4, 1);
  assert.match(drawn, /d="M[\d.]+ [\d.]+M[\d.]+ [\d.]+L[\d.]+ [\d.]+" stroke="#2f5bd7"/);
  assert.match(drawn, /stroke-dasharray/);
  assert.not.match(drawCurve(b, box, range, 0, 1, 1), /stroke-dasharray/);
  assert.not.match(drawCurve(a, box, range, INTRO, 4, 1), /circle|#2f5bd7/);
  assert.equal(commonRange([{ best: [], eps: 0 }]), { least: 0.001, most: 1 });
});

test.run();
