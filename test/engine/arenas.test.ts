/** Tensors that lie together, for launches that are not there; and what a search step launches. */

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { stepKernels } from '../../dist/bench/kernels/cases.js';
import { benchShapes, searchStep, shapedModel } from '../../dist/bench/search-step.js';
import { arenaBytes, arenasOf, canBind, layOutArena } from '../../dist/engine/webgpu/arenas.js';
import type { Declarations } from '../../dist/engine/webgpu/declarations.js';
import { type Binding, type Dispatch, MOST_BINDINGS } from '../../dist/engine/webgpu/dispatch.js';
import { webGpuForms } from '../../dist/engine/webgpu/forms.js';
import { Kernels } from '../../dist/engine/webgpu/kernels.js';
import { lower } from '../../dist/engine/webgpu/lower.js';
import type { KernelDevice } from '../../dist/engine/webgpu/variants.js';
import { fuse } from '../../dist/graph/fuse/fuse.js';
import { Graph, type Tensor } from '../../dist/graph/graph.js';
import { readShaders } from '../../dist/node/paths.js';
import { nested } from './joined-cases.js';

const GPU: KernelDevice = { subgroups: undefined, f16: false, workgroupMemory: 32_768, measured: () => undefined };
const kernels = new Kernels(await readShaders());

const graph = new Graph(1);
const tensors = ['a', 'b', 'c', 'd'].map((name, index) => graph.input(name, [1, 1, 1 + 63 * index]));
const [a, b, c, d] = tensors;
const weight = graph.constant('w', [1, 1, 1, 1]);

const together = (...some: Tensor[]): Binding => ({ kind: 'tensors', tensors: some });
const alone = (tensor: Tensor): Binding => ({ kind: 'tensor', tensor });

function launch(bindings: Dispatch['bindings']): Dispatch {
  return { kernel: 'made up', overrides: {}, bindings, groups: [1, 1], flop: 0 };
}

const names = (arenas: ReturnType<typeof arenasOf>) => arenas.map((arena) => arena.tensors.map(({ name }) => name));

test('lists with a tensor in common are one arena', () => {
  assert.equal(names(arenasOf([launch({ x: together(a, b) }), launch({ x: together(c, d) })])), [
    ['a', 'b'],
    ['c', 'd'],
  ]);
  const chained = [launch({ x: together(a, b) }), launch({ x: together(c, d), y: together(b, c) })];
  assert.equal(names(arenasOf(chained)), [['a', 'b', 'c', 'd']]);
  assert.equal(names(arenasOf([launch({ x: alone(a) })])), []);
});

test('each tensor begins where a binding may, and no picture of one lies in another', () => {
  const arena = { tensors };
  for (const pictures of [1, 3, 64]) {
    const { offsetOf, bytes } = layOutArena(arena, pictures);
    let end = 0;
    for (const [tensor, offset] of offsetOf) {
      assert.is(offset % 256, 0);
      assert.ok(offset >= end);
      end = offset + pictures * 4 * tensor.shape[3];
    }
    assert.ok(end <= bytes && bytes <= pictures * arenaBytes(arena), `${end}, ${bytes}, ${pictures}`);
  }
});

test('an arena that is written is bound once, and holds no constant', () => {
  const declared: Declarations = {
    bindings: [
      { name: 'x', binding: 0, access: 'read', stored: false },
      { name: 'y', binding: 1, access: 'read_write', stored: false },
    ],
    overrides: [],
    derived: [],
    workgroup: [],
  };
  const binds = (bindings: Dispatch['bindings'], ...more: Dispatch[]) => {
    const launches = [launch(bindings), ...more];
    return canBind(launches, arenasOf(launches), () => declared);
  };
  assert.ok(binds({ x: together(a, b), y: alone(c) }));
  assert.ok(binds({ x: together(a, b), y: together(c, d) }));
  assert.not.ok(binds({ x: together(a, b), y: alone(b) }));
  assert.not.ok(binds({ x: alone(a), y: together(a, b) }));
  const joins = launch({ x: together(b, c), y: alone(d) });
  assert.not.ok(binds({ x: together(a, b), y: together(c) }, joins), 'one arena by way of another launch');
  assert.not.ok(binds({ x: together(a, weight), y: alone(c) }));
});

test('a graph whose styles are rows of others cannot be bound', () => {
  const launches = fuse(nested().build(1).graph, webGpuForms).flatMap((op) => lower(op, GPU));
  assert.not.ok(canBind(launches, arenasOf(launches), (kernel) => kernels.get(kernel).declarations));
});

/** Kernels over the maps of layers; all others are the search's own. */
const OF_MAPS = /^(conv|blur|upsample|styled|gradient_channel|scaled|lrelu_gradient|sum_tiles|sum_parts|repeat|add$)/;
for (const [name, most] of [
  ['demo', 12],
  ['1024', 12],
  // Demodulation, and its gradient.
  ['sg2-1024', 14],
] as const) {
  const step = searchStep(shapedModel(benchShapes.find((shape) => shape.name === name)!), 1);

  test(`${name}: a step has at most ${most} launches beside those of its layers' maps, and as many pipelines`, () => {
    const { cases } = stepKernels(step, GPU);
    const own = cases.filter(({ kernel }) => !OF_MAPS.test(kernel));
    assert.ok(own.reduce((sum, { n }) => sum + n, 0) <= most, own.map(({ kernel, n }) => `${n} ${kernel}`).join(', '));
    const pipelines = own.map(({ dispatch: { kernel, overrides } }) => `${kernel} ${JSON.stringify(overrides)}`);
    assert.ok(new Set(pipelines).size <= most);
  });

  test(`${name}: what lies together can be bound, and ten bindings are enough`, () => {
    const launches = fuse(step, webGpuForms).flatMap((op) => lower(op, GPU));
    assert.ok(canBind(launches, arenasOf(launches), (kernel) => kernels.get(kernel).declarations));
    for (const { kernel, bindings } of launches) {
      assert.ok(Object.keys(bindings).length <= MOST_BINDINGS, `${kernel}: ${Object.keys(bindings)}`);
    }
  });
}

test.run();
