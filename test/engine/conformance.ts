/**
 * The conformance suite that every engine has to pass: small graphs that cover every op and attribute, forward and
 * backward, at awkward shapes, held against the float64 interpreter of `test/reference.ts`.
 *
 * A case is built for any batch; the values of a picture follow from its number alone, so that the same picture can be
 * put anywhere in any batch.
 */

import type { Engine } from '../../dist/engine/engine.js';
import { backward } from '../../dist/graph/backward.js';
import { apply, apply1 } from '../../dist/graph/build.js';
import { elements, Graph, type Shape, type Tensor } from '../../dist/graph/graph.js';
import { type HostTensor, hostTensor } from '../../dist/graph/host-tensor.js';
import type { OpAttributes, OpName, RunScalars } from '../../dist/graph/ops.js';
import { modulatedLayer, modulatedRgb, styledLayer } from '../graph/layers.js';
import { normals, randomSource } from '../random.js';
import { type NamedValues, runReference } from '../reference.js';

/** Relative norm allowed where each value is made of a few others. */
const ELEMENTWISE = 2e-6;
/** Relative norm allowed where values are sums of many. */
const REDUCTION = 5e-6;
/** Nothing allowed: values are copied or chosen, never computed. */
const EXACT = 0;

/** A graph and what its constants, inputs and states hold at the start. */
export interface BuiltCase {
  readonly graph: Graph;
  readonly values: ReadonlyMap<string, Float32Array>;
}

/** One graph to run. */
export interface Case {
  readonly name: string;
  /** Builds the case for pictures number first, first + 1, … (0, 1, … if not said). */
  build(batch: number, first?: number): BuiltCase;
  /** Largest ‖x − reference‖ / ‖reference‖ of each output and state. */
  readonly tolerance: number;
  /** The scalars of the runs, one after another; states go on from one to the next. */
  readonly runs: readonly Partial<RunScalars>[];
}

/** Makes `count` values; `picture` is undefined for constants. */
type Draw = (key: string, count: number, picture: number | undefined) => Float32Array;

export const normal =
  (deviation = 1, mean = 0): Draw =>
  (key, count) =>
    normals(key, count, deviation, mean);

export const uniform =
  (low: number, high: number): Draw =>
  (key, count) => {
    const random = randomSource(key);
    const values = new Float32Array(count);
    for (let i = 0; i < count; i++) values[i] = low + (high - low) * random();
    return values;
  };

export const all =
  (value: number): Draw =>
  (_key, count) =>
    new Float32Array(count).fill(value);

/** One value for picture 0, another for picture 1, …, and again from the start. */
export const perPicture =
  (...values: number[]): Draw =>
  (_key, count, picture = 0) =>
    new Float32Array(count).fill(values[picture % values.length]);

/** Weights that keep the size of what they meet: a deviation of 1/√fan-in. */
export const weights = (fanIn: number): Draw => normal(1 / Math.sqrt(fanIn));

/** As drawn, but every seventh value is an exact zero, of either sign. */
const withZeros =
  (draw: Draw): Draw =>
  (key, count, picture) =>
    draw(key, count, picture).map((value, index) => (index % 7 === 3 ? (index % 2 ? -0 : 0) : value));

type PictureShape = readonly [number, number, number];

/** What was drawn for the case at hand, which is built for several batches of the same pictures: drawing takes longer than computing. */
const drawn = { case: '', values: new Map<string, Float32Array>() };

function drawOnce(name: string, key: string, draw: () => Float32Array): Float32Array {
  if (drawn.case !== name) {
    drawn.case = name;
    drawn.values.clear();
  }
  const values = drawn.values.get(key) ?? draw();
  drawn.values.set(key, values);
  return values;
}

/** What a case's recipe builds with. */
export class CaseBuilder implements BuiltCase {
  readonly graph: Graph;
  readonly values = new Map<string, Float32Array>();

  constructor(
    private readonly key: string,
    batch: number,
    private readonly first: number,
  ) {
    this.graph = new Graph(batch);
  }

  input(name: string, shape: PictureShape, draw = normal()): Tensor {
    return this.#pictures(this.graph.input(name, shape), draw);
  }

  state(name: string, shape: PictureShape, draw = normal()): Tensor {
    return this.#pictures(this.graph.state(name, shape), draw);
  }

  constant(name: string, shape: Shape, draw = normal()): Tensor {
    const key = `${this.key}/${name}`;
    const values = drawOnce(this.key, key, () => draw(key, elements(shape), undefined));
    this.values.set(name, values.slice());
    return this.graph.constant(name, shape);
  }

  /** Appends an op and makes its outputs the graph's, called y, y1, y2, … or as told. */
  outputs<N extends OpName>(op: N, inputs: readonly (Tensor | undefined)[], attrs: OpAttributes[N], name = 'y'): void {
    apply(this.graph, op, inputs, attrs).forEach((output, index) => {
      this.graph.output(index ? `${name}${index}` : name, output);
    });
  }

  /** Outputs the gradients of Σ seed·y with respect to inputs, the seed being random, as `gradient of NAME`. */
  gradients(y: Tensor, wrt: readonly Tensor[]): void {
    const [, c, h, w] = y.shape;
    const seed = this.input('seed', [c, h, w]);
    backward(this.graph, [{ output: y, seed }], wrt).forEach((gradient, index) => {
      if (!gradient) throw new Error(`${this.key}: no path leads to ${wrt[index].name}`);
      this.graph.output(`gradient of ${wrt[index].name}`, gradient);
    });
  }

  #pictures(tensor: Tensor, draw: Draw): Tensor {
    const size = elements(tensor.shape.slice(1));
    const values = new Float32Array(elements(tensor.shape));
    for (let n = 0; n < this.graph.batch; n++) {
      const picture = this.first + n;
      const key = `${this.key}/${tensor.name}/${picture}`;
      values.set(
        drawOnce(this.key, key, () => draw(key, size, picture)),
        n * size,
      );
    }
    this.values.set(tensor.name, values);
    return tensor;
  }
}

export function makeCase(
  name: string,
  recipe: (b: CaseBuilder) => void,
  tolerance: number,
  runs: readonly Partial<RunScalars>[] = [{}],
): Case {
  const build = (batch: number, first = 0) => {
    const builder = new CaseBuilder(name, batch, first);
    recipe(builder);
    return builder;
  };
  return { name, build, tolerance, runs };
}

const text = (shape: readonly number[]): string => shape.join('×');

/** Shapes that vector loads, tiles and workgroups do not divide, and some that they do. */
const MAPS: readonly PictureShape[] = [
  [1, 1, 1],
  [5, 1, 1],
  [1, 1, 7],
  [3, 5, 7],
  [13, 9, 4],
  [16, 16, 16],
  [17, 8, 10],
  [2, 130, 67],
];

interface ConvCase {
  readonly from: number;
  readonly to: number;
  readonly size: readonly [number, number];
  readonly kernel?: number;
  /** Read through a layer's style. */
  readonly styled?: boolean;
  readonly bias?: boolean;
  /** With a margin as well. */
  readonly margin?: boolean;
}

const CONVS: readonly ConvCase[] = [
  { from: 1, to: 1, size: [1, 1] },
  { from: 5, to: 3, size: [1, 1], styled: true, bias: true },
  { from: 3, to: 5, size: [5, 7], bias: true },
  { from: 3, to: 3, size: [1, 8] },
  { from: 3, to: 3, size: [9, 1], styled: true },
  { from: 13, to: 17, size: [4, 6], styled: true },
  { from: 5, to: 13, size: [3, 2], styled: true, bias: true },
  { from: 17, to: 3, size: [9, 10], kernel: 1, styled: true, bias: true },
  { from: 3, to: 16, size: [8, 8], kernel: 1 },
  { from: 16, to: 16, size: [16, 16], styled: true },
  { from: 37, to: 21, size: [19, 23], styled: true },
  { from: 129, to: 33, size: [6, 5], styled: true },
  { from: 8, to: 3, size: [66, 70], kernel: 1, styled: true, bias: true },
  { from: 4, to: 8, size: [67, 65], styled: true },
  { from: 512, to: 64, size: [4, 4], styled: true },
  { from: 64, to: 512, size: [4, 4], styled: true },
];

const CONV_UPS: readonly ConvCase[] = [
  { from: 1, to: 1, size: [1, 1], margin: true },
  { from: 3, to: 5, size: [2, 2], styled: true },
  { from: 13, to: 17, size: [5, 3] },
  { from: 17, to: 3, size: [7, 9], styled: true },
  { from: 3, to: 3, size: [1, 6], styled: true },
  { from: 16, to: 16, size: [8, 8], styled: true, margin: true },
  { from: 37, to: 21, size: [19, 23], styled: true },
  { from: 129, to: 33, size: [6, 5], styled: true, margin: true },
  { from: 4, to: 8, size: [33, 35], styled: true, margin: true },
  { from: 512, to: 64, size: [4, 4], styled: true },
  { from: 64, to: 512, size: [4, 4], styled: true },
];

/** The map that a convolution reads: an input, or the styled map of one, which engines need not store. */
function convInput(b: CaseBuilder, shape: PictureShape, styled: boolean | undefined): Tensor {
  const x = b.input('x', shape);
  return styled ? styledLayer(b, '', x, {}).styled : x;
}

function convolutions(): Case[] {
  const cases: Case[] = [];
  for (const adjoint of [false, true]) {
    for (const { from, to, size, kernel = 3, ...extra } of CONVS) {
      const bias = extra.bias && !adjoint && kernel === 1;
      const [input, output] = adjoint ? [to, from] : [from, to];
      const extras = `${extra.styled ? ', styled' : ''}${bias ? ', bias' : ''}`;
      const name = `conv${adjoint ? ' adjoint' : ''} ${kernel}×${kernel} ${input} → ${output}, ${text(size)}${extras}`;
      cases.push(
        makeCase(
          name,
          (b) =>
            b.outputs(
              'conv',
              [
                convInput(b, [input, ...size], extra.styled),
                b.constant('weight', [to, from, kernel, kernel], weights(input * kernel * kernel)),
                bias ? b.constant('bias of conv', [output, 1, 1, 1]) : undefined,
              ],
              { adjoint },
            ),
          REDUCTION,
        ),
      );
    }
    for (const { from, to, size, margin: both, ...extra } of CONV_UPS) {
      for (const margin of both ? ([0, 1] as const) : ([0] as const)) {
        const [input, output] = adjoint ? [to, from] : [from, to];
        const [h, w] = adjoint ? [2 * (size[0] + margin), 2 * (size[1] + margin)] : size;
        // No network has both, and an upsampling kernel takes lavapipe long to compile.
        const styled = extra.styled && !margin;
        const extras = `${styled ? ', styled' : ''}${margin ? ', margin' : ''}`;
        cases.push(
          makeCase(
            `conv_up${adjoint ? ' adjoint' : ''} ${input} → ${output}, ${h}×${w}${extras}`,
            (b) =>
              b.outputs(
                'conv_up',
                [convInput(b, [input, h, w], styled), b.constant('weight', [to, from, 4, 4], weights(4 * input))],
                { adjoint, margin },
              ),
            REDUCTION,
          ),
        );
      }
    }
  }
  return cases;
}

interface StyledCase {
  readonly shape: PictureShape;
  readonly noise: boolean;
  /** The map before is one constant for all pictures. */
  readonly constant?: boolean;
  readonly epsilon?: number;
  readonly slope?: number;
  /** How that map is distributed. */
  readonly draw?: Draw;
  readonly note?: string;
}

const STYLED: readonly StyledCase[] = [
  { shape: [1, 1, 1], noise: true },
  { shape: [5, 1, 1], noise: false },
  { shape: [3, 1, 2], noise: true },
  { shape: [3, 5, 7], noise: false },
  { shape: [13, 4, 4], noise: true, constant: true },
  { shape: [5, 4, 4], noise: false, constant: true },
  { shape: [17, 8, 8], noise: true, epsilon: 1e-8 },
  { shape: [16, 16, 16], noise: true, slope: 0.1 },
  { shape: [3, 31, 33], noise: true, draw: normal(1, 3.6), note: 'mean 3.6σ above zero' },
  // Below zero leaky ReLU shrinks mean and deviation alike.
  { shape: [3, 31, 33], noise: false, draw: normal(1, -3.6), note: 'mean 3.6σ below zero' },
  { shape: [2, 17, 65], noise: false, draw: normal(0.01, 40), note: 'mean 4000σ above zero' },
  { shape: [5, 70, 66], noise: true },
  { shape: [2, 130, 67], noise: false },
  { shape: [2, 256, 256], noise: true },
  { shape: [129, 6, 5], noise: true },
];

/** Whole layers, forward and backward: engines have kernels for them. */
function styledLayers(): Case[] {
  return STYLED.map(({ shape, noise, constant, epsilon = 1e-5, slope = 0.2, draw = normal(), note }) => {
    const [c, h, w] = shape;
    const extras = `${noise ? ', noise' : ''}${constant ? ', constant' : ''}${note ? `, ${note}` : ''}`;
    // At 4000σ the mean itself, good to float32's 6e-8, is off by 2.4e-4 of σ.
    // Of two pixels instance norm leaves a sign: its gradient is epsilon's share, the rest cancels.
    const tolerance = note?.includes('4000') ? 5e-4 : h * w === 2 ? 1e-4 : 1e-5;
    return makeCase(
      `styled layer ${text(shape)}${extras}, ε ${epsilon}, slope ${slope}`,
      (b) => {
        const map = constant ? b.constant('y0', [1, c, h, w], draw) : b.input('y0', shape, draw);
        const y = constant ? apply1(b.graph, 'repeat', [map], {}) : map;
        const layer = styledLayer(b, '', y, { noise, epsilon, slope });
        b.graph.output('x', layer.x);
        b.graph.output('styled', layer.styled);
        b.gradients(layer.styled, constant ? layer.inputs : [map, ...layer.inputs]);
      },
      tolerance,
    );
  });
}

/**
 * A block of StyleGAN1 with the way to RGB, forward and backward, of maps that a workgroup holds as a whole, reads as a whole, or that
 * are cut into tiles.
 */
function styledBlocks(): Case[] {
  const sizes: readonly PictureShape[] = [
    [13, 3, 2],
    // So many channels that GPUs share them out among workgroups.
    [40, 3, 2],
    [3, 17, 19],
    [2, 67, 65],
  ];
  return sizes.map(([c, h, w]) =>
    makeCase(
      `styled block, forward and backward, ${c}×${h}×${w}`,
      (b) => {
        const [x, to] = [b.input('x', [c, h, w]), c + 2];
        const before = styledLayer(b, ' before', x, { noise: true });
        const weight = (name: string, out: number, from: number, side: number) =>
          b.constant(name, [out, from, side, side], weights(from * Math.min(side, 3) ** 2));
        const up = [before.styled, weight('up', to, c, 4)];
        const large = apply1(b.graph, 'conv_up', up, { adjoint: false, margin: 0 });
        const blurred = apply1(b.graph, 'blur', [large], { adjoint: false, margin: 0 });
        const first = styledLayer(b, ' 0', blurred, { noise: true });
        const conv = [first.styled, weight('conv', to, to, 3)];
        const second = styledLayer(b, ' 1', apply1(b.graph, 'conv', conv, { adjoint: false }), {});
        const rgb = [second.styled, weight('rgb', 3, to, 1), b.constant('bias of rgb', [3, 1, 1, 1])];
        const y = apply1(b.graph, 'conv', rgb, { adjoint: false });
        b.graph.output('y', y);
        b.gradients(y, [x, ...before.inputs, ...first.inputs, ...second.inputs]);
      },
      2e-5,
    ),
  );
}

/** The ops that layers are made of, each alone: what runs where nothing is fused. */
function layerOps(): Case[] {
  const cases: Case[] = [];
  for (const shape of [...MAPS, [129, 6, 5], [5, 70, 66], [2, 256, 256]] as const) {
    const [c, h, w] = shape;
    const add = <N extends OpName>(
      op: N,
      attrs: OpAttributes[N],
      inputs: (b: CaseBuilder) => Tensor[],
      tolerance: number,
      note = '',
    ) => cases.push(makeCase(`${op} ${text(shape)}${note}`, (b) => b.outputs(op, inputs(b), attrs), tolerance));
    const [x, g] = [(b: CaseBuilder) => b.input('x', shape), (b: CaseBuilder) => b.input('g', shape)];
    const style = (b: CaseBuilder) => b.input('style', [2, c, 1]);
    add('repeat', {}, (b) => [b.constant('x', [1, c, h, w])], EXACT);
    const noise = (b: CaseBuilder) => [b.input('noise', [1, h, w]), b.constant('noise weight', [c, 1, 1, 1])];
    add('add_noise', {}, (b) => [x(b), ...noise(b)], ELEMENTWISE);
    // What makes each value of a few others alone has met all that can befall it in smaller maps.
    const isLarge = h * w > 10_000;
    for (const [slope, clamp] of [
      [0.2, Infinity],
      [0.1, 1],
      [1, 0.5],
    ]) {
      if (isLarge && clamp !== Infinity) continue;
      const bias = (b: CaseBuilder) => [b.input('x', shape, withZeros(normal())), b.constant('bias', [c, 1, 1, 1])];
      add('bias_act', { slope, clamp }, bias, ELEMENTWISE, `, slope ${slope}, clamp ${clamp}`);
    }
    const factor = (b: CaseBuilder) => b.input('factor', [c, 1, 1]);
    add('scale', {}, (b) => [x(b), factor(b)], ELEMENTWISE);
    add('scale_sums', {}, (b) => [g(b), x(b)], REDUCTION);
    if (!isLarge) {
      add('upsample', { adjoint: false }, (b) => [x(b)], ELEMENTWISE);
      if (h % 2 === 0 && w % 2 === 0) add('upsample', { adjoint: true }, (b) => [x(b)], ELEMENTWISE, ', adjoint');
      add('blur', { adjoint: true, margin: 1 }, (b) => [x(b)], ELEMENTWISE, ', margin, adjoint');
      if (h > 2 && w > 2) add('blur', { adjoint: false, margin: 1 }, (b) => [x(b)], ELEMENTWISE, ', margin');
    }
    for (const epsilon of [1e-5, 1e-8]) {
      add('instance_norm', { epsilon }, (b) => [x(b)], REDUCTION, `, ε ${epsilon}`);
    }
    // Of one or two pixels nothing is left but rounding: epsilon keeps the scale.
    add('instance_norm_gradient', { epsilon: 1e-2 }, (b) => [g(b), x(b)], REDUCTION);
    add('modulate', {}, (b) => [x(b), style(b)], ELEMENTWISE);
    add('modulate_gradient', {}, (b) => [g(b), style(b)], ELEMENTWISE);
    add('modulate_sums', {}, (b) => [g(b), x(b)], REDUCTION);
    add('noise_gradient', {}, (b) => [g(b), b.constant('noise weight', [c, 1, 1, 1])], REDUCTION);
  }
  cases.push(
    makeCase(
      'instance_norm 3×31×33, mean 36σ above zero',
      (b) => b.outputs('instance_norm', [b.input('x', [3, 31, 33], normal(1, 36))], { epsilon: 1e-5 }),
      REDUCTION,
    ),
  );
  return cases;
}

function elementwise(): Case[] {
  const cases: Case[] = [];
  for (const shape of MAPS) {
    cases.push(
      makeCase(
        `blur ${text(shape)}`,
        (b) => b.outputs('blur', [b.input('x', shape)], { adjoint: false, margin: 0 }),
        ELEMENTWISE,
      ),
      makeCase(`add ${text(shape)}`, (b) => b.outputs('add', [b.input('a', shape), b.input('b', shape)], {}), 1e-7),
      makeCase(
        `affine ${text(shape)}`,
        (b) => b.outputs('affine', [b.input('x', shape)], { scale: 0.5, shift: 0.3 }),
        ELEMENTWISE,
      ),
      makeCase(`fill ${text(shape)}`, (b) => b.outputs('fill', [], { value: -0.75, shape }), EXACT),
      makeCase(
        `lrelu_gradient ${text(shape)}`,
        (b) =>
          b.outputs('lrelu_gradient', [b.input('g', shape), b.input('x', shape, withZeros(normal()))], {
            slope: 0.2,
            clamp: Infinity,
          }),
        ELEMENTWISE,
      ),
      makeCase(
        `lrelu_gradient ${text(shape)}, clamp`,
        (b) => {
          const bias = b.constant('bias', [shape[0], 1, 1, 1]);
          const y = apply1(b.graph, 'bias_act', [b.input('x', shape), bias], { slope: 0.2, clamp: 1 });
          b.outputs('lrelu_gradient', [b.input('g', shape), y], { slope: 0.2, clamp: 1 });
        },
        ELEMENTWISE,
      ),
    );
  }
  cases.push(
    makeCase(
      'add of a tensor to itself',
      (b) => {
        const x = b.input('x', [3, 5, 7]);
        b.outputs('add', [x, x], {});
      },
      EXACT,
    ),
    makeCase(
      'affine with a negative scale and no shift',
      (b) => b.outputs('affine', [b.input('x', [3, 5, 7])], { scale: -3, shift: 0 }),
      ELEMENTWISE,
    ),
    makeCase(
      'lrelu_gradient with slope 0.01',
      (b) =>
        b.outputs('lrelu_gradient', [b.input('g', [3, 5, 7]), b.input('x', [3, 5, 7])], {
          slope: 0.01,
          clamp: Infinity,
        }),
      ELEMENTWISE,
    ),
    makeCase('fill of 0.1', (b) => b.outputs('fill', [], { value: 0.1, shape: [2, 3, 5] }), 1e-7),
  );
  return cases;
}

/** Styles and what demodulates them: vectors of each picture. */
function demodulation(): Case[] {
  return [
    [1, 1],
    [3, 5],
    [37, 21],
    [512, 512],
    [1030, 3],
    [3, 1030],
  ].flatMap(([from, to]) => {
    const squares = (b: CaseBuilder) => b.constant('squares', [to, from, 1, 1], uniform(0, 2 / from));
    const style = (b: CaseBuilder) => b.input('style', [from, 1, 1], normal(0.5, 1));
    return [
      makeCase(
        `demodulate ${from} → ${to}`,
        (b) => b.outputs('demodulate', [style(b), squares(b)], { epsilon: 1e-8 }),
        REDUCTION,
      ),
      makeCase(
        `demodulate_gradient ${to} → ${from}`,
        (b) => {
          const [g, d] = [b.input('g', [to, 1, 1]), b.input('d', [to, 1, 1], uniform(0.5, 2))];
          b.outputs('demodulate_gradient', [g, d, style(b), squares(b)], {});
        },
        REDUCTION,
      ),
    ];
  });
}

interface LinearCase {
  readonly from: PictureShape;
  readonly to: PictureShape;
  readonly slope: number;
  readonly bias: boolean;
}

const LINEARS: readonly LinearCase[] = [
  { from: [1, 1, 1], to: [1, 1, 1], slope: 1, bias: false },
  { from: [1, 3, 1], to: [5, 1, 1], slope: 1, bias: true },
  { from: [3, 2, 2], to: [1, 5, 1], slope: 0.2, bias: true },
  { from: [1, 13, 1], to: [2, 17, 1], slope: 0.2, bias: false },
  { from: [1, 129, 1], to: [33, 1, 1], slope: 1, bias: true },
  { from: [1, 512, 1], to: [512, 1, 1], slope: 0.2, bias: true },
  { from: [1, 512, 1], to: [2, 512, 1], slope: 1, bias: true },
  { from: [1, 512, 1], to: [2, 5, 1], slope: 1, bias: true },
];

function latents(): Case[] {
  const cases: Case[] = [];
  for (const { from, to, slope, bias } of LINEARS) {
    for (const adjoint of [false, true]) {
      const [input, output] = adjoint ? [to, from] : [from, to];
      cases.push(
        makeCase(
          `linear${adjoint ? ' adjoint' : ''} ${text(input)} → ${text(output)}, slope ${slope}${bias ? ', bias' : ''}`,
          (b) =>
            b.outputs(
              'linear',
              [
                b.input('x', input),
                b.constant('weight', [elements(to), elements(from), 1, 1], weights(elements(input))),
                bias ? b.constant('bias', [elements(output), 1, 1, 1]) : undefined,
              ],
              { adjoint, slope, shape: output },
            ),
          REDUCTION,
        ),
      );
    }
  }
  for (const shape of [
    [1, 1, 1],
    [1, 5, 1],
    [1, 512, 1],
    [512, 1, 1],
    [18, 512, 1],
    [3, 5, 7],
  ] as const) {
    cases.push(
      makeCase(`pixel_norm ${text(shape)}`, (b) => b.outputs('pixel_norm', [b.input('x', shape)], {}), REDUCTION),
      makeCase(
        `pixel_norm_gradient ${text(shape)}`,
        // One value alone has no direction: its gradient is all cancellation, so it is kept near the 1e-8 of the norm.
        (b) => {
          const x = b.input('x', shape, normal(elements(shape) === 1 ? 1e-4 : 1));
          b.outputs('pixel_norm_gradient', [b.input('g', shape), x], {});
        },
        REDUCTION,
      ),
    );
  }
  for (const [depth, size] of [
    [1, 1],
    [1, 3],
    [3, 5],
    [5, 13],
    [12, 512],
    [18, 512],
  ] as const) {
    const shape: PictureShape = [depth, size, 1];
    const std = (b: CaseBuilder) => b.constant('std', [size, 1, 1, 1], uniform(0.2, 0.8));
    cases.push(
      makeCase(
        `latent_to_w ${text(shape)}`,
        (b) => {
          const mean = b.constant('mean', [size, 1, 1, 1], normal(0.3, -0.27));
          b.outputs('latent_to_w', [b.input('v', shape), mean, std(b)], { slope: 0.2 });
        },
        ELEMENTWISE,
      ),
      makeCase(
        `latent_gradient ${text(shape)}`,
        (b) => {
          const w = b.input('w', shape, withZeros(normal()));
          b.outputs('latent_gradient', [b.input('g', shape), w, std(b)], { slope: 0.2 });
        },
        ELEMENTWISE,
      ),
      makeCase(`rows ${text(shape)}`, (b) => b.outputs('rows', [b.input('x', shape)], { count: depth }, 'row'), EXACT),
      makeCase(
        `rows of one, tiled ${depth} times, ${size}`,
        (b) => b.outputs('rows', [b.input('x', [1, size, 1])], { count: depth }, 'row'),
        EXACT,
      ),
      makeCase(
        `stack ${text(shape)}`,
        (b) => {
          const rows = Array.from({ length: depth }, (_, row) => b.input(`row${row}`, [1, size, 1]));
          b.outputs('stack', rows, { depth, size });
        },
        EXACT,
      ),
    );
    if (depth === 1) continue;
    for (const absent of [[0], [1], [depth - 1], [0, depth - 1]]) {
      cases.push(
        makeCase(
          `stack ${text(shape)} without ${absent.join(' and ')}`,
          (b) => {
            const rows = Array.from({ length: depth }, (_, row) =>
              absent.includes(row) ? undefined : b.input(`row${row}`, [1, size, 1]),
            );
            b.outputs('stack', rows, { depth, size });
          },
          EXACT,
        ),
      );
    }
  }
  return cases;
}

/** Rows that are equal, and rows that are each other's opposites: where A or B is nothing but its 1e-9. */
const repeated =
  (size: number, signs: readonly number[]): Draw =>
  (key, count) => {
    const row = normals(key, size);
    return Float32Array.from({ length: count }, (_, i) => signs[Math.floor(i / size) % signs.length] * row[i % size]);
  };

function losses(): Case[] {
  const cases: Case[] = [];
  const shapes = [
    [1, 1, 1],
    [3, 1, 1],
    [3, 5, 7],
    [3, 16, 16],
    [1, 33, 31],
    [3, 128, 128],
  ] as const;
  for (const term of ['L2', 'L1'] as const) {
    for (const shape of shapes) {
      cases.push(
        makeCase(
          `pixel_loss ${term} ${text(shape)}`,
          (b) => b.outputs('pixel_loss', [b.input('x', shape), b.input('target', shape, uniform(0, 1))], { term }),
          REDUCTION,
        ),
        makeCase(
          `pixel_loss_gradient ${term} ${text(shape)}`,
          (b) => {
            // Zeros in both at the same places: |0| has the gradient 0.
            const [x, target] = [
              b.input('x', shape, withZeros(normal())),
              b.input('target', shape, withZeros(normal())),
            ];
            b.outputs('pixel_loss_gradient', [b.input('g', [1, 1, 1]), x, target], { term });
          },
          ELEMENTWISE,
        ),
      );
    }
  }
  const latentDraws: [string, readonly [number, number], Draw][] = [
    ['', [1, 1], normal()],
    ['', [1, 512], normal()],
    ['', [2, 3], normal()],
    ['', [5, 13], normal()],
    ['', [18, 1], normal()],
    ['', [12, 512], normal()],
    ['', [18, 512], normal()],
    ['', [18, 512], uniform(-0.2, 0.4)],
    [', rows of one sign and nearly equal', [18, 512], uniform(1, 1.01)],
    [', equal rows', [5, 13], repeated(13, [1])],
    [', opposite rows', [4, 13], repeated(13, [1, -1])],
  ];
  latentDraws.forEach(([note, [depth, size], draw], index) => {
    const shape: PictureShape = [depth, size, 1];
    cases.push(
      makeCase(
        `geocross ${text(shape)}${note}, forward and backward (${index})`,
        (b) => {
          const w = b.input('w', shape, draw);
          const [value, pairs] = apply(b.graph, 'geocross', [w], {});
          b.graph.output('value', value);
          b.graph.output('pairs', pairs);
          b.gradients(value, [w]);
        },
        REDUCTION,
      ),
      makeCase(
        `geocross_gradient ${text(shape)}${note} (${index})`,
        (b) => {
          const pairs = b.input('pairs', [2, depth, depth]);
          b.outputs('geocross_gradient', [b.input('g', [1, 1, 1]), b.input('w', shape, draw), pairs], {});
        },
        REDUCTION,
      ),
    );
  });
  return cases;
}

function objectives(): Case[] {
  const term = (b: CaseBuilder, name: string, draw: Draw) => b.input(name, [1, 1, 1], draw);
  // Picture by picture: below the floor, at it, above it. 2e-3 as float32 is a little above 2e-3.
  const eps = Math.fround(2e-3);
  const around = perPicture(eps / 2, eps, eps * 2);
  return [
    makeCase(
      'objective of one term without a floor',
      (b) => b.outputs('objective', [term(b, 'L2', normal())], { weights: [100], floors: [-Infinity] }),
      ELEMENTWISE,
    ),
    makeCase(
      'objective of one term with a floor',
      (b) => b.outputs('objective', [term(b, 'L2', around)], { weights: [100], floors: [eps] }),
      ELEMENTWISE,
    ),
    makeCase(
      'objective of two terms',
      (b) =>
        b.outputs('objective', [term(b, 'L2', around), term(b, 'GEOCROSS', uniform(10, 80))], {
          weights: [100, 0.05],
          floors: [eps, -Infinity],
        }),
      ELEMENTWISE,
    ),
    makeCase(
      'objective of three terms',
      (b) =>
        b.outputs(
          'objective',
          [term(b, 'L2', around), term(b, 'L1', perPicture(1, 0)), term(b, 'GEOCROSS', normal())],
          {
            weights: [100, 7, -0.05],
            floors: [eps, eps, -Infinity],
          },
        ),
      ELEMENTWISE,
    ),
    makeCase(
      'objective_gradient with a floor',
      (b) =>
        b.outputs('objective_gradient', [term(b, 'g', normal()), term(b, 'L2', around)], { weight: 100, floor: eps }),
      ELEMENTWISE,
    ),
    makeCase(
      'objective_gradient without a floor',
      (b) =>
        b.outputs('objective_gradient', [term(b, 'g', normal()), term(b, 'L2', normal())], {
          weight: 0.05,
          floor: -Infinity,
        }),
      ELEMENTWISE,
    ),
  ];
}

function reductions(): Case[] {
  const cases: Case[] = [];
  // [channels, reduced side after reduction, other side]
  const sides = [
    [1, 1, 1],
    [3, 1, 5],
    [3, 2, 3],
    [5, 3, 7],
    [3, 16, 13],
  ] as const;
  for (const axis of [2, 3] as const) {
    for (const factor of [2, 3, 4, 8, 16, 64]) {
      for (const [channels, side, other] of sides) {
        if (side * factor > 256) continue;
        const make = (length: number): PictureShape =>
          axis === 2 ? [channels, length, other] : [channels, other, length];
        for (const adjoint of [false, true]) {
          const shape = make(adjoint ? side : side * factor);
          cases.push(
            makeCase(
              `bicubic${adjoint ? ' adjoint' : ''} axis ${axis} by ${factor}, ${text(shape)}`,
              (b) => b.outputs('bicubic', [b.input('x', shape)], { axis, factor, adjoint }),
              REDUCTION,
            ),
          );
        }
      }
    }
  }
  return cases;
}

/** Scalars of the first steps of Adam and Adamax at a learning rate of 0.4, as the host computes them. */
export const STEPS: readonly Partial<RunScalars>[] = [1, 2, 3].map((t) => ({
  rate: 0.4 / (1 - 0.9 ** t),
  rootCorrection: Math.sqrt(1 - 0.999 ** t),
  step: t - 1,
}));

function updates(): Case[] {
  const cases: Case[] = [];
  for (const shape of [
    [1, 1, 1],
    [1, 4, 4],
    [3, 5, 7],
    [18, 512, 1],
    [1, 128, 128],
  ] as const) {
    for (const kind of ['sgd', 'sgdm', 'adam', 'adamax'] as const) {
      const moments = kind === 'sgd' ? 0 : kind === 'sgdm' ? 1 : 2;
      // The gradient changes from run to run, as the parameter does: g = 0.7·param + slope.
      const recipe = (b: CaseBuilder, first: Draw, second: Draw) => {
        const param = b.state('param', shape);
        const g = apply1(
          b.graph,
          'add',
          [apply1(b.graph, 'affine', [param], { scale: 0.7, shift: 0 }), b.input('slope', shape)],
          {},
        );
        const draws: Record<string, Draw> = { first, second };
        const states = Object.keys(draws).slice(0, moments);
        apply(b.graph, 'optimise', [param, g, ...states.map((name) => b.state(name, shape, draws[name]))], { kind });
      };
      cases.push(
        makeCase(`optimise ${kind} ${text(shape)}, from zero`, (b) => recipe(b, all(0), all(0)), REDUCTION, STEPS),
        makeCase(
          `optimise ${kind} ${text(shape)}, under way`,
          (b) => recipe(b, normal(0.1), uniform(0.01, 2)),
          REDUCTION,
          STEPS,
        ),
      );
    }
    const [rows] = shape;
    cases.push(
      makeCase(
        `sphere ${text(shape)}`,
        (b) => {
          apply(b.graph, 'sphere', [b.state('param', shape), b.input('radius', [rows, 1, 1], uniform(0.5, 20))], {});
        },
        REDUCTION,
      ),
    );
  }
  cases.push(
    makeCase(
      'optimise adam with a gradient of zero',
      (b) => {
        const shape = [3, 5, 7] as const;
        const [param, first, second] = [
          b.state('param', shape),
          b.state('m', shape, all(0)),
          b.state('v', shape, all(0)),
        ];
        apply(b.graph, 'optimise', [param, b.input('g', shape, all(0)), first, second], { kind: 'adam' });
      },
      EXACT,
      STEPS,
    ),
    makeCase(
      'optimise adamax with a gradient of zero',
      (b) => {
        const shape = [3, 5, 7] as const;
        const [param, first, second] = [
          b.state('param', shape),
          b.state('m', shape, all(0)),
          b.state('u', shape, all(0)),
        ];
        apply(b.graph, 'optimise', [param, b.input('g', shape, all(0)), first, second], { kind: 'adamax' });
      },
      ELEMENTWISE,
      STEPS,
    ),
    makeCase(
      'a state read before and after its update',
      (b) => {
        const param = b.state('param', [3, 5, 7]);
        const g = b.input('g', [3, 5, 7]);
        b.outputs('affine', [param], { scale: 2, shift: 0 }, 'before');
        apply(b.graph, 'optimise', [param, g], { kind: 'sgd' });
        b.outputs('affine', [param], { scale: 2, shift: 0 }, 'after');
        apply(b.graph, 'optimise', [param, g], { kind: 'sgd' });
        b.outputs('affine', [param], { scale: 2, shift: 0 }, 'after both');
      },
      ELEMENTWISE,
      STEPS,
    ),
  );
  return cases;
}

function records(): Case[] {
  // 0.1 as float32 is a little above 0.1.
  const eps = Math.fround(0.1);
  const best = (b: CaseBuilder, total: Tensor, start: Draw, distance = b.input('distance', [1, 1, 1], all(1))) => {
    const improved = b.state('improved', [1, 1, 1], all(0));
    const states = [b.state('best', [1, 1, 1], start), b.state('within', [1, 1, 1], all(0))];
    apply(b.graph, 'keep_best', [total, distance, ...states, b.state('best step', [1, 1, 1], all(-1)), improved], {
      eps,
    });
    return improved;
  };
  const near = (b: CaseBuilder, distance: Draw, within: Draw, total: Draw, start: Draw) => {
    const inputs = [b.input('total', [1, 1, 1], total), b.input('distance', [1, 1, 1], distance)];
    const states = [b.state('best', [1, 1, 1], start), b.state('within', [1, 1, 1], within)];
    const found = [b.state('best step', [1, 1, 1], all(-1)), b.state('improved', [1, 1, 1], all(0))];
    apply(b.graph, 'keep_best', [...inputs, ...states, ...found], { eps });
  };
  const cases = [
    makeCase(
      'keep_best: better, a tie, worse',
      (b) => {
        best(b, b.input('total', [1, 1, 1], perPicture(0.5, 1, 2)), all(1));
      },
      EXACT,
      [{ step: 4 }, { step: 5 }],
    ),
    makeCase(
      'keep_best: NaN, zeros that differ in their sign, better below zero',
      (b) => {
        best(b, b.input('total', [1, 1, 1], perPicture(Number.NaN, -0, -2)), perPicture(1, 0, -1));
      },
      EXACT,
      [{ step: 4 }, { step: 5 }],
    ),
    makeCase(
      'keep_best from infinity',
      (b) => {
        best(b, b.input('total', [1, 1, 1], perPicture(0.5, Number.NaN, 1e30)), all(Infinity));
      },
      EXACT,
      [{ step: 0 }, { step: 1 }],
    ),
    makeCase(
      'keep_best: the first within eps, however high its total; at eps, above it, NaN and infinite totals',
      (b) => {
        const distance = perPicture(0.05, eps, 0.1000001, 0.05, 0.05, Number.NaN);
        near(b, distance, all(0), perPicture(9, 9, 9, Number.NaN, Infinity, 1), all(2));
      },
      EXACT,
      [{ step: 4 }, { step: 5 }],
    ),
    makeCase(
      'keep_best: one was within eps: better, a tie, worse; a lower total outside, NaN',
      (b) => {
        const distance = perPicture(0.05, 0.1, 0.05, 0.2, Number.NaN, 0.05);
        near(b, distance, all(1), perPicture(1, 2, 3, 1, 1, Number.NaN), all(2));
      },
      EXACT,
      [{ step: 4 }, { step: 5 }],
    ),
    // (2 − 1)², (1 − 1)², (0 − 1)², …: total falls, then rises, in picture 0; it falls on in picture 1, stays in picture 2.
    makeCase(
      'keep_best and keep_if while the total falls and rises',
      (b) => {
        const x = b.state('x', [1, 1, 1], perPicture(2, 8, 0));
        const target = b.input('target', [1, 1, 1], perPicture(1, 0, 0));
        const total = apply1(b.graph, 'pixel_loss', [x, target], { term: 'L2' });
        b.graph.output('total', total);
        const improved = best(b, total, all(Infinity));
        apply(b.graph, 'keep_if', [improved, x, b.state('kept', [1, 1, 1], all(-7))], {});
        apply(b.graph, 'optimise', [x, b.input('g', [1, 1, 1], perPicture(1, 1, 0))], { kind: 'sgd' });
      },
      EXACT,
      [0, 1, 2, 3].map((step) => ({ rate: 1, step })),
    ),
  ];
  for (const shape of [
    [1, 1, 1],
    [3, 5, 7],
    [18, 512, 1],
    [3, 128, 128],
  ] as const) {
    cases.push(
      makeCase(
        `keep_if ${text(shape)}`,
        (b) => {
          const improved = b.input('improved', [1, 1, 1], perPicture(1, 0, 1, 1, 0));
          apply(b.graph, 'keep_if', [improved, b.input('source', shape), b.state('kept', shape)], {});
        },
        EXACT,
      ),
    );
  }
  return cases;
}

/** Gradients through several layers, and through layers of which something else is read as well. */
function layers(): Case[] {
  const cases: Case[] = [];
  for (const [c, h, w] of [
    [3, 5, 7],
    [13, 4, 4],
    [5, 33, 31],
    [33, 16, 17],
  ] as const) {
    cases.push(
      makeCase(
        `conv → styled layer → conv, forward and backward, ${c}×${h}×${w}`,
        (b) => {
          const x = b.input('x', [c, h, w]);
          const before = [x, b.constant('before', [c, c, 3, 3], weights(9 * c))];
          const layer = styledLayer(b, '', apply1(b.graph, 'conv', before, { adjoint: false }), { noise: true });
          const after = [layer.styled, b.constant('after', [5, c, 3, 3], weights(9 * c))];
          const y = apply1(b.graph, 'conv', after, { adjoint: false });
          b.graph.output('y', y);
          b.gradients(y, [x, ...layer.inputs]);
        },
        1e-5,
      ),
      makeCase(
        `conv_up → blur → styled layer → 1×1 conv, forward and backward, ${c}×${h}×${w}`,
        (b) => {
          const x = b.input('x', [c, h, w]);
          const weight = b.constant('weight', [5, c, 4, 4], weights(4 * c));
          const up = apply1(b.graph, 'conv_up', [x, weight], { adjoint: false, margin: 0 });
          const layer = styledLayer(b, '', apply1(b.graph, 'blur', [up], { adjoint: false, margin: 0 }), {
            epsilon: 1e-8,
          });
          const rgb = [layer.styled, b.constant('rgb', [3, 5, 1, 1], weights(5))];
          const y = apply1(b.graph, 'conv', rgb, { adjoint: false });
          b.graph.output('y', y);
          b.gradients(y, [x, ...layer.inputs]);
        },
        1e-5,
      ),
      makeCase(
        `styled layer, its activated and its normalised map read as well, ${c}×${h}×${w}`,
        (b) => {
          const x = b.input('x', [c, h, w]);
          const layer = styledLayer(b, '', x, { noise: true });
          const y = [layer.x, layer.normalised].reduce(
            (sum, map) => apply1(b.graph, 'add', [sum, map], {}),
            layer.styled,
          );
          b.graph.output('y', y);
          b.gradients(y, [x, ...layer.inputs]);
        },
        1e-5,
      ),
    );
  }
  for (const [c, h, w, to, up] of [
    [1, 1, 1, 1, true],
    [5, 4, 4, 3, false],
    [13, 9, 7, 17, true],
    [33, 16, 16, 16, false],
  ] as const) {
    cases.push(
      makeCase(
        `modulated ${up ? 'upsampling ' : ''}convolutions and to-RGB, forward and backward, ${c}×${h}×${w} → ${to}`,
        (b) => {
          const x = b.input('x', [c, h, w]);
          const first = modulatedLayer(b, '0', x, { channels: to, up, clamp: up ? Infinity : 4 });
          const second = modulatedLayer(b, '1', first.y, { channels: to, clamp: 4 });
          const rgb = modulatedRgb(b, second.y);
          b.graph.output('y', rgb.y);
          b.gradients(rgb.y, [x, ...first.inputs, ...second.inputs, ...rgb.inputs]);
        },
        1e-5,
      ),
    );
  }
  for (const [c, h, w, to] of [
    [3, 1, 1, 5],
    [33, 8, 6, 20],
    [4, 21, 35, 17],
    [2, 9, 67, 3],
  ]) {
    cases.push(
      makeCase(
        `two blocks of StyleGAN2, forward and backward by their styles alone, ${c}×${h}×${w} → ${to}`,
        (b) => {
          const first = modulatedLayer(b, '0', b.input('x', [c, h, w]), { channels: to, clamp: 4 });
          const firstRgb = modulatedRgb(b, first.y, { suffix: ' 0' });
          const up = modulatedLayer(b, '1', first.y, { channels: to, up: true, noisy: false });
          const last = modulatedLayer(b, '2', up.y, { channels: c, clamp: 4 });
          const rgb = modulatedRgb(b, last.y, { suffix: ' 1', before: firstRgb.y });
          b.graph.output('y', rgb.y);
          b.gradients(
            rgb.y,
            [first, firstRgb, up, last, rgb].map(({ inputs }) => inputs[0]),
          );
        },
        1e-5,
      ),
    );
  }
  cases.push(
    makeCase(
      'a mapping network, forward and backward',
      (b) => {
        const z = b.input('z', [1, 512, 1]);
        let x = apply1(b.graph, 'pixel_norm', [z], {});
        for (let layer = 0; layer < 3; layer++) {
          const weight = b.constant(`weight${layer}`, [512, 512, 1, 1], weights(512));
          const bias = b.constant(`bias${layer}`, [512, 1, 1, 1], normal(0.1));
          x = apply1(b.graph, 'linear', [x, weight, bias], { adjoint: false, slope: 0.2, shape: [1, 512, 1] });
        }
        b.graph.output('w', x);
        b.gradients(x, [z]);
      },
      1e-5,
    ),
  );
  return cases;
}

/** A whole search step on a tiny StyleGAN1, three times over. */
function search(kind: 'sgd' | 'adam', tiled: boolean, tolerance: number): Case {
  const [size, channels] = [16, [13, 13, 5, 5]];
  return makeCase(
    `three search steps, ${kind}${tiled ? ', tiled' : ''}`,
    (b) => {
      const { graph } = b;
      const v = b.state('v', [tiled ? 1 : 4, size, 1]);
      const noise = b.state('noise0', [1, 4, 4]);
      const radii = [
        b.input('radius of v', [tiled ? 1 : 4, 1, 1], all(4)),
        b.input('radius of noise0', [1, 1, 1], all(4)),
      ];

      const mean = b.constant('mean', [size, 1, 1, 1], normal(0.3, -0.27));
      const std = b.constant('std', [size, 1, 1, 1], uniform(0.2, 0.8));
      const w = apply1(graph, 'latent_to_w', [v, mean, std], { slope: 0.2 });
      const rows = apply(graph, 'rows', [w], { count: 4 });
      const styled = (layer: number, y: Tensor, map: Tensor | undefined) => {
        const c = channels[layer];
        const weight = b.constant(`style${layer}.weight`, [2 * c, size, 1, 1], weights(size));
        const bias = b.constant(`style${layer}.bias`, [2 * c, 1, 1, 1], normal(0.1));
        const style = apply1(graph, 'linear', [rows[layer], weight, bias], {
          adjoint: false,
          slope: 1,
          shape: [2, c, 1],
        });
        const [forNoise, forBias] = ['noise', 'bias'].map((name) =>
          b.constant(`${name}${layer}.weight`, [c, 1, 1, 1], normal(0.3)),
        );
        const noisy = map ? apply1(graph, 'add_noise', [y, map, forNoise], {}) : y;
        const active = apply1(graph, 'bias_act', [noisy, forBias], { slope: 0.2, clamp: Infinity });
        return apply1(graph, 'modulate', [apply1(graph, 'instance_norm', [active], { epsilon: 1e-5 }), style], {});
      };
      const weight = (name: string, out: number, from: number, kernel: number) =>
        b.constant(name, [out, from, kernel, kernel], weights(from * Math.min(kernel, 3) ** 2));
      const conv = (x: Tensor, name: string, out: number, from: number) =>
        apply1(graph, 'conv', [x, weight(name, out, from, 3)], { adjoint: false });
      let x = styled(0, apply1(graph, 'repeat', [b.constant('const', [1, 13, 4, 4])], {}), noise);
      x = styled(1, conv(x, 'conv1', 13, 13), undefined);
      const up = apply1(graph, 'conv_up', [x, weight('up', 5, 13, 4)], { adjoint: false, margin: 0 });
      x = styled(2, apply1(graph, 'blur', [up], { adjoint: false, margin: 0 }), b.input('noise2', [1, 8, 8]));
      x = styled(3, conv(x, 'conv3', 5, 5), undefined);
      const rgb = [x, weight('rgb', 3, 5, 1), b.constant('rgb.bias', [3, 1, 1, 1], normal(0.1))];
      const raw = apply1(graph, 'conv', rgb, { adjoint: false });
      const image = apply1(graph, 'affine', [raw], { scale: 0.5, shift: 0.5 });

      const shorter = apply1(graph, 'bicubic', [image], { axis: 2, factor: 2, adjoint: false });
      const small = apply1(graph, 'bicubic', [shorter], { axis: 3, factor: 2, adjoint: false });
      const target = b.input('target', [3, 4, 4], uniform(0, 1));
      const terms = [apply1(graph, 'pixel_loss', [small, target], { term: 'L2' })];
      if (!tiled) terms.push(apply(graph, 'geocross', [w], {})[0]);
      const total = apply1(graph, 'objective', terms, {
        weights: [100, 0.05].slice(0, terms.length),
        floors: [2e-3, -Infinity].slice(0, terms.length),
      });
      const one = apply1(graph, 'fill', [], { value: 1, shape: [1, 1, 1] });
      const gradients = backward(graph, [{ output: total, seed: one }], [v, noise]);

      const improved = b.state('improved', [1, 1, 1], all(0));
      const best = [b.state('best', [1, 1, 1], all(Infinity)), b.state('within', [1, 1, 1], all(0))];
      const records = [...best, b.state('best step', [1, 1, 1], all(-1)), improved];
      apply(graph, 'keep_best', [total, terms[0], ...records], { eps: Math.fround(2e-3) });
      apply(graph, 'keep_if', [improved, image, b.state('best image', [3, 8, 8], all(0))], {});
      apply(graph, 'keep_if', [improved, v, b.state('best v', [tiled ? 1 : 4, size, 1], all(0))], {});
      [v, noise].forEach((param, index) => {
        const [, c, h, width] = param.shape;
        const moments = kind === 'sgd' ? [] : ['first', 'second'];
        const states = moments.map((name) => b.state(`${name} moment of ${param.name}`, [c, h, width], all(0)));
        apply(graph, 'optimise', [param, gradients[index], ...states], { kind });
        apply(graph, 'sphere', [param, radii[index]], {});
      });
      graph.output('image', image);
      graph.output('total', total);
      graph.output('gradient of v', gradients[0]!);
      graph.output('gradient of noise0', gradients[1]!);
    },
    tolerance,
    kind === 'adam' ? STEPS : STEPS.map(({ step }) => ({ rate: 0.02, step })),
  );
}

/** All cases. Names are unique. */
export function conformanceCases(): Case[] {
  return [
    ...elementwise(),
    ...convolutions(),
    ...styledLayers(),
    ...styledBlocks(),
    ...layerOps(),
    ...demodulation(),
    ...latents(),
    ...reductions(),
    ...losses(),
    ...objectives(),
    ...updates(),
    ...records(),
    ...layers(),
    search('sgd', false, 5e-5),
    search('sgd', true, 5e-5),
    search('adam', false, 1e-4),
  ];
}

/** What can be read of a case after a run: its outputs and its states. */
export function readable({ graph }: BuiltCase): string[] {
  return [...graph.outputs.keys(), ...graph.tensors.filter(({ kind }) => kind === 'state').map(({ name }) => name)];
}

/** The values of all that `readable` names after each run, in float64. */
export function referenceRuns(built: BuiltCase, runs: Case['runs']): NamedValues[] {
  const values = new Map<string, Float64Array | Float32Array>(built.values);
  return runs.map((scalars) => {
    const run = runReference(built.graph, values, scalars);
    for (const { name, kind } of built.graph.tensors) if (kind === 'state') values.set(name, run.read(name));
    return new Map(readable(built).map((name) => [name, run.read(name)]));
  });
}

/** The same on an engine. */
export async function engineRuns(
  engine: Engine,
  built: BuiltCase,
  runs: Case['runs'],
): Promise<Record<string, Float32Array>[]> {
  const { graph, values } = built;
  const constants = new Map<string, HostTensor>();
  for (const { name, kind, shape } of graph.tensors) {
    if (kind === 'constant') constants.set(name, hostTensor(shape, values.get(name)!));
  }
  const executable = await engine.compile(graph, constants);
  try {
    for (const { name, kind } of graph.tensors) {
      if (kind === 'input' || kind === 'state') executable.write(name, values.get(name)!);
    }
    const results: Record<string, Float32Array>[] = [];
    for (const scalars of runs) {
      executable.run(scalars);
      results.push(await executable.read(readable(built)));
    }
    return results;
  } finally {
    executable.close();
  }
}

const MISMATCHES_SHOWN = 5;

/** Says how values differ from the reference, if by more than the tolerance: name, norms, first mismatches. */
export function mismatch(
  name: string,
  shape: Shape,
  found: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
): string | undefined {
  if (found.length !== expected.length) return `${name}: ${found.length} values instead of ${expected.length}`;
  // Both infinite or both NaN is agreement; one alone makes the error infinite.
  const differenceAt = (i: number) =>
    Object.is(found[i], expected[i]) || found[i] === expected[i] ? 0 : Math.abs(found[i] - expected[i]);
  let [error, norm] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    const difference = differenceAt(i);
    error += Number.isNaN(difference) ? Infinity : difference ** 2;
    if (Number.isFinite(expected[i])) norm += expected[i] ** 2;
  }
  if (error <= tolerance ** 2 * norm) return undefined;

  const typical = Math.sqrt(norm / expected.length);
  const lines: string[] = [];
  for (let i = 0; i < expected.length && lines.length < MISMATCHES_SHOWN; i++) {
    const allowed = Number.isFinite(expected[i]) ? tolerance * (Math.abs(expected[i]) + typical) : 0;
    if (differenceAt(i) <= allowed) continue;
    lines.push(`  [${position(i, shape).join(', ')}] ${found[i]} instead of ${expected[i]}`);
  }
  const relative = Math.sqrt(error / norm).toExponential(1);
  return [`${name} [${shape.join(', ')}]: relative error ${relative}, allowed ${tolerance}`, ...lines].join('\n');
}

function position(index: number, [, c, h, w]: Shape): number[] {
  return [Math.floor(index / (c * h * w)), Math.floor(index / (h * w)) % c, Math.floor(index / w) % h, index % w];
}

/** Runs a case and says how its results differ from the reference's, tensor by tensor; nothing if they do not. */
export async function conformanceFaults(engine: Engine, { build, runs, tolerance }: Case): Promise<string[]> {
  const built = build(3);
  const expected = referenceRuns(built, runs);
  const found = await engineRuns(engine, built, runs);
  return expected.flatMap((values, run) =>
    [...values].flatMap(([name, reference]) => {
      const { shape } = (built.graph.outputs.get(name) ?? built.graph.find(name))!;
      return mismatch(`run ${run + 1}: ${name}`, shape, found[run][name], reference, tolerance) ?? [];
    }),
  );
}

/** Batches that all hold picture 5, as [size, number of the first picture]: alone, last of three, in the midst of seven. */
const BATCHES_WITH_PICTURE_5 = [
  [1, 5],
  [3, 3],
  [7, 1],
] as const;

/** Runs one picture in several batches and says which of its results are not equal to the bit. */
export async function batchFaults(engine: Engine, { build, runs }: Case): Promise<string[]> {
  const faults: string[] = [];
  let alone: Map<string, Uint32Array> | undefined;
  for (const [batch, first] of BATCHES_WITH_PICTURE_5) {
    const built = build(batch, first);
    const results = (await engineRuns(engine, built, runs)).at(-1)!;
    const picture = new Map(
      readable(built).map((name) => {
        const bits = new Uint32Array(results[name].buffer, results[name].byteOffset, results[name].length);
        const size = bits.length / batch;
        return [name, bits.slice((5 - first) * size, (5 - first + 1) * size)];
      }),
    );
    alone ??= picture;
    for (const [name, bits] of picture) {
      const index = bits.findIndex((value, i) => value !== alone!.get(name)![i]);
      if (index >= 0) faults.push(`${name}: picture 5 differs in a batch of ${batch}, first at value ${index}`);
    }
  }
  return faults;
}
