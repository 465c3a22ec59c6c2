// What is measured on a device: clocks, data, ceilings, the control kernel.

import * as assert from 'uvu/assert';
import { type BenchDevice, openBenchDevice } from '../../../dist/bench/kernels/bench-device.js';
import { copyDispatch, fmaDispatch, measureCeilings } from '../../../dist/bench/kernels/ceilings.js';
import { WallClock } from '../../../dist/bench/kernels/clock.js';
import { Control } from '../../../dist/bench/kernels/control.js';
import { prepare } from '../../../dist/bench/kernels/prepare.js';
import { timeInTurn, timeLaunches } from '../../../dist/bench/kernels/time.js';
import { adapterSuite } from '../../skip.js';

const test = adapterSuite<{ bench: BenchDevice }>('a device that is measured');

test.before(async (context) => {
  context.bench = await openBenchDevice({ adapter: process.env.FACEWRIGHT_ADAPTER });
});
test.after(({ bench }) => bench.close());

test('more multiply-adds take longer', async ({ bench }) => {
  const preparing = [256, 64].map((turns) => prepare(bench, fmaDispatch(bench.info.software, turns), { batch: 1 }));
  const [long, short] = await Promise.all(preparing);
  const [most, least] = await timeInTurn(bench, [long, short], { rounds: 15, budget: 0.5 });
  long.destroy();
  short.destroy();
  const ratio = Math.min(...most.samples) / Math.min(...least.samples);
  assert.ok(ratio > 1.3 && ratio < 30, `four times the work took ${ratio} times as long`);
});

test('ceilings are what machines of today can do', async ({ bench }) => {
  const { fma, copy, launch } = await measureCeilings(bench, fmaDispatch(bench.info.software, 32), {
    samples: 5,
  });
  assert.ok(fma > 1e8 && fma < 1e15, `${fma} FLOP/s`);
  assert.ok(copy > 1e7 && copy < 1e14, `${copy} B/s`);
  assert.ok(launch > 1e-8 && launch < 0.1, `${launch} s`);
});

test('there are two sets of data or more, and cold passes are short where all sets would stay in a cache', async ({
  bench,
}) => {
  const large = await prepare(bench, copyDispatch(2 ** 18, 1), { batch: 1 });
  assert.ok(large.sets >= 2);
  assert.is(large.mostCold, Number.POSITIVE_INFINITY);
  const small = await prepare(bench, copyDispatch(1, 1), { batch: 1 });
  assert.is(small.sets, 1024);
  assert.is(small.mostCold, 1024);
  large.destroy();
  small.destroy();
});

test('data that an adapter cannot bind are refused, with their size', async ({ bench }) => {
  const limit = bench.device.limits.maxStorageBufferBindingSize;
  const batch = Math.ceil(limit / (16 * 2 ** 18)) + 1;
  const refused = await prepare(bench, copyDispatch(2 ** 18, 1), { batch }).catch(String);
  assert.match(
    String(refused),
    /bench\/copy: x takes \d+ MiB and this adapter binds at most \d+ MiB; a smaller --batch/,
  );
});

test('a dispatch that does not fit its kernel is refused by name', async ({ bench }) => {
  const { bindings, ...dispatch } = copyDispatch(16, 1);
  const refused = await prepare(bench, { ...dispatch, bindings: { x: bindings.x } }, { batch: 1 }).catch(String);
  assert.match(String(refused), /bench\/copy: the binding y is not given/);
});

test('clocks agree, and know their quantum', async ({ bench }) => {
  const prepared = await prepare(bench, fmaDispatch(bench.info.software, 256), { batch: 1 });
  const clock = new WallClock(bench.guard);
  assert.is(clock.quantum(), 0);
  const wall = await timeLaunches({ clock }, prepared, { samples: 5 });
  const own = await timeLaunches(bench, prepared, { samples: 5 });
  prepared.destroy();
  const ratio = Math.min(...wall.samples) / Math.min(...own.samples);
  // Of one order, however busy the machine is: a clock that counts in another unit is off by a thousand.
  assert.ok(ratio > 0.03 && ratio < 30, `${wall.samples} by the processor, ${own.samples} by the device`);
  for (const quantum of [clock.quantum(), bench.clock.quantum()])
    assert.ok(quantum > 0 && quantum < 1e-3, `${quantum}`);
});

test('the control kernel is measured every ten seconds', async ({ bench }) => {
  let now = 0;
  const times = [2e-3, 3e-3, 2.5e-3];
  let measured = 0;
  const clock = {
    kind: 'timestamps' as const,
    quantum: () => 1e-9,
    time: async (passes: readonly unknown[]) => passes.map(() => times[measured]),
  };
  const control = await Control.open({ ...bench, clock }, copyDispatch(16, 1), () => now);
  await control.measure();
  for (now = 5; now <= 15; now += 5) {
    measured = now < 10 ? 0 : 1;
    await control.measureIfDue();
  }
  measured = 2;
  await control.measure();
  assert.equal(control.drift(), { first: 2e-3, last: 2.5e-3, ratio: 1.5 });
  control.close();
});

test.run();
