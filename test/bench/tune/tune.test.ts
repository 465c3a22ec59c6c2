// How the fastest choice is found and kept: with times that are made up, and a clock that every look moves on.

import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { searchStep, shapedModel } from '../../../dist/bench/search-step.js';
import { findRival } from '../../../dist/bench/tune/find-rival.js';
import { CannotRunError, type CaseMeter, type TuneBench } from '../../../dist/bench/tune/meter.js';
import { BUSY, type TuneEvent, type TuneOptions, tune } from '../../../dist/bench/tune/tune.js';
import { launchesOf, type TuneCase, tuneCases } from '../../../dist/bench/tune/tune-cases.js';
import { type ConvolutionShape, convolutionChoices } from '../../../dist/engine/webgpu/convolution-variants.js';
import { type Choice, type KernelDevice, sameChoice } from '../../../dist/engine/webgpu/variants.js';
import { FacewrightError } from '../../../dist/errors.js';
import { readShaders } from '../../../dist/node/paths.js';
import { keepTuned, kernelHashes, readTuned, tunedChoices } from '../../../dist/node/tuned.js';
import { temporaryFolder } from '../../image/help.js';

const test = suite('tuning, with times that are made up');
const shaders = await readShaders();
const hashOf = kernelHashes(shaders);
const machine = { adapter: 'made up', driver: '1', backend: 'vulkan', dawn: '0' };

const device: KernelDevice = { subgroups: [32, 32], f16: false, workgroupMemory: 16_384, measured: () => undefined };
const tiny = { name: 'tiny', kind: 'stylegan1' as const, resolution: 32, fmapBase: 256, fmapMax: 32, targetSize: 8 };
const cases = tuneCases(searchStep(shapedModel(tiny), 1), device);

const folder = temporaryFolder();
let folders = 0;
const newFolder = () => join(folder, String(folders++));

const LOOK = 0.01;
const named = ({ kernel, tiling }: Choice) => JSON.stringify([kernel, tiling]);

/** A bench on which a launch takes what `seconds` says, and every look a hundredth of a second. */
function madeUp(seconds: (of: TuneCase, choice: Choice) => number, changes: Partial<TuneBench> = {}) {
  const looks: string[] = [];
  let clock = 0;
  let noise = 0;
  // Samples differ by up to half a per cent either way.
  const samples = (of: TuneCase, choice: Choice, count: number) =>
    Array.from({ length: count }, () => seconds(of, choice) * (1 + 0.005 * Math.sin(noise++)));
  const bench: TuneBench = {
    machine,
    hashOf,
    batch: 4,
    meter: (of): CaseMeter => ({
      error: async () => 1e-7,
      look: async (choice) => {
        clock += LOOK;
        looks.push(named(choice));
        return samples(of, choice, 3);
      },
      inTurn: async ([a, b]) => {
        clock += 30 * LOOK;
        return [samples(of, a, 30), samples(of, b, 30)];
      },
    }),
    control: async () => 1,
    now: () => clock,
    ...changes,
  };
  return { bench, looks };
}

async function tuned(bench: TuneBench, options: TuneOptions, of: readonly TuneCase[] = cases) {
  const running = tune(bench, of, options);
  const events: TuneEvent[] = [];
  for await (const event of running) events.push(event);
  return { events, summary: await running.summary };
}

/** `factor` × as fast is the choice with that number in every case; all others are as fast as the usual one, or slower. */
const best = (number: number, factor: number) => (of: TuneCase, choice: Choice) => {
  const at = of.choices.findIndex((one) => sameChoice(one, choice));
  return at === Math.min(number, of.choices.length - 1) ? 1e-3 / factor : at === 0 ? 1e-3 : 1.2e-3;
};

test.before.each(() => {
  process.env.XDG_CACHE_HOME = newFolder();
});

test('the cases of a step are its convolutions by shape, what has most arithmetic first', () => {
  assert.ok(cases.length >= 10);
  assert.equal(
    cases.map(({ flop }) => flop),
    cases.map(({ flop }) => flop).sort((a, b) => b - a),
  );
  const keys = cases.map(({ op, shape }) => JSON.stringify([op, shape]));
  assert.is(new Set(keys).size, keys.length);
  assert.equal([...new Set(cases.map(({ op }) => op))].sort(), ['conv1x1', 'conv3x3', 'conv_down', 'conv_up']);
  for (const one of cases) {
    const [first] = one.choices;
    assert.ok(sameChoice(launchesOf(one, first, device)[0].choice!, first));
    const last = one.choices.at(-1)!;
    assert.ok(sameChoice(launchesOf(one, last, device)[0].choice!, last));
  }
  assert.throws(
    () => launchesOf(cases[0], { kernel: 'conv3x3_tiled', tiling: { quads: 3 } }, device),
    /cannot run so here/,
  );
});

test('the choice that is fastest beyond doubt is kept, and engines take it from then on', async () => {
  const { bench } = madeUp(best(3, 1.3));
  const { events, summary } = await tuned(bench, { budget: 1e4 });
  assert.equal(events[0], { type: 'started', cases: cases.length, known: 0 });
  assert.is(summary.entries.length, cases.length);
  assert.is(summary.left, 0);
  const { measured } = await tunedChoices(machine, hashOf);
  for (const { op, shape, choices } of cases) {
    const wanted = choices[Math.min(3, choices.length - 1)];
    const found = measured!(op, shape, choices);
    assert.ok(found && sameChoice(found, wanted), named(wanted));
  }
  for (const { kept, rival, batch, tried } of summary.entries) {
    assert.ok(kept && rival!.interval[0] > 1.25 && rival!.interval[1] < 1.35 && batch === 4);
    assert.ok(tried.length > 0);
  }
  const launches = cases.reduce((sum, { n }) => sum + n, 0);
  assert.ok(Math.abs(summary.before / launches - 1e-3) < 1e-5);
  assert.ok(Math.abs(summary.before / summary.after - 1.3) < 0.01);
});

test('what is not faster by more than two per cent beyond doubt is not kept', async () => {
  for (const factor of [1.01, 1.021]) {
    const { summary } = await tuned(madeUp(best(3, factor)).bench, { budget: 1e4, again: true });
    assert.ok(
      summary.entries.every(({ kept, rival }) => !kept && rival!.interval[0] < 1.02),
      `${factor}`,
    );
  }
  const { summary } = await tuned(madeUp(best(0, 1)).bench, { budget: 1e4, again: true });
  assert.ok(summary.entries.every(({ kept, rival }) => !kept && rival === undefined));
  const { measured } = await tunedChoices(machine, hashOf);
  assert.is(measured!(cases[0].op, cases[0].shape, cases[0].choices), undefined);
});

test('a lucky look is found out when the winner is measured again', async () => {
  const lucky = cases[0].choices[2];
  const { bench } = madeUp(() => 1e-3);
  const meter = (of: TuneCase): CaseMeter => ({
    ...bench.meter(of),
    look: async (choice) => (sameChoice(choice, lucky) ? [5e-4, 5e-4, 5e-4] : [1e-3, 1e-3, 1e-3]),
  });
  const { summary } = await tuned({ ...bench, meter }, { budget: 1e4 }, cases.slice(0, 1));
  const [{ kept, rival, tried }] = summary.entries;
  assert.ok(sameChoice(rival!, lucky));
  assert.ok(sameChoice(tried[0], lucky));
  assert.not.ok(kept);
});

test('a wrong result and what does not run are never timed', async () => {
  const [one] = cases;
  const [wrong, none, heavy] = [one.choices[1], one.choices[2], one.choices[3]];
  const { bench, looks } = madeUp((_of, choice) =>
    [wrong, none, heavy].some((bad) => sameChoice(bad, choice)) ? 1e-4 : 1e-3,
  );
  const made = bench.meter(one);
  const meter: CaseMeter = {
    ...made,
    error: async (choice) => {
      if (sameChoice(choice, none)) throw new CannotRunError('too much memory');
      return sameChoice(choice, wrong) ? 2e-5 : sameChoice(choice, heavy) ? Number.NaN : 9e-6;
    },
  };
  const found = await findRival(one.choices, meter, { seconds: 1e4, now: bench.now, isStopped: () => false });
  assert.not.ok(found.rival && [wrong, none, heavy].some((bad) => sameChoice(bad, found.rival!)));
  assert.equal(
    found.faults.map(({ choice, why }) => [named(choice), why]).sort(),
    [
      [named(wrong), 'its result is off by 2.0e-5'],
      [named(none), 'it does not run: too much memory'],
      [named(heavy), 'its result is off by NaN'],
    ].sort(),
  );
  for (const bad of [wrong, none, heavy]) assert.not(looks.includes(named(bad)));
  assert.is(found.tried.length, one.choices.length - 4);
});

test('with little time the neighbours of the fastest are looked at, and it is found at the end of a slope', async () => {
  const shape: ConvolutionShape = { ...cases[0].shape, into: 512, out: 512, h: 64, w: 64 };
  const choices = convolutionChoices('conv3x3', shape, device).filter(({ kernel }) => kernel === 'conv3x3_tiled');
  const one: TuneCase = { ...cases[0], op: 'conv3x3', shape, choices };
  assert.ok(one.choices.length > 100);
  const target = one.choices.find(({ tiling }) => tiling.slice === 8 && tiling.quads === 1 && tiling.groups === 2)!;
  const slope = (choice: Choice) =>
    Object.keys(target.tiling).reduce(
      (sum, name) => sum + Math.abs(Math.log2(choice.tiling[name] / target.tiling[name])),
      0,
    );
  const { bench, looks } = madeUp((_of, choice) => 1e-3 * 1.2 ** slope(choice));
  const seconds = LOOK * one.choices.length;
  const found = await findRival(one.choices, bench.meter(one), { seconds, now: bench.now, isStopped: () => false });
  assert.ok(sameChoice(found.rival!, target), named(found.rival!));
  assert.ok(found.tried.length < 0.6 * one.choices.length, `${found.tried.length} of ${one.choices.length}`);
  const again = looks.filter((name) => name === named(target)).length;
  assert.ok(again > 2, 'the best are looked at again');
  assert.ok(bench.now() <= seconds, `${bench.now()} of ${seconds} s`);
});

test('the time is shared out by arithmetic, and what is left is measured by the next call', async () => {
  const budget = 3;
  const { bench } = madeUp(best(3, 1.3));
  const first = await tuned(bench, { budget });
  assert.ok(bench.now() < 1.3 * budget, `${bench.now()} s`);
  const left = first.events.filter(({ type }) => type === 'left').length;
  assert.ok(first.summary.entries.length > 0 && left > 0);
  assert.is(first.summary.left, left);
  assert.is(first.summary.entries.length + left, cases.length);
  const [heaviest] = first.summary.entries;
  assert.equal([heaviest.op, heaviest.shape], [cases[0].op, cases[0].shape]);
  const second = await tuned(madeUp(best(3, 1.3)).bench, { budget: 1e4 });
  assert.equal(second.events[0], { type: 'started', cases: left, known: first.summary.entries.length });
  assert.is((await readTuned(machine, hashOf)).entries.length, cases.length);
  const third = await tuned(madeUp(best(3, 1.3)).bench, { budget: 1e4 });
  assert.equal(third.events, [{ type: 'started', cases: 0, known: cases.length }]);
  assert.ok(third.summary.before > 1.1 * third.summary.after, 'what is known counts');
});

test('an interval of too few samples decides nothing', async () => {
  const { bench } = madeUp(best(3, 1.3));
  const meter = (of: TuneCase): CaseMeter => ({
    ...bench.meter(of),
    inTurn: async () => [Array(9).fill(1.3e-3), Array(9).fill(1e-3)],
  });
  const { events, summary } = await tuned({ ...bench, meter }, { budget: 1e4 }, cases.slice(0, 1));
  assert.is(summary.entries.length, 0);
  assert.match((events[1] as { why: string }).why, /too short to be sure/);
});

test('a busy device is refused at once', async () => {
  const controls = [1, 1.16];
  const { bench, looks } = madeUp(best(3, 1.3), { control: async () => controls.shift()! });
  let failure: unknown;
  await tuned(bench, { budget: 1e4 }).catch((error) => {
    failure = error;
  });
  assert.instance(failure, FacewrightError);
  assert.is((failure as Error).message, BUSY);
  assert.equal([looks.length, (await readTuned(machine, hashOf)).entries.length], [0, 0]);
});

test('one that becomes busy ends it, and nothing of what was measured meanwhile is kept', async () => {
  for (const later of [1.2, 0.8]) {
    process.env.XDG_CACHE_HOME = newFolder();
    // Twice before anything, then behind every case: the third one is disturbed.
    const controls = [1, 1, 1.1, 1.05, 1.05 * later];
    const { bench } = madeUp(best(3, 1.3), { control: async () => controls.shift()! });
    const { summary } = await tuned(bench, { budget: 1e4 });
    assert.is(summary.stopped, 'busy');
    const { entries } = await readTuned(machine, hashOf);
    assert.equal(
      entries.map(({ op, shape }) => ({ op, shape })),
      cases.slice(0, 2).map(({ op, shape }) => ({ op, shape })),
    );
    assert.equal(entries, summary.entries);
    assert.is(summary.left, cases.length - 2);
  }
});

test('when it is stopped, what was measured is kept and the shape at hand is not', async () => {
  const controller = new AbortController();
  const { bench } = madeUp(best(3, 1.3));
  const meter = (of: TuneCase): CaseMeter => {
    if (of === cases[2]) controller.abort();
    return bench.meter(of);
  };
  const { summary } = await tuned({ ...bench, meter }, { budget: 1e4, signal: controller.signal });
  assert.is(summary.stopped, 'signal');
  assert.is((await readTuned(machine, hashOf)).entries.length, 2);
});

test('what was measured of another text is measured again', async () => {
  await tuned(madeUp(best(3, 1.3)).bench, { budget: 1e4 });
  const changed = kernelHashes({ ...shaders, conv_up_tiled: `${shaders.conv_up_tiled}\n` });
  const ups = cases.filter(({ op }) => op === 'conv_up').length;
  const { measured } = await tunedChoices(machine, changed);
  for (const { op, shape, choices } of cases) {
    assert.is(measured!(op, shape, choices) === undefined, op === 'conv_up', op);
  }
  const { events } = await tuned(madeUp(best(3, 1.3), { hashOf: changed }).bench, { budget: 1e4 });
  assert.equal(events[0], { type: 'started', cases: ups, known: cases.length - ups });
  await keepTuned(machine, [], changed);
});

test.run();
