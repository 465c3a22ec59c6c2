// What an engine makes of choices that were measured: it runs them, and does without those that do not compile.

import * as assert from 'uvu/assert';
import { createWebGpuEngine } from '../../dist/engine/webgpu/engine.js';
import type { MeasuredChoices, TakenChoice } from '../../dist/engine/webgpu/variants.js';
import { apply1 } from '../../dist/graph/build.js';
import { Graph, type Tensor } from '../../dist/graph/graph.js';
import { hostTensor } from '../../dist/graph/host-tensor.js';
import { openGpu } from '../../dist/node/dawn.js';
import { readShaders } from '../../dist/node/paths.js';
import { normals } from '../random.js';
import { adapterSuite } from '../skip.js';

const test = adapterSuite('choices that were measured, on a device');
const adapter = process.env.FACEWRIGHT_ADAPTER;
const shaders = await readShaders();

const C = 8;
const [H, W] = [9, 7];
const BATCH = 2;
const KERNELS: Readonly<Record<string, number>> = { first: 3, second: 3, last: 1 };

/** Two 3×3 convolutions of one shape, and a 1×1 one behind them. */
function layers(): Graph {
  const graph = new Graph(BATCH);
  let x: Tensor = graph.input('x', [C, H, W]);
  for (const [name, k] of Object.entries(KERNELS)) {
    x = apply1(graph, 'conv', [x, graph.constant(name, [C, C, k, k])], { adjoint: false });
  }
  graph.output('y', x);
  return graph;
}

const constants = new Map(
  Object.entries(KERNELS).map(([name, k]) => [name, hostTensor([C, C, k, k], normals(name, C * C * k * k))]),
);

/** What the layers make of a batch with these choices, and of which choices was told that they do not run. */
async function run(
  measured: MeasuredChoices | undefined,
  texts: Readonly<Record<string, string>> = shaders,
  told = true,
) {
  const { device } = await openGpu({ adapter });
  const unusable: { choice: TakenChoice; why: unknown }[] = [];
  const onUnusable = (choice: TakenChoice, why: unknown) => unusable.push({ choice, why });
  const engine = await createWebGpuEngine(device, { shaders: texts, measured, ...(told && { onUnusable }) });
  try {
    const executable = await engine.compile(layers(), constants);
    executable.write('x', normals('x', BATCH * C * H * W));
    executable.run();
    return { y: (await executable.read(['y'])).y, unusable };
  } finally {
    engine.close();
  }
}

/** 3×3 convolutions for GPUs with slices of 8 channels, which is never the usual tiling. */
const slicesOfEight: MeasuredChoices = (op, _shape, possible) =>
  op === 'conv3x3' ? possible.find(({ tiling }) => tiling.slice === 8) : undefined;

const usual = await run(undefined);

test('a choice that was measured runs', async () => {
  const { y, unusable } = await run(slicesOfEight);
  assert.equal(unusable, []);
  const norm = (values: Float32Array) => Math.hypot(...values);
  assert.ok(norm(y.map((value, i) => value - usual.y[i])) < 1e-5 * norm(usual.y));
});

/** Shaders in which slices of 8 channels make a workgroup too large. */
const tiled = shaders['lib/tiled'].replace(
  'override WORKGROUP: u32 = QUADS * ROWS * GROUPS;',
  'override WORKGROUP: u32 = select(QUADS * ROWS * GROUPS, 1048576, SLICE == 8);',
);

test('one that does not compile is told of, and the usual one runs, to the bit', async () => {
  assert.is.not(tiled, shaders['lib/tiled']);
  const { y, unusable } = await run(slicesOfEight, { ...shaders, 'lib/tiled': tiled });
  assert.equal(y, usual.y);
  assert.is(unusable.length, 2, 'once for each of the two convolutions');
  for (const { choice, why } of unusable) {
    assert.equal(
      [choice.op, choice.kernel, choice.tiling.slice, choice.measured],
      ['conv3x3', 'conv3x3_tiled', 8, true],
    );
    assert.match(String(why), /the kernel conv3x3_tiled .*"SLICE":8.* does not compile here/);
  }
});

test('where nobody is told of it, it is an error: what tests and the bench ask for is what runs', async () => {
  let failure: unknown;
  await run(slicesOfEight, { ...shaders, 'lib/tiled': tiled }, false).catch((error) => {
    failure = error;
  });
  assert.match(String(failure), /the kernel conv3x3_tiled .* does not compile here/);
});

test('where the usual one does not compile either, that is an error', async () => {
  const texts = { ...shaders, conv1x1: shaders.conv1x1.replace('@compute', 'fn broken() { return 1; }\n@compute') };
  let failure: unknown;
  await run((_op, _shape, possible) => possible[0], texts).catch((error) => {
    failure = error;
  });
  assert.match(String(failure), /conv1x1\.wgsl, line \d+/);
});

test.run();
