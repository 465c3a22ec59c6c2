/** The reference itself: by hand where a few numbers tell, by the values of the original PyTorch code elsewhere. */

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { backward } from '../../dist/graph/backward.js';
import { apply, apply1 } from '../../dist/graph/build.js';
import { Graph, type Tensor } from '../../dist/graph/graph.js';
import { asFloat32 } from '../../dist/graph/host-tensor.js';
import { readSafetensors } from '../../dist/weights/safetensors-file.js';
import { goldenTest } from '../goldens.js';
import { type ReferenceRun, reflect, runReference } from '../reference.js';

type Entries = Record<string, ArrayLike<number>>;

function run(graph: Graph, entries: Entries, scalars = {}): ReferenceRun {
  const values = new Map(Object.entries(entries).map(([name, list]) => [name, Float64Array.from(list)]));
  return runReference(graph, values, scalars);
}

function distance(found: Float64Array, expected: ArrayLike<number>): number {
  let [error, norm] = [0, 0];
  found.forEach((value, i) => {
    error += (value - expected[i]) ** 2;
    norm += expected[i] ** 2;
  });
  return Math.sqrt(error / norm);
}

test('reflection turns back at both ends, as often as it takes', () => {
  const positions = Array.from({ length: 14 }, (_, i) => i - 5);
  assert.equal(
    positions.map((position) => reflect(position, 3)),
    [1, 0, 1, 2, 1, 0, 1, 2, 1, 0, 1, 2, 1, 0],
  );
  assert.equal(
    [-3, -2, -1, 0, 1, 2, 3].map((position) => reflect(position, 2)),
    [1, 0, 1, 0, 1, 0, 1],
  );
  assert.equal(
    [-4, 0, 9].map((position) => reflect(position, 1)),
    [0, 0, 0],
  );
});

test('conv is a correlation, and pads with zeros', () => {
  const graph = new Graph(1);
  const inputs = [graph.input('x', [1, 1, 3]), graph.constant('weight', [1, 1, 3, 3])];
  graph.output('plain', apply1(graph, 'conv', inputs, { adjoint: false }));
  graph.output('adjoint', apply1(graph, 'conv', inputs, { adjoint: true }));
  const { read } = run(graph, { x: [1, 10, 100], weight: [9, 9, 9, 2, 3, 5, 9, 9, 9] });
  assert.equal([...read('plain')], [3 + 50, 2 + 30 + 500, 20 + 300]);
  assert.equal([...read('adjoint')], [3 + 20, 5 + 30 + 200, 50 + 300]);
});

test('conv_up spreads a pixel over its weights, from one row and column before', () => {
  const graph = new Graph(1);
  const inputs = [graph.input('x', [1, 2, 2]), graph.constant('weight', [1, 1, 4, 4])];
  graph.output('y', apply1(graph, 'conv_up', inputs, { adjoint: false, margin: 0 }));
  const weight = Array.from({ length: 16 }, (_, i) => i);
  const first = run(graph, { x: [1, 0, 0, 0], weight }).read('y');
  assert.equal([...first], [5, 6, 7, 0, 9, 10, 11, 0, 13, 14, 15, 0, 0, 0, 0, 0]);
  const last = run(graph, { x: [0, 0, 0, 1], weight }).read('y');
  assert.equal([...last], [0, 0, 0, 0, 0, 0, 1, 2, 0, 4, 5, 6, 0, 8, 9, 10]);
});

test('blur spreads a pixel as [1 2 1]⊗[1 2 1]/16', () => {
  const graph = new Graph(1);
  graph.output('y', apply1(graph, 'blur', [graph.input('x', [1, 3, 3])], { adjoint: false, margin: 0 }));
  assert.equal([...run(graph, { x: [0, 0, 0, 0, 16, 0, 0, 0, 0] }).read('y')], [1, 2, 1, 2, 4, 2, 1, 2, 1]);
  assert.equal([...run(graph, { x: [16, 0, 0, 0, 0, 0, 0, 0, 0] }).read('y')], [4, 2, 0, 2, 1, 0, 0, 0, 0]);
});

test('optimisers take the first steps that PyTorch takes', () => {
  // Whatever the gradient, the first step of Adam and Adamax is the learning rate against its sign.
  for (const kind of ['adam', 'adamax'] as const) {
    const graph = new Graph(1);
    const states = ['param', 'first', 'second'].map((name) => graph.state(name, [1, 1, 3]));
    apply(graph, 'optimise', [states[0], graph.input('g', [1, 1, 3]), states[1], states[2]], { kind });
    const entries = { param: [1, 1, 1], g: [3, -0.5, 2e-3], first: [0, 0, 0], second: [0, 0, 0] };
    const { read } = run(graph, entries, { rate: 0.4 / 0.1, rootCorrection: Math.sqrt(0.001) });
    assert.ok(distance(read('param'), [0.6, 1.4, 0.6]) < 1e-5, `${kind}: ${read('param')}`);
  }
});

/** The relative distance of an output and of the gradient of x from golden values. */
function goldenDistances(
  x: { shape: readonly number[]; data: Float32Array },
  op: (graph: Graph, x: Tensor) => Tensor,
  expected: { value: Float32Array; seed: Float32Array; gradient: Float32Array },
): [number, number] {
  const [n, c, h, w = 1] = x.shape;
  const graph = new Graph(n);
  const input = graph.input('x', [c, h, w]);
  const y = op(graph, input);
  const seed = graph.input('seed', [y.shape[1], y.shape[2], y.shape[3]]);
  const [gradient] = backward(graph, [{ output: y, seed }], [input]);
  const { tensors } = run(graph, { x: x.data, seed: expected.seed });
  const value = tensors.get(y)!;
  // A golden value of one number is the sum over the batch, as PULSE takes it.
  const compared = expected.value.length === 1 ? Float64Array.of(value.reduce((a, b) => a + b, 0)) : value;
  return [distance(compared, expected.value), distance(tensors.get(gradient!)!, expected.gradient)];
}

goldenTest(test, 'reduce agrees with PULSE', ['stylegan1/bicubic.safetensors'], async (path) => {
  const tensors = asFloat32((await readSafetensors(path)).tensors);
  const data = (name: string) => tensors.get(name)!.data;
  for (const factor of [2, 4, 8, 16, 32]) {
    const name = `down${factor}`;
    const distances = goldenDistances(
      tensors.get('image')!,
      (graph, x) => {
        const rows = apply1(graph, 'bicubic', [x], { axis: 2, factor, adjoint: false });
        return apply1(graph, 'bicubic', [rows], { axis: 3, factor, adjoint: false });
      },
      { value: data(name), seed: data(`${name}.grad_out`), gradient: data(`${name}.grad_in`) },
    );
    for (const found of distances) assert.ok(found < 1e-6, `${name}: ${distances}`);
  }
});

goldenTest(test, 'geocross agrees with PULSE', ['stylegan1/geocross.safetensors'], async (path) => {
  const tensors = asFloat32((await readSafetensors(path)).tensors);
  const [value, gradient] = ['value', 'grad'].map((name) => tensors.get(name)!.data);
  const latent = tensors.get('latent')!;
  const seed = new Float32Array(latent.shape[0]).fill(1);
  const distances = goldenDistances(latent, (graph, w) => apply(graph, 'geocross', [w], {})[0], {
    value,
    seed,
    gradient,
  });
  for (const found of distances) assert.ok(found < 1e-6, `${distances}`);
});

test.run();
