/** Which small ops of a graph run together, which may not, and that the values stay the same. */

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { randomStyleGan1, randomStyleGan2 } from '../../dist/bench/random-weights.js';
import { webGpuForms } from '../../dist/engine/webgpu/forms.js';
import { backward } from '../../dist/graph/backward.js';
import { apply, apply1 } from '../../dist/graph/build.js';
import { plainForms } from '../../dist/graph/fuse/forms.js';
import { fuse } from '../../dist/graph/fuse/fuse.js';
import type { ProgramOp } from '../../dist/graph/fuse/fused-op.js';
import { isolate, withoutJoined } from '../../dist/graph/fuse/program.js';
import { elements, Graph, type Tensor } from '../../dist/graph/graph.js';
import type { Network } from '../../dist/model/network.js';
import { readStyleGan1 } from '../../dist/model/read-stylegan1.js';
import { readStyleGan2 } from '../../dist/model/read-stylegan2.js';
import { parseLoss } from '../../dist/pulse/options.js';
import { buildStep, type StepPlan } from '../../dist/pulse/step.js';
import { normals } from '../random.js';
import { runProgram } from './fused-reference.js';

/** What is no map runs together, and nothing else is fused. */
const joinedAlone = { ...plainForms, joined: webGpuForms.joined };

const widths = { fmapBase: 3 * 8, fmapMax: 3, latentSize: 5 };
const networks: readonly Network[] = [
  readStyleGan1('small', randomStyleGan1(8, widths), 1e-5),
  readStyleGan2('small', randomStyleGan2(8, widths), {}),
];

type Options = Partial<Omit<StepPlan, 'network' | 'terms'>> & { readonly loss?: string };

function stepOf(network: Network, { loss = '100*L2+0.05*GEOCROSS', ...options }: Options = {}): Graph {
  const graph = new Graph(2);
  buildStep(graph, {
    network,
    terms: parseLoss(loss),
    eps: 2e-3,
    tile: false,
    roles: network.noiseSides.map((_, layer) => (layer < 2 ? 'trainable' : 'fixed')),
    optimizer: 'adam',
    targetSize: 4,
    ...options,
  });
  return graph;
}

function joinedIn(ops: readonly ProgramOp[]): string[] {
  return ops.flatMap((op) => (op.op === 'joined' ? [op.form] : []));
}

const always = ['styles', 'scaled reduction', 'losses', 'scaled keeping', 'updates'];
const cases: readonly (readonly [string, Options, readonly string[]])[] = [
  ['the default', {}, ['image gradient', 'latent gradient', 'noise gradients', 'style gradients']],
  ['gradients told', { gradients: true }, ['image gradient', 'latent gradient', 'noise gradients', 'style gradients']],
  ['one row for all', { tile: true, loss: '100*L2' }, ['image gradient', 'noise gradients', 'style gradients']],
  ['L1 and L2', { loss: '10*L1+2*L2', optimizer: 'sgdm' }, ['image gradient', 'noise gradients', 'style gradients']],
  ['GEOCROSS alone', { loss: '1*GEOCROSS', optimizer: 'sgd' }, ['latent gradient']],
];
for (const network of networks) {
  for (const [name, options, more] of cases) {
    test(`${network.kind}, ${name}: groups are found, and the values are those of the ops one by one`, () => {
      const graph = stepOf(network, options);
      const program = fuse(graph, joinedAlone);
      const isModulated = network.kind === 'stylegan2';
      const ofLayers = isModulated
        ? ['demodulations', ...(more.includes('style gradients') ? ['demodulation gradients'] : [])]
        : [];
      const [found, expected] = [joinedIn(program), [...always, ...more, ...ofLayers]];
      assert.equal(new Set(found), new Set(expected));
      assert.is(found.length, expected.length);
      assertSame(graph, program);
    });
  }
}

/** A program computes what its graph says. */
function assertSame(graph: Graph, program: readonly ProgramOp[]): void {
  const values = new Map(
    graph.tensors
      .filter(({ kind }) => kind !== 'temp')
      .map(({ name, shape }) => [name, normals(name, elements(shape), 0.5, 1).map((value) => Math.abs(value) + 0.1)]),
  );
  // So that the picture is the best so far.
  for (const [name, start] of [
    ['best', 1e9],
    ['best.within', 0],
  ] as const) {
    if (graph.find(name)) values.set(name, new Float32Array(graph.batch).fill(start));
  }
  const scalars = { rate: 0.1, rootCorrection: 0.3, step: 7 };
  const [plain, joined] = [graph.ops, program].map((ops) => runProgram(graph, ops, values, scalars));
  const states = graph.tensors.filter(({ kind }) => kind === 'state');
  for (const tensor of [...graph.outputs.values(), ...states]) {
    assert.equal(joined.get(tensor), plain.get(tensor), tensor.name);
  }
}

test('what an op makes and reads is what its parts make and read', () => {
  for (const network of networks) {
    const graph = stepOf(network);
    const known = new Set<Tensor>(graph.tensors.filter(({ kind }) => kind !== 'temp'));
    for (const op of fuse(graph, webGpuForms)) {
      for (const input of op.inputs) assert.ok(!input || known.has(input), `${op.op} reads ${input?.name} too early`);
      for (const output of op.outputs) known.add(output);
    }
  }
});

test('ops are told one by one again, what several joined ops have in common once', () => {
  const graph = stepOf(networks[0]);
  const program = fuse(graph, joinedAlone);
  const single = withoutJoined(program);
  assert.is(single.length, fuse(graph, plainForms).length);
  assert.is(single.filter(({ op }) => op === 'affine').length, 2, 'the picture, and its gradient');
  assertSame(graph, single);
});

test('a joined op alone is a program of its own', () => {
  const op = fuse(stepOf(networks[0]), joinedAlone).find((one) => one.op === 'joined' && one.form === 'losses')!;
  const { graph, ops } = isolate(op, 3);
  assert.is(ops[0].outputs.length, op.outputs.length);
  assert.equal(
    [...graph.outputs.keys()],
    op.outputs.map(({ name }) => name),
  );
  assert.ok(op.op === 'joined' && ops[0].op === 'joined');
  for (const part of (ops[0] as Extract<ProgramOp, { op: 'joined' }>).parts) {
    for (const tensor of [...part.inputs, ...part.outputs]) assert.ok(!tensor || graph.tensors.includes(tensor));
  }
});

test('nothing is joined for an engine that does not ask for it', () => {
  assert.equal(joinedIn(fuse(stepOf(networks[0]), plainForms)), []);
});

/** Two parameters with their updates, and what `between` adds after the first of them. */
function twoUpdates(between: (graph: Graph, first: Tensor, second: Tensor) => void): Graph {
  const graph = new Graph(1);
  const params = ['a', 'b'].map((name) => graph.state(name, [2, 3, 1]));
  params.forEach((param, index) => {
    const moments = ['first', 'second'].map((name) => graph.state(`${param.name}.${name}`, [2, 3, 1]));
    apply(graph, 'optimise', [param, graph.input(`${param.name}.g`, [2, 3, 1]), ...moments], { kind: 'adam' });
    apply(graph, 'sphere', [param, graph.input(`${param.name}.radius`, [2, 1, 1])], {});
    if (index === 0) between(graph, params[0], params[1]);
  });
  return graph;
}

test('an update does not move past an op that reads its state', () => {
  assert.equal(
    joinedIn(
      fuse(
        twoUpdates(() => undefined),
        joinedAlone,
      ),
    ),
    ['updates'],
  );
  const read = twoUpdates((graph, first) => {
    graph.output('y', apply1(graph, 'affine', [first], { scale: 2, shift: 0 }));
  });
  assert.equal(joinedIn(fuse(read, joinedAlone)), []);
  assertSame(read, fuse(read, joinedAlone));
  // A gradient that is made of the other parameter is made before that moves, and so is not made of it.
  const apart = twoUpdates((graph, _, second) => {
    graph.output('y', apply1(graph, 'affine', [second], { scale: 2, shift: 0 }));
  });
  assert.equal(joinedIn(fuse(apart, joinedAlone)), ['updates']);
  assertSame(apart, fuse(apart, joinedAlone));
});

test('a parameter that is the gradient of another is updated by itself', () => {
  const graph = new Graph(1);
  const [a, b] = ['a', 'b'].map((name) => graph.state(name, [2, 3, 1]));
  for (const [param, g] of [
    [a, graph.input('g', [2, 3, 1])],
    [b, a],
  ]) {
    apply(graph, 'optimise', [param, g], { kind: 'sgd' });
    apply(graph, 'sphere', [param, graph.input(`${param.name}.radius`, [2, 1, 1])], {});
  }
  const program = fuse(graph, joinedAlone);
  assert.equal(joinedIn(program), ['updates']);
  assert.equal(
    program.map(({ writes }) => writes.map(({ name }) => name)),
    [['a'], ['a'], ['b']],
  );
  assertSame(graph, program);
});

test('what is made of another of its group runs by itself', () => {
  const graph = new Graph(1);
  const style = graph.input('style', [3, 1, 1]);
  const squares = graph.constant('squares', [3, 3, 1, 1]);
  const factors = [style, style].map((one) => apply1(graph, 'demodulate', [one, squares], { epsilon: 1 }));
  const again = apply1(graph, 'demodulate', [factors[0], squares], { epsilon: 1 });
  const ys = [...factors, again];
  for (const [index, y] of ys.entries()) graph.output(`y${index}`, y);
  const seeds = ys.map((output, index) => ({ output, seed: graph.input(`seed${index}`, [3, 1, 1]) }));
  graph.output('g', backward(graph, seeds, [style])[0]!);
  const weight = graph.constant('weight', [1, 1, 1, 1]);
  const [once] = apply(graph, 'noise_gradient', [graph.input('map', [1, 2, 2]), weight], {});
  graph.output('noise', apply1(graph, 'noise_gradient', [once, weight], {}));
  const program = fuse(graph, joinedAlone);
  assert.equal(
    program.map((op) => (op.op === 'joined' ? `${op.form} of ${op.parts.length}` : op.op)),
    [
      'demodulations of 2',
      'demodulate',
      // Those of the last factor and of the second, and what is added to the former: it is read by the gradient of the first.
      'demodulation gradients of 3',
      'demodulate_gradient',
      'add',
      'noise gradients of 1',
      'noise_gradient',
    ],
  );
  assertSame(graph, program);
});

test('a picture that is read or told as it is, and rows that are, are made', () => {
  const graph = new Graph(1);
  const w = graph.input('w', [2, 3, 1]);
  const rows = apply(graph, 'rows', [w], { count: 2 });
  const weight = graph.constant('weight', [4, 3, 1, 1]);
  const y = apply1(graph, 'linear', [rows[0], weight], { adjoint: false, slope: 1, shape: [4, 1, 1] });
  graph.output('y', y);
  graph.output('row', rows[1]);
  const image = apply1(graph, 'affine', [graph.input('x', [3, 4, 4])], { scale: 2, shift: 1 });
  graph.output('image', image);
  graph.output('small', apply1(graph, 'bicubic', [image], { axis: 2, factor: 2, adjoint: false }));
  assert.equal(joinedIn(fuse(graph, joinedAlone)), []);
});

test('a best step that is chosen by the distance of something else is chosen alone', () => {
  const graph = new Graph(1);
  const small = apply1(graph, 'bicubic', [graph.input('x', [3, 4, 4])], { axis: 3, factor: 2, adjoint: false });
  const loss = apply1(graph, 'pixel_loss', [small, graph.input('target', [3, 4, 2])], { term: 'L2' });
  const total = apply1(graph, 'objective', [loss], { weights: [1], floors: [0] });
  const keep = (distance: Tensor, name: string) => {
    const states = ['best', 'within', 'step', 'improved'].map((state) => graph.state(`${state} ${name}`, [1, 1, 1]));
    apply(graph, 'keep_best', [total, distance, ...states], { eps: 1 });
  };
  keep(graph.input('distance', [1, 1, 1]), 'by another');
  keep(loss, 'by its own');
  const program = fuse(graph, joinedAlone);
  assert.equal(joinedIn(program), ['losses']);
  const alone = program.filter(({ op }) => op === 'keep_best');
  assert.equal(
    alone.map(({ inputs }) => inputs[1]!.name),
    ['distance'],
  );
  assertSame(graph, program);
});

test('a loss of another picture, and a layer with an activation, run as they are', () => {
  const graph = new Graph(1);
  const x = graph.input('x', [3, 4, 4]);
  const [small, target] = [
    apply1(graph, 'bicubic', [x], { axis: 3, factor: 2, adjoint: false }),
    graph.input('target', [3, 4, 2]),
  ];
  const losses = [
    apply1(graph, 'pixel_loss', [small, target], { term: 'L2' }),
    apply1(graph, 'pixel_loss', [x, graph.input('other', [3, 4, 4])], { term: 'L2' }),
  ];
  graph.output('total', apply1(graph, 'objective', losses, { weights: [1, 1], floors: [0, 0] }));
  const w = graph.input('w', [1, 3, 1]);
  const [row] = apply(graph, 'rows', [w], { count: 1 });
  const weight = graph.constant('weight', [4, 3, 1, 1]);
  const y = apply1(graph, 'linear', [row, weight], { adjoint: false, slope: 0.2, shape: [4, 1, 1] });
  graph.output('y', y);
  graph.output('g', backward(graph, [{ output: y, seed: graph.input('seed', [4, 1, 1]) }], [w])[0]!);
  assert.equal(joinedIn(fuse(graph, joinedAlone)), []);
});

test.run();
