// How kernels are timed, with a clock that answers what the test wants.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  LEAST_SAMPLES,
  timeInTurn,
  timeLaunches,
  timeWarmAndCold,
  timingOf,
} from '../../../dist/bench/kernels/time.js';
import { launchesOf, syntheticClock } from './synthetic.js';

const micro = 1e-6;
const near = (found: number, expected: number) =>
  assert.ok(Math.abs(found - expected) < 1e-9 * expected, `${found} instead of ${expected}`);

test('a pass has as many launches as make a millisecond, and a sample is a launch of them', async () => {
  const { clock, seen } = syntheticClock(({ launches }) => launches * 7 * micro);
  const { median, quartiles, samples } = await timeLaunches({ clock }, launchesOf('a'), { samples: 10 });
  assert.is(samples.length, 10);
  near(median, 7 * micro);
  near(quartiles[0], 7 * micro);
  // 128 launches take 0.9 ms, 256 take 1.8.
  assert.equal(
    seen.map(({ launches }) => launches),
    [1, ...[1, 2, 4, 8, 16, 32, 64, 128, 256].flatMap((count) => [count, count]), ...Array(10).fill(256)],
  );
});

test('a kernel whose launches take no time at all is launched 4096 times', async () => {
  const { clock, seen } = syntheticClock(() => 0);
  const { median } = await timeLaunches({ clock }, launchesOf('a'), { samples: 5 });
  assert.is(median, 0);
  assert.is(seen.at(-1)!.launches, 4096);
});

test('a long kernel is launched once a sample, and no more begins when the time is up', async () => {
  const { clock, seen } = syntheticClock(() => 0.2);
  assert.is((await timeLaunches({ clock }, launchesOf('a'), { budget: 0.3 })).samples.length, LEAST_SAMPLES);
  assert.is((await timeLaunches({ clock }, launchesOf('a'), { budget: 1.1 })).samples.length, LEAST_SAMPLES + 1);
  assert.ok(seen.every(({ launches }) => launches === 1));
});

test('what slows the device for a moment shows in the quartiles, not in the median', async () => {
  const { clock } = syntheticClock((_, before) => (before % 4 === 0 ? 9e-3 : 2e-3));
  const { median, quartiles } = await timeLaunches({ clock }, launchesOf('a'), { samples: 16, budget: 1 });
  near(median, 2e-3);
  near(quartiles[0], 2e-3);
  assert.ok(quartiles[1] > 2e-3);
});

test('cold passes are begun with empty caches, and end before they come to known data', async () => {
  const { clock, seen } = syntheticClock(({ launches }) => launches * micro);
  await timeLaunches({ clock }, launchesOf('a', 100), { cold: true, samples: 4 });
  assert.ok(seen.every(({ cold, evicted }) => cold && evicted));
  assert.is(seen.at(-1)!.launches, 100);
  const warm = syntheticClock(({ launches }) => launches * micro);
  await timeLaunches({ clock: warm.clock }, launchesOf('a', 100), { samples: 4 });
  assert.ok(warm.seen.every(({ cold, evicted }) => !cold && !evicted));
});

test('cold passes are as long as warm ones were, where there is data for that', async () => {
  for (const [most, launches] of [
    [Number.POSITIVE_INFINITY, 512],
    [100, 100],
  ]) {
    const { clock, seen } = syntheticClock((pass) => pass.launches * (pass.cold ? 8 : 2) * micro);
    const { warm, cold } = await timeWarmAndCold({ clock }, launchesOf('a', most), { samples: 4 });
    near(warm.median, 2 * micro);
    near(cold.median, 8 * micro);
    const colds = seen.filter((pass) => pass.cold);
    assert.equal(
      colds.map((pass) => pass.launches),
      Array(4).fill(launches),
    );
  }
});

test('two kernels are timed in turn, their order changing, a sample of each in every round', async () => {
  // The device gets slower by a tenth with every pass: medians of the one and then of the other would differ by far.
  const { clock, seen } = syntheticClock(({ kernel }, before) => (kernel === 'a' ? 3e-3 : 2e-3) * 1.1 ** before);
  const [a, b] = await timeInTurn({ clock }, [launchesOf('a'), launchesOf('b')], { rounds: 6, budget: 1 });
  const order = seen.slice(-12).map(({ kernel }) => kernel);
  assert.is(order.join(''), 'abbaabbaabba');
  assert.is(a.samples.length, 6);
  near(a.samples[0] / b.samples[0], 1.5 / 1.1);
  near(a.samples[1] / b.samples[1], 1.5 * 1.1);
});

test('a timing keeps its samples', () => {
  assert.equal(timingOf([3, 1, 2]), { median: 2, quartiles: [1.5, 2.5], samples: [3, 1, 2] });
});

test.run();
