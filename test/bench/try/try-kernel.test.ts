// Kernels that are right are found right, and those with a fault are told which: every check against a fault planted for it.

import * as assert from 'uvu/assert';
import { shapedModel } from '../../../dist/bench/search-step.js';
import { isRight } from '../../../dist/bench/try/check.js';
import { TryBench, type TryReport } from '../../../dist/bench/try/try-kernel.js';
import { inAll, timeRow, tryJson, verdict } from '../../../dist/bench/try/try-report.js';
import { readShaders } from '../../../dist/node/paths.js';
import { adapterSuite } from '../../skip.js';

const test = adapterSuite<{ benches: Map<string, Promise<TryBench>> }>('an author’s kernel');

const shaders = await readShaders();
const adapter = process.env.FACEWRIGHT_ADAPTER;

test.before((context) => {
  context.benches = new Map();
});
test.after(async ({ benches }) => {
  for (const bench of benches.values()) (await bench).close();
});

/** Tries a text at a few of the shapes of `odd-convolutions.ts`. */
async function tried(
  { benches }: { benches: Map<string, Promise<TryBench>> },
  as: string,
  text: string,
  { shapes, set = {} }: { shapes: readonly number[]; set?: Record<string, number> },
): Promise<TryReport> {
  const bench = benches.get(as) ?? TryBench.open({ as, adapter });
  benches.set(as, bench);
  return (await bench).try({ file: 'mine.wgsl', text, set }, { shapes });
}

function skeleton(name: string, from?: string | RegExp, to = ''): string {
  const text = shaders[`skeletons/${name}`];
  if (from === undefined) return text;
  const other = text.replace(from, to);
  assert.not.equal(other, text);
  return other;
}

/** Shapes in several forms: plain, styled, scaled; with a bias, an epilogue, a margin; adjoint. */
const SOME = { conv1x1: [1, 4, 5, 7], conv3x3: [1, 3, 7, 9, 12], conv_up: [1, 4, 6, 8], conv_down: [1, 6, 7] };

for (const [name, shapes] of Object.entries(SOME)) {
  test(`the skeleton of ${name} is right`, async (context) => {
    const report = await tried(context, name, skeleton(name), { shapes });
    assert.equal(report.faults, []);
    assert.is(report.checked.length, shapes.length);
    assert.ok(report.checked.every(isRight), verdict(report));
    assert.match(verdict(report), `mine.wgsl is right as ${name}: at ${shapes.length} odd shapes within `);
  });
}

test('so are kernels of the engine, of more than one kernel an op, and with states', async (context) => {
  for (const name of ['styled_channel', 'scaled_gradient', 'optimise', 'keep_if']) {
    const report = await tried(context, name, shaders[name], { shapes: [0, 3] });
    assert.ok(report.faults.length === 0 && report.checked.every(isRight), verdict(report));
  }
});

test('a fault at the border is shown by its place', async (context) => {
  const text = skeleton('conv3x3', 'r < H && s < W', 'r < H && s < W - 1u');
  const report = await tried(context, 'conv3x3', text, { shapes: [1] });
  const [{ wrong, beyond, unlike }] = report.checked;
  // The last two columns of 7 see the one that is left out.
  assert.equal(
    [wrong.length, wrong[0].binding, wrong[0].different, wrong[0].values],
    [1, 'y', 3 * 5 * 5 * 2, 3 * 5 * 5 * 7],
  );
  assert.equal(
    wrong[0].first.map(({ place }) => place.join()),
    ['0,0,0,5', '0,0,0,6', '0,0,1,5', '0,0,1,6', '0,0,2,5'],
  );
  assert.equal([beyond, unlike], [[], []]);
  const lines = verdict(report).split('\n');
  assert.match(lines[0], 'mine.wgsl is wrong as conv3x3, at 1 of 1 shape:');
  assert.match(lines[2], 'conv3x3 [1, 3, 5, 7] → [1, 5, 5, 7], in a batch of 3:');
  assert.match(lines[3], /^ {2}y: 150 of 525 values differ \(relative norm [\d.e-]+, 1e-5 is allowed\); the first:$/);
  assert.match(lines[4], /^ {4}n 0, c 0, y 0, x 5: -?[\d.e-]+ instead of -?[\d.e-]+$/);
});

test('a margin that is taken for none is wrong, and only with a margin', async (context) => {
  const text = skeleton('conv_up', 'from_h = H - MARGIN', 'from_h = H');
  const { checked } = await tried(context, 'conv_up', text, { shapes: SOME.conv_up });
  assert.equal(checked.map(isRight), [true, true, false, false]);
});

test('a form that is forgotten is wrong where it is asked for', async (context) => {
  const text = skeleton('conv3x3', 'if (ACTIVATE)', 'if (ACTIVATE && !NOISE)');
  const { checked } = await tried(context, 'conv3x3', text, { shapes: SOME.conv3x3 });
  assert.equal(checked.map(isRight), [true, true, true, false, true]);
});

test('a write beyond the end is told, though WebGPU would let it pass', async (context) => {
  const stray = 'if (id.x == 0u && o == 0u && picture == 0u) { y[3u * OUT * H * W + 6u] = 1.0; }\n  let row';
  const report = await tried(context, 'conv3x3', skeleton('conv3x3', 'let row', stray), { shapes: [1] });
  const [{ wrong, beyond }] = report.checked;
  assert.equal(wrong, []);
  assert.equal(beyond, [{ kernel: 'try/mine', binding: 'y', written: 1, first: 7, last: 7, further: false }]);
  assert.match(verdict(report), 'y: 1 value written beyond its end, the 7th behind it');
});

test('so is one far beyond, which some drivers drop', async (context) => {
  const text = skeleton('conv3x3', 'let row', 'if (id.x == 0u && o == 0u) { y[o - 3u] = 1.0; }\n  let row');
  const report = await tried(context, 'conv3x3', text, { shapes: [1] });
  assert.equal(
    report.checked[0].beyond.map(({ binding, written, further }) => [binding, written, further]),
    [['y', 1, true]],
  );
  assert.match(verdict(report), 'or further (as an index below 0 is)');
});

test('a read beyond the end gives no number', async (context) => {
  const text = skeleton('conv1x1', 'if (BIAS) { sum += bias[o]; }', 'if (BIAS) { sum += bias[o + 1u]; }');
  const [{ wrong }] = (await tried(context, 'conv1x1', text, { shapes: [1] })).checked;
  assert.ok(wrong[0].first.length > 0);
  // The last channel has nothing behind it.
  const missing = (
    await tried(context, 'conv1x1', text.replace('bias[o + 1u]', 'bias[o / 4u * 5u + o % 4u]'), { shapes: [1] })
  ).checked[0].wrong[0];
  assert.equal([missing.different, missing.first[0].place[1], missing.first[0].value], [3 * 35, 4, Number.NaN]);
});

test('what is never written is told', async (context) => {
  const text = skeleton('conv3x3', 'if (pixel >= H * W)', 'if (pixel >= H * W || pixel == 8u)');
  const report = await tried(context, 'conv3x3', text, { shapes: [1] });
  const [{ wrong }] = report.checked;
  assert.equal([wrong[0].different, wrong[0].unwritten], [15, 15]);
  assert.match(verdict(report), 'y: 15 of 525 values differ, 15 of them never written; the first:');
  assert.match(verdict(report), 'n 0, c 0, y 1, x 1: nothing instead of ');
});

test('a result that depends on the batch is told, however little', async (context) => {
  const text = skeleton(
    'conv3x3',
    '@builtin(workgroup_id)',
    '@builtin(num_workgroups) all: vec3u, @builtin(workgroup_id)',
  ).replace('if (ACTIVATE)', 'if (picture == 1u) { sum *= 1.0 + 1e-6 * f32(all.z); }\n  if (ACTIVATE)');
  const report = await tried(context, 'conv3x3', text, { shapes: [1] });
  const [{ wrong, unlike }] = report.checked;
  assert.equal([wrong, unlike], [[], [1]]);
  assert.match(verdict(report), 'picture 1 is not to the bit what it is alone');
});

test('the compiler’s words come with file, line and place', async (context) => {
  const text = skeleton('conv3x3', 'let row = pixel / W;', 'let row = pixl / W;');
  const line = text.split('\n').findIndex((one) => one.includes('pixl')) + 1;
  const { faults, checked } = await tried(context, 'conv3x3', text, { shapes: [1] });
  assert.is(faults.length, 1);
  const lines = faults[0].split('\n');
  assert.match(lines[0], new RegExp(`^mine\\.wgsl, line ${line}: .*pixl`));
  assert.equal(lines.slice(1), ['    let row = pixl / W;', '              ^']);
  assert.equal(checked, []);
});

test('what the device does not take is told with its words', async (context) => {
  const report = await tried(context, 'conv3x3', skeleton('conv3x3'), { shapes: [1], set: { WORKGROUP: 1e6 } });
  assert.match(report.checked[0].refused ?? '', /^the kernel mine\.wgsl does not compile here: .*1000000/);
  assert.match(verdict(report), 'does not compile here');
});

test('after three wrong shapes no more are looked at', async (context) => {
  const text = skeleton('conv1x1', 'y[(picture', 'y[0u * (picture');
  const report = await tried(context, 'conv1x1', text, { shapes: [1, 3, 4, 5, 7] });
  assert.is(report.checked.length, 3);
  assert.match(verdict(report), 'at 3 of 3 shapes (2 more were not tried)');
});

test('a kernel that is cut otherwise says its own workgroups, and has values of its own', async (context) => {
  // The engine's, which takes four channels an invocation.
  const text = shaders.conv1x1.replace('\n', '\n//! groups ceil(PIXELS / WORKGROUP), ceil(OUT / 4)\n');
  const report = await tried(context, 'conv1x1', text, { shapes: [1, 4], set: { WORKGROUP: 32 } });
  assert.ok(report.faults.length === 0 && report.checked.every(isRight), verdict(report));
  const tooFew = text.replace('ceil(PIXELS / WORKGROUP)', 'floor(PIXELS / WORKGROUP)');
  const wrong = await tried(context, 'conv1x1', tooFew, { shapes: [1], set: { WORKGROUP: 32 } });
  assert.equal(wrong.checked[0].wrong[0].unwritten, 3 * 5 * (35 - 32));
  const without = await tried(context, 'conv1x1', text, { shapes: [1] });
  assert.match(
    verdict(without),
    /WORKGROUP, which has no value: --set WORKGROUP=… gives one, or the text; the workbench gives IN, /,
  );
});

test('it is timed beside the engine’s own at the shapes of a step, in which it may not be at all', async () => {
  const model = shapedModel({
    name: 'tiny',
    kind: 'stylegan1',
    resolution: 8,
    fmapBase: 32,
    fmapMax: 8,
    targetSize: 4,
  });
  const timed = { model, batch: 2, budget: 0.01 };
  const text = shaders['skeletons/conv1x1'];
  const bench = await TryBench.open({ as: 'conv1x1', adapter, timed });
  try {
    const report = await bench.try({ file: 'mine.wgsl', text, set: {} }, { shapes: [1] });
    assert.equal(
      report.timed.map(({ kernel, shape }) => [kernel, shape]),
      [
        ['conv1x1', 'conv1x1 [2, 8, 8, 8] → [2, 3, 8, 8]'],
        ['conv1x1', 'conv1x1 adjoint [2, 3, 8, 8] → [2, 8, 8, 8]'],
      ],
    );
    const cells = timeRow(report.timed[0]);
    assert.match(cells[3], /^[\d.]+ [µm]s$/);
    assert.match(cells[5], /^[\d.]+ × \[[\d.]+, [\d.]+\]/);
    assert.match(inAll(report.timed)!, /^[\d.]+ × \[/);
    assert.match(JSON.stringify(tryJson(report)), '"shape":"conv1x1 [1, 3, 5, 7] → [1, 5, 5, 7], bias"');
    // A kernel that is wrong is not timed.
    const wrong = await bench.try({
      file: 'mine.wgsl',
      text: text.replace('sum += bias[o]', 'sum += bias[0]'),
      set: {},
    });
    assert.equal([wrong.timed, inAll(wrong.timed)], [[], undefined]);
  } finally {
    bench.close();
  }
  const none = await TryBench.open({ as: 'scale', adapter, timed });
  try {
    const { checked, timed: times } = await none.try(
      { file: 'mine.wgsl', text: shaders.scale, set: {} },
      { shapes: [0] },
    );
    assert.equal([checked.every(isRight), times], [true, []]);
  } finally {
    none.close();
  }
});

test.run();
