// Tuning on a device: real kernels and times. The control is always the same, since other tests run meanwhile. lavapipe takes a
// second to compile a pipeline, so there are few of them.

import * as assert from 'uvu/assert';
import { type BenchDevice, openBenchDevice } from '../../../dist/bench/kernels/bench-device.js';
import { searchStep, shapedModel } from '../../../dist/bench/search-step.js';
import { CannotRunError, type TuneBench } from '../../../dist/bench/tune/meter.js';
import { tune } from '../../../dist/bench/tune/tune.js';
import { caseMeter, tuneBench } from '../../../dist/bench/tune/tune-bench.js';
import { tuneCases } from '../../../dist/bench/tune/tune-cases.js';
import { type ConvolutionShape, convolutionChoices } from '../../../dist/engine/webgpu/convolution-variants.js';
import { webGpuForms } from '../../../dist/engine/webgpu/forms.js';
import { Kernels } from '../../../dist/engine/webgpu/kernels.js';
import { lower } from '../../../dist/engine/webgpu/lower.js';
import { PipelineCache } from '../../../dist/engine/webgpu/pipelines.js';
import { isSamePlace } from '../../../dist/engine/webgpu/tuned.js';
import { sameChoice } from '../../../dist/engine/webgpu/variants.js';
import { apply1 } from '../../../dist/graph/build.js';
import { fuse } from '../../../dist/graph/fuse/fuse.js';
import { Graph } from '../../../dist/graph/graph.js';
import { hostTensor } from '../../../dist/graph/host-tensor.js';
import { openWebGpu } from '../../../dist/node/dawn.js';
import { readShaders } from '../../../dist/node/paths.js';
import { keepTuned, readTuned, tunedChoices } from '../../../dist/node/tuned.js';
import { temporaryFolder } from '../../image/help.js';
import { adapterSuite } from '../../skip.js';

const test = adapterSuite<{ device: BenchDevice; bench: TuneBench & { close(): void } }>('tuning on a device');
const adapter = process.env.FACEWRIGHT_ADAPTER;
const shaders = await readShaders();

const tiny = { name: 'tiny', kind: 'stylegan1' as const, resolution: 16, fmapBase: 64, fmapMax: 8, targetSize: 4 };
const step = searchStep(shapedModel(tiny), 1);

test.before(async (context) => {
  context.device = await openBenchDevice({ adapter });
  context.bench = { ...(await tuneBench(context.device, 2)), control: async () => 1 };
  // Not before: Mesa's drivers keep what they compile below the same folder.
  process.env.XDG_CACHE_HOME = temporaryFolder();
});
test.after(({ device, bench }) => {
  bench.close();
  device.close();
});

/** Of each of these ops the first case, with so many choices. */
function fewCases(device: BenchDevice, counts: Readonly<Record<string, number>>) {
  const cases = tuneCases(step, device.kernelDevice);
  return Object.entries(counts).map(([op, count]) => {
    const one = cases.find((each) => each.op === op)!;
    return { ...one, choices: one.choices.slice(0, count) };
  });
}

test('results are right, and what is kept is what a step is lowered to', async ({ device, bench }) => {
  const cases = fewCases(device, { conv3x3: 2, conv1x1: 3 });
  const running = tune(bench, cases, { budget: 600 });
  for await (const event of running) {
    if (event.type === 'measured') assert.equal(event.faults, []);
  }
  const { entries, before, after } = await running.summary;
  assert.equal(
    entries.map(({ op, batch, tried }) => [op, batch, tried.length]),
    [
      ['conv3x3', 2, 1],
      ['conv1x1', 2, 2],
    ],
  );
  assert.ok(after > 0 && after <= before);
  assert.equal((await readTuned(bench.machine, bench.hashOf)).entries, entries);

  const { measured } = await tunedChoices(bench.machine, bench.hashOf);
  const tuned = { ...device.kernelDevice, measured: measured! };
  const choices = fuse(step, webGpuForms).flatMap((op) => lower(op, tuned).flatMap(({ choice }) => choice ?? []));
  for (const entry of entries) {
    const at = choices.filter((choice) => isSamePlace(choice, entry));
    assert.ok(at.length > 0);
    for (const choice of at) assert.ok(sameChoice(choice, entry.kept ? entry.rival! : entry.usual));
  }
});

/** A meter of the smallest case, on a device whose 1×1 convolution has another text. */
function meterWith(device: BenchDevice, change: (text: string) => string) {
  const [one] = fewCases(device, { conv1x1: 2 });
  const conv1x1 = change(shaders.conv1x1);
  assert.is.not(conv1x1, shaders.conv1x1);
  const kernels = new Kernels({ ...shaders, conv1x1 });
  const changed = { ...device, kernels, pipelines: new PipelineCache(device.device, kernels) };
  return { meter: caseMeter(changed, one, 1), choices: one.choices };
}

test('a result that is off in one tiling is seen', async ({ device }) => {
  const off = (text: string) => text.replace('Stored(value)', 'Stored(value + select(0.0, 1e-3, WORKGROUP != 64))');
  const { meter, choices } = meterWith(device, off);
  const [usual, other] = choices;
  assert.is(await meter.error(usual), 0);
  const error = await meter.error(other);
  assert.ok(error > 1e-5 && error < 1e-1, `${error}`);
});

test('a kernel that does not compile cannot run: it is not the usual one in its place', async ({ device }) => {
  const broken = (text: string) =>
    text
      .replace('@workgroup_size(WORKGROUP)', '@workgroup_size(LIMITED)')
      .replace('@group(0)', 'override LIMITED: u32 = select(1048576, WORKGROUP, WORKGROUP == 64);\n@group(0)');
  const { meter, choices } = meterWith(device, broken);
  assert.ok((await meter.look(choices[0])).every((seconds) => seconds > 0));
  for (const ask of [() => meter.error(choices[1]), () => meter.look(choices[1])]) {
    const failure = await ask().then(
      () => undefined,
      (error) => error,
    );
    assert.instance(failure, CannotRunError);
    assert.match(String(failure), /the kernel conv1x1 .* does not compile here/);
  }
});

test('an engine opens with the table of its adapter, unless that is not asked for', async ({ device, bench }) => {
  const graph = new Graph(1);
  const weight = graph.constant('weight', [8, 8, 3, 3]);
  graph.output('y', apply1(graph, 'conv', [graph.input('x', [8, 4, 4]), weight], { adjoint: false }));
  const constants = new Map([['weight', hostTensor(weight.shape, new Float32Array(8 * 8 * 9))]]);
  const { op, shape } = lower(fuse(graph, webGpuForms)[0], device.kernelDevice)[0].choice!;
  const choices = convolutionChoices('conv3x3', shape as ConvolutionShape, device.kernelDevice);
  const [first] = choices;
  // lavapipe has two kernels for it. Where there is one, another tiling of it is entered, which a profile does not tell.
  const other = choices.find(({ kernel }) => kernel !== first.kernel) ?? choices[1];
  const entry = {
    op,
    shape: { ...(shape as ConvolutionShape) },
    batch: 1,
    usual: { ...first, seconds: 2e-3 },
    rival: { ...other, seconds: 1e-3, ratio: 2, interval: [1.9, 2.1] as const },
    kept: true,
    kernels: Object.fromEntries([first, other].map(({ kernel }) => [kernel, bench.hashOf(kernel)!])),
    tried: [],
    date: '2026-11-29T12:00:00.000Z',
  };
  await keepTuned(bench.machine, [entry], bench.hashOf);
  const kernelOf = async (request: { tuned?: boolean }) => {
    const engine = await openWebGpu({ adapter, ...request });
    try {
      const [{ kernel }] = await (await engine.compile(graph, constants)).profile();
      return kernel;
    } finally {
      engine.close();
    }
  };
  assert.is(await kernelOf({}), other.kernel);
  assert.is(await kernelOf({ tuned: false }), first.kernel);
});

test.run();
