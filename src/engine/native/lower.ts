import { bicubicTaps, reflectBefore } from '../../graph/bicubic.js';
import { elements, type Graph, type Op, type Tensor } from '../../graph/graph.js';
import type { OpName } from '../../graph/ops.js';
import { withoutDeadOps } from '../../graph/plan.js';
import { type Half, ProgramBuilder } from './builder.js';
import { floats, type PlannedBuffer, type ProgramPlan } from './program.js';
import type { KernelName } from './table.js';

/** native/kernels.h: Geometry and Optimiser. */
const GEOMETRY = { same: 0, down: 1, up: 2 } as const;
const OPTIMISERS = ['sgd', 'sgdm', 'adam', 'adamax'] as const;

/** How convolutions are computed; `auto` chooses by their shape. */
export type ConvolutionForm = 'auto' | 'direct' | 'winograd';

/** Channels from which Winograd's form is faster than the direct one: docs/performance.md has the figures. */
const WINOGRAD_CHANNELS = 32;
/** Pixels from which it is: smaller maps wait for their weights, of which Winograd's form has 16 for 9. */
const WINOGRAD_PIXELS = 16 * 16;

/** The same for upsampling convolutions, by pixels of the small side: there it has 36 weights for 16. */
const WINOGRAD_UP_CHANNELS = 64;
const WINOGRAD_UP_PIXELS = 64 * 64;

/** What the choice of kernels depends on, beside the shape. */
export interface KernelChoice {
  readonly form: ConvolutionForm;
  /** Whether direct convolutions multiply in bfloat16: twice as fast, they are the better form of the upsampling ones. */
  readonly bf16: boolean;
}

/** From one op to its steps. */
type Lowering<N extends OpName> = (op: Op<N>, to: ProgramBuilder, choice: KernelChoice) => void;

function usesWinograd({ form }: KernelChoice, channels: readonly [number, number], pixels: number): boolean {
  if (form !== 'auto') return form === 'winograd';
  return Math.min(...channels) >= WINOGRAD_CHANNELS && pixels >= WINOGRAD_PIXELS;
}

function usesWinogradUp({ form, bf16 }: KernelChoice, channels: readonly [number, number], pixels: number): boolean {
  if (form !== 'auto') return form === 'winograd';
  return !bf16 && Math.min(...channels) >= WINOGRAD_UP_CHANNELS && pixels >= WINOGRAD_UP_PIXELS;
}

const lowerings: { [N in OpName]: Lowering<N> } = {
  conv: lowerConv,
  conv_up(op, to, choice) {
    const [x, weight, coefficients] = op.inputs;
    const [, , h, w] = x!.shape;
    const [o, i] = weight!.shape;
    const { adjoint } = op.attrs;
    const [height, width] = adjoint ? [h / 2, w / 2] : [h, w];
    const winograd = usesWinogradUp(choice, [o, i], height * width);
    const layout = `${winograd ? 'winograd-' : ''}${adjoint ? 'down' : 'up'}`;
    const products = (places: number, pixels: number) => 2 * places * o * i * pixels;
    to.step(
      winograd ? 'winograd_up' : 'convolution',
      op,
      {
        buffers: { weights: to.constant(weight!, layout, [o, i]) },
        sizes: {
          geometry: adjoint ? GEOMETRY.down : GEOMETRY.up,
          in: adjoint ? o : i,
          out: adjoint ? i : o,
          height,
          width,
        },
        flop: products(16, height * width),
        // 36 products for a tile of 2×2 pixels of the small side.
        executed: winograd ? products(36, Math.ceil(height / 2) * Math.ceil(width / 2)) : products(16, height * width),
      },
      to.reading(op, coefficients),
      to.writing(op),
    );
  },
  blur: (op, to) => lowerPass(op, to, true, to.reading(op), to.writing(op)),

  styled: (op, to) => lowerPass(op, to, false, to.plainReading(op.inputs[0]!), to.styledWriting(op)),
  modulate: (op, to) => lowerPass(op, to, false, to.reading(op, op.inputs[1]), to.writing(op)),
  styled_sums: (op, to) => lowerPass(op, to, false, to.plainReading(op.inputs[0]!), to.summedWriting(op)),
  styled_gradient: (op, to) => lowerPass(op, to, false, to.gradientReading(op), to.writing(op)),
  noise_gradient(op, to) {
    const [g, noiseWeight] = op.inputs;
    const [, channels, height, width] = g!.shape;
    to.step('noise_gradient', op, {
      buffers: { x: to.blocked(g!), noiseWeight: to.planar(noiseWeight!), y: to.makePlanar(op.outputs[0]) },
      sizes: { channels, height, width },
    });
  },

  linear(op, to) {
    const [x, weight, bias] = op.inputs;
    const [rows, columns] = weight!.shape;
    to.step('linear', op, {
      buffers: {
        x: to.planar(x!),
        weights: to.planar(weight!),
        bias: bias && to.planar(bias),
        y: to.makePlanar(op.outputs[0]),
      },
      sizes: { rows, columns, adjoint: Number(op.attrs.adjoint) },
      values: { slope: op.attrs.slope },
      flop: 2 * rows * columns,
    });
  },
  lrelu_gradient: (op, to) => lowerElementwise(op, to, 'lrelu_gradient', op.attrs.slope, 0),
  pixel_norm: (op, to) => lowerPixelNorm(op, to, op.inputs[0]!, undefined),
  pixel_norm_gradient: (op, to) => lowerPixelNorm(op, to, op.inputs[1]!, op.inputs[0]),

  rows(op, to) {
    const [x] = op.inputs;
    const [, rows, d] = x!.shape;
    op.outputs.forEach((row, index) => {
      lowerCopy(op, to, to.planar(x!), rows === 1 ? 0 : index * d, to.makePlanar(row), 0, d);
    });
  },
  stack(op, to) {
    const y = to.makePlanar(op.outputs[0]);
    const { size } = op.attrs;
    op.inputs.forEach((row, index) => {
      if (row) lowerCopy(op, to, to.planar(row), 0, y, index * size, size);
      else lowerFill(op, to, y, index * size, size, 0);
    });
  },
  add: (op, to) => lowerElementwise(op, to, 'add', 1, 0),
  affine: (op, to) => lowerElementwise(op, to, 'affine', op.attrs.scale, op.attrs.shift),
  fill(op, to) {
    const y = to.makePlanar(op.outputs[0]);
    lowerFill(op, to, y, 0, y.size, op.attrs.value);
  },
  latent_to_w(op, to) {
    const [v, mean, std] = op.inputs;
    const [, rows, size] = v!.shape;
    to.step('latent_to_w', op, {
      buffers: {
        x: to.planar(v!),
        mean: to.planar(mean!),
        std: to.planar(std!),
        y: to.makePlanar(op.outputs[0]),
      },
      sizes: { rows, size },
      values: { slope: op.attrs.slope },
    });
  },
  latent_gradient(op, to) {
    const [g, w, std] = op.inputs;
    const [, rows, size] = w!.shape;
    to.step('latent_gradient', op, {
      buffers: { x: to.planar(g!), w: to.planar(w!), std: to.planar(std!), y: to.makePlanar(op.outputs[0]) },
      sizes: { rows, size },
      values: { slope: op.attrs.slope },
    });
  },
  reduce(op, to) {
    const [x] = op.inputs;
    const [y] = op.outputs;
    const { axis, factor, adjoint } = op.attrs;
    const [, c, h] = x!.shape;
    to.step('resample', op, {
      buffers: { x: to.planar(x!), y: to.makePlanar(y) },
      sizes: {
        factor,
        before: reflectBefore(factor),
        small: (adjoint ? x! : y).shape[axis],
        adjoint: Number(adjoint),
        outer: axis === 2 ? c : c * h,
        inner: axis === 2 ? x!.shape[3] : 1,
      },
      values: numbered('tap', [...bicubicTaps(factor)]),
      flop: 8 * elements((adjoint ? y : x!).shape.slice(1)),
    });
  },
  pixel_loss: (op, to) => lowerPixelLoss(op, to, op.attrs.term, undefined, op.inputs[0]!, op.inputs[1]!),
  pixel_loss_gradient: (op, to) => lowerPixelLoss(op, to, op.attrs.term, op.inputs[0], op.inputs[1]!, op.inputs[2]!),
  geocross(op, to) {
    const [w] = op.inputs;
    const [, rows, size] = w!.shape;
    const [value, pairs] = op.outputs;
    to.step('geocross', op, {
      buffers: { w: to.planar(w!), value: to.makePlanar(value), pairs: to.makePlanar(pairs) },
      sizes: { rows, size },
      flop: 6 * rows * rows * size,
    });
  },
  geocross_gradient(op, to) {
    const [g, w, pairs] = op.inputs;
    const [, rows, size] = w!.shape;
    to.step('geocross', op, {
      buffers: {
        g: to.planar(g!),
        w: to.planar(w!),
        pairs: to.planar(pairs!),
        gradient: to.makePlanar(op.outputs[0]),
      },
      sizes: { rows, size },
      flop: 6 * rows * rows * size,
    });
  },
  objective(op, to) {
    const { weights, floors } = op.attrs;
    to.step('objective', op, {
      buffers: {
        ...numbered(
          'term',
          op.inputs.map((term) => to.planar(term!)),
        ),
        y: to.makePlanar(op.outputs[0]),
      },
      sizes: { terms: op.inputs.length },
      values: { ...numbered('weight', weights), ...numbered('floor', floors) },
    });
  },
  objective_gradient(op, to) {
    const [g, term] = op.inputs;
    to.step('objective_gradient', op, {
      buffers: { g: to.planar(g!), term: to.planar(term!), y: to.makePlanar(op.outputs[0]) },
      values: { weight: op.attrs.weight, floor: op.attrs.floor },
    });
  },

  optimise(op, to) {
    const [parameter, g, first, second] = op.inputs;
    to.step('optimise', op, {
      buffers: {
        parameter: to.planar(parameter!),
        g: to.planar(g!),
        first: first && to.planar(first),
        second: second && to.planar(second),
      },
      sizes: { kind: OPTIMISERS.indexOf(op.attrs.kind), count: floats(parameter!.shape, 'planar') },
    });
  },
  sphere(op, to) {
    const [parameter, radius] = op.inputs;
    const [, rows, h, w] = parameter!.shape;
    to.step('sphere', op, {
      buffers: { parameter: to.planar(parameter!), radius: to.planar(radius!) },
      sizes: { rows, size: h * w },
    });
  },
  keep_best(op, to) {
    const [total, best, bestStep, improved] = op.inputs.map((input) => to.planar(input!));
    to.step('keep_best', op, {
      buffers: { total, best, bestStep, improved },
    });
  },
  keep_if(op, to) {
    const [improved, source, kept] = op.inputs.map((input) => to.planar(input!));
    to.step('keep_if', op, { buffers: { improved, source, kept }, sizes: { count: kept.size } });
  },
};

/** Values by name and place: name0, name1, … */
function numbered<T>(name: string, values: readonly T[]): Record<string, T> {
  return Object.fromEntries(values.map((value, index) => [`${name}${index}`, value]));
}

function lowerConv(op: Op<'conv'>, to: ProgramBuilder, choice: KernelChoice): void {
  const [x, weight, coefficients, bias] = op.inputs;
  const [, , height, width] = x!.shape;
  const [o, i, k] = weight!.shape;
  const { adjoint } = op.attrs;
  const flop = 2 * o * i * k * k * height * width;
  if (k === 3) {
    const winograd = usesWinograd(choice, [o, i], height * width);
    const layout = `${winograd ? 'winograd' : 'same'}${adjoint ? '-adjoint' : ''}`;
    const sizes = { in: adjoint ? o : i, out: adjoint ? i : o, height, width };
    const parts = {
      buffers: { weights: to.constant(weight!, layout, [o, i]) },
      sizes: winograd ? sizes : { ...sizes, geometry: GEOMETRY.same },
      flop,
      // 16 products for a tile of 2×2 pixels, of which there may be half a row too many.
      executed: winograd ? 2 * 16 * o * i * Math.ceil(height / 2) * Math.ceil(width / 2) : flop,
    };
    to.step(winograd ? 'winograd' : 'convolution', op, parts, to.reading(op, coefficients), to.writing(op));
    return;
  }
  const weights = to.constant(weight!, 'pointwise', [o, i]);
  const sizes = { in: i, out: o, height, width };
  if (adjoint) {
    to.step('pointwise_adjoint', op, { buffers: { weights, planar: to.planar(x!) }, sizes, flop }, to.writing(op));
    return;
  }
  const planar = to.makePlanar(op.outputs[0]);
  const buffers = { weights, bias: bias && to.planar(bias), planar };
  to.step('pointwise', op, { buffers, sizes, flop }, to.reading(op, coefficients));
}

function lowerPass(op: Op, to: ProgramBuilder, blur: boolean, reading: Half, writing: Half): void {
  const [, channels, height, width] = op.inputs[0]!.shape;
  to.step('pass', op, { sizes: { blur: Number(blur), channels, height, width } }, reading, writing);
}

/** In the layout that the first input has: padding lanes do no harm. */
function lowerElementwise(op: Op, to: ProgramBuilder, kernel: KernelName, scale: number, shift: number): void {
  const [a, b] = op.inputs;
  const blocked = to.isBlocked(a!);
  const get = (tensor: Tensor) => (blocked ? to.blocked(tensor) : to.planar(tensor));
  const buffers = { a: get(a!), b: b && get(b) };
  const [output] = op.outputs;
  const y = blocked ? to.makeBlocked(output) : to.makePlanar(output);
  const sizes = { count: y.size, from: 0, to: 0 };
  to.step(kernel, op, { buffers: { ...buffers, y }, sizes, values: { scale, shift } });
}

function lowerCopy(
  op: Op,
  to: ProgramBuilder,
  a: PlannedBuffer,
  from: number,
  y: PlannedBuffer,
  at: number,
  count: number,
): void {
  const sizes = { count, from, to: at };
  to.step('copy', op, { buffers: { a, y }, sizes, values: { scale: 1, shift: 0 } });
}

function lowerFill(op: Op, to: ProgramBuilder, y: PlannedBuffer, at: number, count: number, shift: number): void {
  to.step('fill', op, {
    buffers: { y },
    sizes: { count, from: 0, to: at },
    values: { scale: 0, shift },
  });
}

function lowerPixelNorm(op: Op, to: ProgramBuilder, x: Tensor, g: Tensor | undefined): void {
  const y = to.makePlanar(op.outputs[0]);
  const buffers = { x: to.planar(x), g: g && to.planar(g), y };
  to.step('pixel_norm', op, { buffers, sizes: { count: y.size } });
}

function lowerPixelLoss(
  op: Op,
  to: ProgramBuilder,
  term: 'L2' | 'L1',
  g: Tensor | undefined,
  x: Tensor,
  target: Tensor,
): void {
  const buffers = {
    x: to.planar(x),
    target: to.planar(target),
    g: g && to.planar(g),
    y: to.makePlanar(op.outputs[0]),
  };
  const sizes = { count: floats(x.shape, 'planar'), absolute: Number(term === 'L1') };
  to.step('pixel_loss', op, { buffers, sizes });
}

/** The program of a graph. */
export function lower(graph: Graph, choice: KernelChoice = { form: 'auto', bf16: false }): ProgramPlan {
  const ops = withoutDeadOps(graph);
  const to = new ProgramBuilder(graph, ops);
  // An op whose result goes through `styled` is emitted there, where noise and style are at hand.
  const makers = new Map([...to.fusion.styledOf].map(([maker, styled]) => [styled as Op, maker]));
  for (const op of ops) {
    if (to.fusion.absorbed.has(op)) continue;
    const emitted = makers.get(op) ?? op;
    (lowerings[emitted.op] as Lowering<OpName>)(emitted, to, choice);
    for (const state of op.writes) to.changed(state);
  }
  return to.plan();
}
