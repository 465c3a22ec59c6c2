import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { apply, apply1 } from '../../dist/graph/build.js';
import { Graph, type Shape } from '../../dist/graph/graph.js';
import type { OpAttributes, OpName } from '../../dist/graph/ops.js';
import { shapeRules } from '../../dist/graph/shapes.js';

/** One right use of an op. */
interface Use<N extends OpName> {
  readonly inputs: readonly Shape[];
  readonly attrs: OpAttributes[N];
  readonly outputs: readonly Shape[];
  /** Sides that may be longer by themselves, as input.dimension; every other change is an error. */
  readonly free?: readonly string[];
  /** Inputs that may be absent. */
  readonly optional?: readonly number[];
}

const N = 3;
const MAP: Shape = [N, 4, 5, 6];
const PAIRS: Shape = [N, 2, 4, 1];
const ONE: Shape = [N, 1, 1, 1];
const PER_CHANNEL: Shape = [4, 1, 1, 1];
const LATENT: Shape = [N, 5, 6, 1];
const PER_VALUE: Shape = [6, 1, 1, 1];

const uses: { [O in OpName]: Use<O> } = {
  conv: {
    inputs: [MAP, [7, 4, 1, 1], [7, 1, 1, 1]],
    attrs: { adjoint: false },
    outputs: [[N, 7, 5, 6]],
    free: ['0.0', '0.2', '0.3'],
    optional: [2],
  },
  conv_up: {
    inputs: [MAP, [7, 4, 4, 4]],
    attrs: { adjoint: false, margin: 0 },
    outputs: [[N, 7, 10, 12]],
    free: ['0.0', '0.2', '0.3', '1.0'],
  },
  upsample: { inputs: [MAP], attrs: { adjoint: false }, outputs: [[N, 4, 10, 12]], free: ['0.0', '0.1', '0.2', '0.3'] },
  blur: { inputs: [MAP], attrs: { adjoint: false, margin: 0 }, outputs: [MAP], free: ['0.0', '0.1', '0.2', '0.3'] },
  repeat: { inputs: [[1, 4, 5, 6]], attrs: {}, outputs: [MAP], free: ['0.1', '0.2', '0.3'] },
  add_noise: { inputs: [MAP, [N, 1, 5, 6], PER_CHANNEL], attrs: {}, outputs: [MAP] },
  bias_act: {
    inputs: [MAP, PER_CHANNEL],
    attrs: { slope: 0.2, clamp: 256 },
    outputs: [MAP],
    free: ['0.0', '0.2', '0.3'],
  },
  instance_norm: { inputs: [MAP], attrs: { epsilon: 1e-5 }, outputs: [MAP], free: ['0.0', '0.1', '0.2', '0.3'] },
  instance_norm_gradient: { inputs: [MAP, MAP], attrs: { epsilon: 1e-5 }, outputs: [MAP] },
  modulate: { inputs: [MAP, PAIRS], attrs: {}, outputs: [MAP], free: ['0.2', '0.3'] },
  modulate_gradient: { inputs: [MAP, PAIRS], attrs: {}, outputs: [MAP], free: ['0.2', '0.3'] },
  modulate_sums: { inputs: [MAP, MAP], attrs: {}, outputs: [PAIRS] },
  scale: { inputs: [MAP, [N, 4, 1, 1]], attrs: {}, outputs: [MAP], free: ['0.2', '0.3'] },
  scale_sums: { inputs: [MAP, MAP], attrs: {}, outputs: [[N, 4, 1, 1]] },
  demodulate: {
    inputs: [
      [N, 4, 1, 1],
      [7, 4, 1, 1],
    ],
    attrs: { epsilon: 1e-8 },
    outputs: [[N, 7, 1, 1]],
    free: ['0.0', '1.0'],
  },
  demodulate_gradient: {
    inputs: [
      [N, 7, 1, 1],
      [N, 7, 1, 1],
      [N, 4, 1, 1],
      [7, 4, 1, 1],
    ],
    attrs: {},
    outputs: [[N, 4, 1, 1]],
  },
  noise_gradient: {
    inputs: [MAP, PER_CHANNEL],
    attrs: {},
    outputs: [[N, 1, 5, 6]],
    free: ['0.0', '0.2', '0.3'],
  },
  linear: {
    inputs: [
      [N, 1, 6, 1],
      [8, 6, 1, 1],
      [8, 1, 1, 1],
    ],
    attrs: { adjoint: false, slope: 1, shape: [2, 4, 1] },
    outputs: [PAIRS],
    free: ['0.0'],
    optional: [2],
  },
  lrelu_gradient: { inputs: [MAP, MAP], attrs: { slope: 0.2, clamp: 256 }, outputs: [MAP] },
  pixel_norm: { inputs: [MAP], attrs: {}, outputs: [MAP], free: ['0.0', '0.1', '0.2', '0.3'] },
  pixel_norm_gradient: { inputs: [MAP, MAP], attrs: {}, outputs: [MAP] },
  rows: {
    inputs: [[N, 2, 6, 1]],
    attrs: { count: 2 },
    outputs: [
      [N, 1, 6, 1],
      [N, 1, 6, 1],
    ],
    free: ['0.0', '0.2'],
  },
  stack: {
    inputs: [
      [N, 1, 6, 1],
      [N, 1, 6, 1],
    ],
    attrs: { depth: 2, size: 6 },
    outputs: [[N, 2, 6, 1]],
    optional: [0, 1],
  },
  add: { inputs: [MAP, MAP], attrs: {}, outputs: [MAP] },
  affine: { inputs: [MAP], attrs: { scale: 2, shift: 1 }, outputs: [MAP], free: ['0.0', '0.1', '0.2', '0.3'] },
  fill: { inputs: [], attrs: { value: 1, shape: [4, 5, 6] }, outputs: [MAP] },
  latent_to_w: {
    inputs: [LATENT, PER_VALUE, PER_VALUE],
    attrs: { slope: 0.2 },
    outputs: [LATENT],
    free: ['0.0', '0.1'],
  },
  latent_gradient: { inputs: [LATENT, LATENT, PER_VALUE], attrs: { slope: 0.2 }, outputs: [LATENT] },
  bicubic: {
    inputs: [[N, 4, 8, 6]],
    attrs: { axis: 2, factor: 4, adjoint: false },
    outputs: [[N, 4, 2, 6]],
    free: ['0.0', '0.1', '0.3'],
  },
  pixel_loss: { inputs: [MAP, MAP], attrs: { term: 'L2' }, outputs: [ONE] },
  pixel_loss_gradient: { inputs: [ONE, MAP, MAP], attrs: { term: 'L2' }, outputs: [MAP] },
  geocross: { inputs: [LATENT], attrs: {}, outputs: [ONE, [N, 2, 5, 5]], free: ['0.0', '0.1', '0.2'] },
  geocross_gradient: { inputs: [ONE, LATENT, [N, 2, 5, 5]], attrs: {}, outputs: [LATENT], free: ['1.2'] },
  objective: { inputs: [ONE, ONE, ONE], attrs: { weights: [1, 2, 3], floors: [0, 0, 0] }, outputs: [ONE] },
  objective_gradient: { inputs: [ONE, ONE], attrs: { weight: 1, floor: 0 }, outputs: [ONE] },
  optimise: { inputs: [MAP, MAP, MAP, MAP], attrs: { kind: 'adam' }, outputs: [] },
  sphere: { inputs: [MAP, [N, 4, 1, 1]], attrs: {}, outputs: [], free: ['0.2', '0.3'] },
  keep_best: { inputs: [ONE, ONE, ONE, ONE, ONE, ONE], attrs: { eps: 1 }, outputs: [] },
  keep_if: { inputs: [ONE, MAP, MAP], attrs: {}, outputs: [] },
};

/** What the rule of an op says to inputs of these shapes. */
function shapesOf(op: OpName, shapes: readonly (Shape | undefined)[], attrs: OpAttributes[OpName]): Shape[] {
  const graph = new Graph(N);
  const inputs = shapes.map((shape) => shape && graph.temp(shape));
  return shapeRules[op](inputs, attrs as never, N);
}

for (const [name, use] of Object.entries(uses)) {
  const op = name as OpName;
  const { inputs, attrs, outputs, free = [], optional = [] } = use;

  test(`${op}: shapes that fit`, () => {
    assert.equal(shapesOf(op, inputs, attrs), outputs);
  });

  test(`${op}: any other shape is an error of this op`, () => {
    inputs.forEach((shape, index) => {
      shape.forEach((_side, dimension) => {
        const longer = shape.map((side, d) => (d === dimension ? side + 1 : side)) as unknown as Shape;
        const run = () => shapesOf(op, inputs.with(index, longer), attrs);
        if (free.includes(`${index}.${dimension}`)) run();
        else assert.throws(run, new RegExp(`^${op}: .*\\d`), `input ${index} of [${longer.join(', ')}]`);
      });
    });
  });

  test(`${op}: inputs that must be there`, () => {
    inputs.forEach((_shape, index) => {
      const without: (Shape | undefined)[] = [...inputs];
      without[index] = undefined;
      const run = () => shapesOf(op, without, attrs);
      if (optional.includes(index)) run();
      else assert.throws(run, `${op}: input ${index} is missing`);
    });
  });
}

test('adjoint shapes', () => {
  const adjoint = true;
  const map: Shape = [N, 7, 5, 6];
  assert.equal(shapesOf('conv', [map, [7, 4, 3, 3]], { adjoint }), [MAP]);
  const noBias = 'conv: the adjoint has no bias';
  assert.throws(() => shapesOf('conv', [map, [7, 4, 1, 1], [4, 1, 1, 1]], { adjoint }), noBias);
  assert.equal(
    shapesOf(
      'conv_up',
      [
        [N, 7, 10, 12],
        [7, 4, 4, 4],
      ],
      { adjoint, margin: 0 },
    ),
    [MAP],
  );
  assert.equal(shapesOf('linear', [PAIRS, [8, 6, 1, 1]], { adjoint, slope: 1, shape: [1, 6, 1] }), [[N, 1, 6, 1]]);
  assert.equal(shapesOf('bicubic', [[N, 4, 2, 6]], { axis: 2, factor: 4, adjoint }), [[N, 4, 8, 6]]);
  assert.throws(() => shapesOf('conv', [MAP, [7, 4, 3, 3]], { adjoint }), 'conv: 4 channels meet weights for 7');
  assert.throws(
    () =>
      shapesOf(
        'conv_up',
        [
          [N, 7, 9, 12],
          [7, 4, 4, 4],
        ],
        { adjoint, margin: 0 },
      ),
    /9×12 is odd/,
  );
});

test('rows of one row are as many as asked for', () => {
  assert.equal(shapesOf('rows', [[N, 1, 6, 1]], { count: 3 }), Array(3).fill([N, 1, 6, 1]));
});

test('optimisers ask for the moments that they use', () => {
  assert.equal(shapesOf('optimise', [MAP, MAP], { kind: 'sgd' }), []);
  assert.equal(shapesOf('optimise', [MAP, MAP, MAP], { kind: 'sgdm' }), []);
  assert.throws(() => shapesOf('optimise', [MAP, MAP], { kind: 'sgdm' }), 'optimise: input 2 is missing');
  assert.throws(() => shapesOf('optimise', [MAP, MAP, MAP], { kind: 'adamax' }), 'optimise: input 3 is missing');
});

test('messages say which input is wrong and what would fit', () => {
  const said = (op: OpName, shapes: readonly (Shape | undefined)[]) => {
    try {
      shapesOf(op, shapes, uses[op].attrs);
    } catch (error) {
      return (error as Error).message;
    }
    return undefined;
  };
  assert.is(said('conv', [MAP, [7, 5, 3, 3]]), 'conv: 4 channels meet weights for 5');
  assert.is(said('conv', [MAP, [7, 4, 4, 4]]), 'conv: a kernel of 4×4; expected 1×1 or 3×3');
  assert.is(said('modulate', [MAP, LATENT]), 'modulate: style is [3, 5, 6, 1]; expected [3, 2, 4, 1]');
  assert.is(said('add', [MAP, LATENT]), 'add: input 1 is [3, 5, 6, 1]; expected [3, 4, 5, 6]');
});

test('an op that writes refuses what is no state', () => {
  const graph = new Graph(1);
  const [x, g] = [graph.input('x', [1, 2, 3]), graph.input('g', [1, 2, 3])];
  assert.throws(() => apply(graph, 'optimise', [x, g], { kind: 'sgd' }), 'optimise would write x, which is no state');
  const state = graph.state('state', [1, 2, 3]);
  assert.throws(() => apply(graph, 'optimise', [state, g, x], { kind: 'sgdm' }), /would write x/);
  assert.is(graph.ops.length, 0);
});

test('a constant does not stand in for a batch of pictures', () => {
  const graph = new Graph(3);
  assert.throws(
    () => apply1(graph, 'blur', [graph.constant('const', [1, 4, 5, 6])], { adjoint: false, margin: 0 }),
    /blur .*batch of 3/,
  );
});

test('names are unique, and a constant may be named again', () => {
  const graph = new Graph(1);
  const weight = graph.constant('weight', [2, 2, 1, 1]);
  assert.is(graph.constant('weight', [2, 2, 1, 1]), weight);
  assert.throws(() => graph.constant('weight', [2, 2, 3, 3]), 'two tensors are named weight');
  assert.throws(() => graph.input('weight', [2, 2, 3]), 'two tensors are named weight');
  graph.output('y', weight);
  assert.throws(() => graph.output('y', weight), 'two outputs are named y');
});

test('batches and sides are integers of at least 1', () => {
  for (const batch of [0, -1, 1.5, Number.NaN]) assert.throws(() => new Graph(batch), /a batch of/);
  for (const side of [0, -1, 1.5]) assert.throws(() => new Graph(1).input('x', [1, side, 1]), /x: .* is no shape/);
});

test.run();
