import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Figure } from '../../../dist/emoji/report/report-data.js';
import {
  meanOf,
  type Observation,
  shareDifferenceOf,
  shareOf,
  studentT,
  wilson,
} from '../../../dist/emoji/report/statistics.js';
import { philox } from '../../../dist/pulse/random.js';

const near = (actual: number, expected: number, most: number) =>
  assert.ok(Math.abs(actual - expected) <= most, `${actual} instead of ${expected}`);

/** Observations of a cluster each. */
const alone = (values: readonly number[]): Observation[] => values.map((value, i) => ({ cluster: String(i), value }));

const shares = suite('emoji/report/statistics: shares');

shares("Wilson's interval as published", () => {
  // Newcombe, Statistics in Medicine 17, 1998, 857–872, table I, method 3.
  const published: [number, number, number, number][] = [
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ];
  for (const [r, n, low, high] of published) {
    const interval = wilson(r / n, n);
    near(interval.low, low, 5e-5);
    near(interval.high, high, 5e-5);
    const figure = shareOf(alone(Array.from({ length: n }, (_, i) => (i < r ? 1 : 0))))!;
    assert.equal(figure, { value: r / n, ...interval, n, emoji: n });
  }
});

shares('all and none reach to the very end', () => {
  for (const n of [1, 3, 7, 1000]) {
    assert.is(wilson(0, n).low, 0);
    assert.is(wilson(1, n).high, 1);
    assert.ok(wilson(1, n).low < 1 && wilson(0, n).high > 0);
  }
  assert.is(shareOf([]), undefined);
});

shares('what is alike counts once: five copies of everything say no more than one', () => {
  const once = alone(Array.from({ length: 40 }, (_, i) => (i < 30 ? 1 : 0)));
  const five = once.flatMap((observation) => Array.from({ length: 5 }, () => observation));
  const single = shareOf(once)!;
  const copied = shareOf(five)!;
  assert.is(copied.value, single.value);
  assert.equal([copied.n, copied.emoji], [200, 40]);
  // A little wider, for the variance between clusters is estimated: t of 39 for z.
  const expected = wilson(0.75, 40, studentT(39));
  near(copied.low, expected.low, 0.003);
  near(copied.high, expected.high, 0.003);
  // Where all succeed nothing tells how alike they are: they count as if wholly so.
  const all = shareOf(five.map(({ cluster }) => ({ cluster, value: 1 })))!;
  near(all.low, wilson(1, 40).low, 1e-12);
});

shares('what is in one cluster by accident counts nearly in full', () => {
  const draw = random(5);
  const observations = Array.from({ length: 2000 }, (_, i) => ({
    cluster: String(i % 200),
    value: draw() < 0.4 ? 1 : 0,
  }));
  const { value, low, high } = shareOf(observations)!;
  const free = wilson(value, 2000);
  near((high - low) / (free.high - free.low), 1, 0.15);
});

shares.run();

const means = suite('emoji/report/statistics: means');

means("Student's t as printed in tables", () => {
  const printed: [number, number][] = [
    [1, 12.706],
    [2, 4.303],
    [3, 3.182],
    [4, 2.776],
    [5, 2.571],
    [10, 2.228],
    [29, 2.045],
    [30, 2.042],
    [100, 1.984],
    [1000, 1.962],
    [100_000, 1.96],
  ];
  for (const [freedom, t] of printed) near(studentT(freedom), t, 5e-4);
});

means('independent values: the usual interval', () => {
  // Mean 5, standard deviation 1.5811 of five: 5 ± 2.7764 · 1.5811 / √5
  const figure = meanOf(alone([3, 4, 5, 6, 7]))!;
  near(figure.value, 5, 1e-12);
  near(figure.low, 5 - 1.9633, 1e-4);
  near(figure.high, 5 + 1.9633, 1e-4);
  assert.equal([figure.n, figure.emoji], [5, 5]);
});

means('clusters by hand: of one to three, the variance between their sums', () => {
  // Mean 4 over six. Sums less count · mean: 1 − 4 = −3, (3 + 5) − 8 = 0, (4 + 5 + 6) − 12 = 3.
  const figure = meanOf([
    { cluster: 'a', value: 1 },
    { cluster: 'b', value: 3 },
    { cluster: 'b', value: 5 },
    ...[4, 5, 6].map((value) => ({ cluster: 'c', value })),
  ])!;
  near(figure.value, 4, 1e-12);
  // 4.3027 · √(3/2 · (9 + 0 + 9) / 36)
  near(figure.high - 4, 4.3027 * Math.sqrt(0.75), 1e-3);
  assert.equal([figure.n, figure.emoji], [6, 3]);
});

means('one cluster tells nothing about others', () => {
  assert.is(meanOf([]), undefined);
  assert.is(meanOf([1, 2, 3].map((value) => ({ cluster: 'a', value }))), undefined);
});
means.run();

const pairs = suite('emoji/report/statistics: paired shares');

pairs("Bonett and Price's interval by hand", () => {
  // 3 up and 1 down of 10: (4 − 2) / 12 ± 1.96 · √((6/12 − (2/12)²) / 12)
  const figure = shareDifferenceOf(alone([1, 1, 1, -1, 0, 0, 0, 0, 0, 0]))!;
  near(figure.value, 0.2, 1e-12);
  near(figure.low, 2 / 12 - 1.96 * Math.sqrt((0.5 - 4 / 144) / 12), 1e-4);
  near(figure.high, 2 / 12 + 1.96 * Math.sqrt((0.5 - 4 / 144) / 12), 1e-4);
});

pairs('where nothing differs there is room for a difference all the same', () => {
  const { value, low, high } = shareDifferenceOf(alone([0, 0, 0, 0, 0]))!;
  assert.is(value, 0);
  assert.ok(low < -0.1 && high > 0.1);
  assert.is(shareDifferenceOf([]), undefined);
});
pairs.run();

const coverage = suite('emoji/report/statistics: simulated coverage');

/** Numbers of 0 to 1, the same on every machine. */
function random(seed: number): () => number {
  let [block, at] = [0, 4];
  let bits = [0, 0, 0, 0];
  return () => {
    if (at === 4) {
      bits = philox([block++, 0, 0, 0], [seed, 0]);
      at = 0;
    }
    return (bits[at++] + 0.5) / 2 ** 32;
  };
}

const RUNS = 1500;

/** How many of a hundred intervals hold the truth. */
function held(truth: number, make: (draw: () => number) => Figure, seed: number): number {
  const draw = random(seed);
  let hits = 0;
  for (let run = 0; run < RUNS; run++) {
    const { low, high } = make(draw);
    if (low <= truth && truth <= high) hits++;
  }
  return (100 * hits) / RUNS;
}

const normal = (draw: () => number) => Math.sqrt(-2 * Math.log(draw())) * Math.cos(2 * Math.PI * draw());

// Three standard errors of a share of 95 % in 1,500 runs are 1.7 %.
for (const clusters of [5, 12, 40]) {
  coverage(`95 of 100 means of ${clusters} clusters of alike values`, () => {
    const make = (draw: () => number) =>
      meanOf(
        Array.from({ length: clusters }, (_, i) => String(i)).flatMap((cluster) => {
          const common = normal(draw);
          return Array.from({ length: 4 }, () => ({ cluster, value: common + 0.5 * normal(draw) }));
        }),
      )!;
    near(held(0, make, clusters), 95, 1.7);
  });
}

coverage('at least about 95 of 100 shares in clusters of alike values', () => {
  for (const clusters of [8, 30]) {
    const make = (draw: () => number) =>
      shareOf(
        Array.from({ length: clusters }, (_, i) => String(i)).flatMap((cluster) => {
          // Half of the emoji are easy, and half are hard.
          const chance = draw() < 0.5 ? 0.9 : 0.5;
          return Array.from({ length: 5 }, () => ({ cluster, value: draw() < chance ? 1 : 0 }));
        }),
      )!;
    const hits = held(0.7, make, 100 + clusters);
    assert.ok(hits > 92.5 && hits < 99.5, `${hits}`);
  }
});

coverage('taken for independent, the same values would be held far more rarely', () => {
  const make = (draw: () => number) =>
    meanOf(
      alone(
        Array.from({ length: 12 }, () => normal(draw)).flatMap((common) =>
          Array.from({ length: 4 }, () => common + 0.5 * normal(draw)),
        ),
      ),
    )!;
  assert.ok(held(0, make, 7) < 80);
});

coverage('paired shares', () => {
  const make = (draw: () => number) =>
    shareDifferenceOf(
      alone(
        Array.from({ length: 25 }, () => {
          const easy = draw();
          return Number(draw() < (easy + 0.8) / 2) - Number(draw() < (easy + 0.4) / 2);
        }),
      ),
    )!;
  const hits = held(0.2, make, 9);
  assert.ok(hits > 93 && hits < 98.5, `${hits}`);
});
coverage.run();
