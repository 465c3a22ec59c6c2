import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { backward } from '../../dist/graph/backward.js';
import { apply, apply1 } from '../../dist/graph/build.js';
import { Graph, type Tensor } from '../../dist/graph/graph.js';
import { runReference } from '../reference.js';

const SHAPE = [1, 1, 2] as const;
const scale = (graph: Graph, x: Tensor, by: number) => apply1(graph, 'affine', [x], { scale: by, shift: 0 });
const values = (entries: Record<string, number[]>) =>
  new Map(Object.entries(entries).map(([name, list]) => [name, Float64Array.from(list)]));
const list = (found: Float64Array | undefined) => found && [...found];

test('the gradient of a tensor that no output depends on is undefined', () => {
  const graph = new Graph(1);
  const [x, other, seed] = [graph.input('x', SHAPE), graph.input('other', SHAPE), graph.input('seed', SHAPE)];
  const y = scale(graph, x, 2);
  const aside = scale(graph, other, 3);
  const before = graph.ops.length;
  assert.equal(backward(graph, [{ output: y, seed }], [other, aside]), [undefined, undefined]);
  assert.is(graph.ops.length, before, 'and costs nothing');
  assert.is(backward(graph, [{ output: y, seed }], [x, other])[1], undefined);
});

test('the gradient of an output is its seed', () => {
  const graph = new Graph(1);
  const [x, seed] = [graph.input('x', SHAPE), graph.input('seed', SHAPE)];
  const y = scale(graph, x, 2);
  assert.is(backward(graph, [{ output: y, seed }], [y])[0], seed);
});

test('gradients add up where a tensor is used twice', () => {
  const graph = new Graph(1);
  const [x, seed] = [graph.input('x', SHAPE), graph.input('seed', SHAPE)];
  const y = apply1(graph, 'add', [scale(graph, x, 2), scale(graph, x, 5)], {});
  const [gradient] = backward(graph, [{ output: apply1(graph, 'add', [y, x], {}), seed }], [x]);
  const run = runReference(graph, values({ x: [1, 2], seed: [1, 10] }));
  assert.equal(list(run.tensors.get(gradient!)), [8, 80]);
});

test('gradients add up over several outputs, and over seeds of one output', () => {
  const graph = new Graph(1);
  const [x, one, two] = ['x', 'one', 'two'].map((name) => graph.input(name, SHAPE));
  const [y, z] = [scale(graph, x, 2), scale(graph, x, 3)];
  const seeds = [
    { output: y, seed: one },
    { output: z, seed: two },
    { output: z, seed: one },
  ];
  const [gradient] = backward(graph, seeds, [x]);
  const run = runReference(graph, values({ x: [1, 2], one: [1, 10], two: [100, 1000] }));
  assert.equal(list(run.tensors.get(gradient!)), [2 + 300 + 3, 20 + 3000 + 30]);
});

test('an intermediate tensor has a gradient, which counts what lies behind it alone', () => {
  const graph = new Graph(1);
  const [x, seed] = [graph.input('x', SHAPE), graph.input('seed', SHAPE)];
  const middle = scale(graph, x, 2);
  const y = scale(graph, middle, 5);
  const [ofMiddle, ofX] = backward(graph, [{ output: y, seed }], [middle, x]);
  const run = runReference(graph, values({ x: [1, 2], seed: [1, 10] }));
  assert.equal(list(run.tensors.get(ofMiddle!)), [5, 50]);
  assert.equal(list(run.tensors.get(ofX!)), [10, 100]);
});

test('an op that does not lead to what is asked for is left out of the backward pass', () => {
  const graph = new Graph(1);
  const [x, other, seed] = ['x', 'other', 'seed'].map((name) => graph.input(name, SHAPE));
  // pixel_norm_gradient has no rule: it must not be asked for one.
  const aside = apply1(graph, 'pixel_norm_gradient', [other, other], {});
  const y = apply1(graph, 'add', [x, aside], {});
  assert.is(backward(graph, [{ output: y, seed }], [x])[0], seed);
});

test('a path through an op without a gradient rule is an error that names it', () => {
  const graph = new Graph(1);
  const [x, seed] = [graph.input('x', SHAPE), graph.input('seed', SHAPE)];
  const y = apply1(graph, 'lrelu_gradient', [x, x], { slope: 0.2, clamp: Infinity });
  assert.throws(() => backward(graph, [{ output: y, seed }], [x]), /lrelu_gradient has no gradient rule/);
});

test('a style that only a part of the rows feeds leaves the other rows without a gradient', () => {
  const graph = new Graph(1);
  const [w, seed] = [graph.input('w', [3, 2, 1]), graph.input('seed', [1, 2, 1])];
  const rows = apply(graph, 'rows', [w], { count: 3 });
  const [gradient] = backward(graph, [{ output: scale(graph, rows[1], 2), seed }], [w]);
  const run = runReference(graph, values({ w: [1, 2, 3, 4, 5, 6], seed: [1, 10] }));
  assert.equal(list(run.tensors.get(gradient!)), [0, 0, 2, 20, 0, 0]);
});

test('the gradient of a style alone takes the sums only; that of noise is there where the map needs none', () => {
  const graph = new Graph(1);
  const [weight, bias] = ['noise weight', 'bias'].map((name) => graph.constant(name, [3, 1, 1, 1]));
  const noise = graph.input('noise', [1, 4, 4]);
  const style = graph.input('style', [2, 3, 1]);
  const repeated = apply1(graph, 'repeat', [graph.constant('const', [1, 3, 4, 4])], {});
  const noisy = apply1(graph, 'add_noise', [repeated, noise, weight], {});
  const x = apply1(graph, 'bias_act', [noisy, bias], { slope: 0.2, clamp: Infinity });
  const y = apply1(graph, 'modulate', [apply1(graph, 'instance_norm', [x], { epsilon: 1e-5 }), style], {});
  const seed = graph.input('seed', [3, 4, 4]);
  const forward = graph.ops.length;
  const [ofStyle] = backward(graph, [{ output: y, seed }], [style]);
  assert.equal(ofStyle?.shape, [1, 2, 3, 1]);
  assert.equal(
    graph.ops.slice(forward).map(({ op }) => op),
    ['modulate_sums'],
  );
  const [ofNoise] = backward(graph, [{ output: y, seed }], [noise]);
  assert.equal(ofNoise?.shape, [1, 1, 4, 4]);
});

test('a wanted gradient that a rule cannot compute is an error that names op and tensor, never a silent zero', () => {
  const graph = new Graph(1);
  const w = graph.input('w', [2, 3, 1]);
  const [value, pairs] = apply(graph, 'geocross', [w], {});
  const seeds = [
    { output: value, seed: graph.input('seed', [1, 1, 1]) },
    { output: pairs, seed: graph.input('seed of pairs', [2, 2, 2]) },
  ];
  assert.throws(() => backward(graph, seeds, [w]), 'geocross has no gradient for its input 0, w');
  assert.ok(backward(graph, seeds.slice(0, 1), [w])[0]);
});

test.run();
