import { bicubicTaps, reflectBefore } from '../../graph/bicubic.js';
import { elements, type Graph, type Op, type Tensor } from '../../graph/graph.js';
import type { OpName } from '../../graph/ops.js';
import { withoutDeadOps } from '../../graph/plan.js';
import { ProgramBuilder } from './builder.js';
import { floats, type PlannedBuffer, type ProgramPlan } from './program.js';
import type { Read, Write } from './step.js';
import type { KernelName } from './table.js';

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
  conv_up: lowerConvUp,
  blur: (op, to) => lowerPass(op, to, { blur: true, read: to.reading(op), write: to.writing(op) }),

  styled: (op, to) =>
    lowerPass(op, to, { blur: false, read: to.plainReading(op.inputs[0]!), write: to.styledWriting(op) }),
  modulate: (op, to) => lowerPass(op, to, { blur: false, read: to.reading(op, op.inputs[1]), write: to.writing(op) }),
  styled_sums: (op, to) =>
    lowerPass(op, to, { blur: false, read: to.plainReading(op.inputs[0]!), write: to.summedWriting(op) }),
  styled_gradient: (op, to) => lowerPass(op, to, { blur: false, read: to.gradientReading(op), write: to.writing(op) }),
  noise_gradient(op, to) {
    const [g, noiseWeight] = op.inputs;
    const [, channels, height, width] = g!.shape;
    to.step('noise_gradient', op, {
      buffers: { g: to.blocked(g!), noiseWeight: to.planar(noiseWeight!), y: to.makePlanar(op.outputs[0]) },
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
  lrelu_gradient: (op, to) => lowerElementwise(op, to, 'lrelu_gradient', { scale: op.attrs.slope, shift: 0 }),
  pixel_norm: (op, to) => lowerPixelNorm(op, to, { x: op.inputs[0]! }),
  pixel_norm_gradient: (op, to) => lowerPixelNorm(op, to, { x: op.inputs[1]!, g: op.inputs[0] }),

  rows(op, to) {
    const [x] = op.inputs;
    const [, rows, d] = x!.shape;
    op.outputs.forEach((row, index) => {
      const from = { buffer: to.planar(x!), at: rows === 1 ? 0 : index * d };
      lowerCopy(op, to, { from, to: { buffer: to.makePlanar(row), at: 0 }, count: d });
    });
  },
  stack(op, to) {
    const y = to.makePlanar(op.outputs[0]);
    const { size } = op.attrs;
    op.inputs.forEach((row, index) => {
      const part = { to: { buffer: y, at: index * size }, count: size };
      if (row) lowerCopy(op, to, { from: { buffer: to.planar(row), at: 0 }, ...part });
      else lowerFill(op, to, { value: 0, ...part });
    });
  },
  add: (op, to) => lowerElementwise(op, to, 'add', { scale: 1, shift: 0 }),
  affine: (op, to) => lowerElementwise(op, to, 'affine', op.attrs),
  fill(op, to) {
    const y = to.makePlanar(op.outputs[0]);
    lowerFill(op, to, { value: op.attrs.value, to: { buffer: y, at: 0 }, count: y.size });
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
    to.step('bicubic', op, {
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
  pixel_loss(op, to) {
    const [x, target] = op.inputs;
    lowerPixelLoss(op, to, { x: x!, target: target! });
  },
  pixel_loss_gradient(op, to) {
    const [g, x, target] = op.inputs;
    lowerPixelLoss(op, to, { g, x: x!, target: target! });
  },
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
      sizes: { count: floats(parameter!.shape, 'planar') },
      names: { kind: op.attrs.kind },
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
  if (op.inputs[1]!.shape[2] === 1) {
    lowerPointwise(op, to);
    return;
  }
  const [x, weight, coefficients] = op.inputs;
  const [, , height, width] = x!.shape;
  const [o, i] = weight!.shape;
  const { adjoint } = op.attrs;
  const winograd = usesWinograd(choice, [o, i], height * width);
  const flop = 2 * 9 * o * i * height * width;
  const geometry = 'same';
  to.step(winograd ? 'winograd' : 'convolution', op, {
    buffers: { weights: to.constant(weight!, { form: formOf(winograd), geometry, adjoint }) },
    sizes: { in: adjoint ? o : i, out: adjoint ? i : o, height, width },
    names: winograd ? {} : { geometry },
    read: to.reading(op, coefficients),
    write: to.writing(op),
    flop,
    // 16 products for a tile of 2×2 pixels, of which there may be half a row too many.
    executed: winograd ? 2 * 16 * o * i * Math.ceil(height / 2) * Math.ceil(width / 2) : flop,
  });
}

function lowerConvUp(op: Op<'conv_up'>, to: ProgramBuilder, choice: KernelChoice): void {
  const [x, weight, coefficients] = op.inputs;
  const [, , h, w] = x!.shape;
  const [o, i] = weight!.shape;
  const { adjoint } = op.attrs;
  const [height, width] = adjoint ? [h / 2, w / 2] : [h, w];
  const winograd = usesWinogradUp(choice, [o, i], height * width);
  const geometry = adjoint ? 'down' : 'up';
  const flop = 2 * 16 * o * i * height * width;
  to.step(winograd ? 'winograd_up' : 'convolution', op, {
    buffers: { weights: to.constant(weight!, { form: formOf(winograd), geometry, adjoint }) },
    sizes: { in: adjoint ? o : i, out: adjoint ? i : o, height, width },
    names: { geometry },
    read: to.reading(op, coefficients),
    write: to.writing(op),
    flop,
    // 36 products for a tile of 2×2 pixels of the small side.
    executed: winograd ? 2 * 36 * o * i * Math.ceil(height / 2) * Math.ceil(width / 2) : flop,
  });
}

function formOf(winograd: boolean): 'winograd' | 'direct' {
  return winograd ? 'winograd' : 'direct';
}

/** A convolution of side 1, to few channels or from them: those lie in planes. */
function lowerPointwise(op: Op<'conv'>, to: ProgramBuilder): void {
  const [x, weight, coefficients, bias] = op.inputs;
  const [, , height, width] = x!.shape;
  const [o, i] = weight!.shape;
  const weights = to.constant(weight!, { form: 'pointwise' });
  const sizes = { in: i, out: o, height, width };
  const flop = 2 * o * i * height * width;
  if (op.attrs.adjoint) {
    to.step('pointwise_adjoint', op, { buffers: { weights, g: to.planar(x!) }, sizes, write: to.writing(op), flop });
    return;
  }
  const y = to.makePlanar(op.outputs[0]);
  const buffers = { weights, bias: bias && to.planar(bias), y };
  to.step('pointwise', op, { buffers, sizes, read: to.reading(op, coefficients), flop });
}

/** How a pass over a map reads and writes it, and whether it blurs in between. */
interface PassParts {
  readonly blur: boolean;
  readonly read: Read<PlannedBuffer>;
  readonly write: Write<PlannedBuffer>;
}

function lowerPass(op: Op, to: ProgramBuilder, { blur, read, write }: PassParts): void {
  const [, channels, height, width] = op.inputs[0]!.shape;
  to.step('pass', op, { sizes: { blur: Number(blur), channels, height, width }, read, write });
}

/** In the layout that the first input has: padding lanes do no harm. */
function lowerElementwise(
  op: Op,
  to: ProgramBuilder,
  kernel: KernelName,
  { scale, shift }: { readonly scale: number; readonly shift: number },
): void {
  const [a, b] = op.inputs;
  const blocked = to.isBlocked(a!);
  const get = (tensor: Tensor) => (blocked ? to.blocked(tensor) : to.planar(tensor));
  const buffers = { a: get(a!), b: b && get(b) };
  const [output] = op.outputs;
  const y = blocked ? to.makeBlocked(output) : to.makePlanar(output);
  const sizes = { count: y.size, from: 0, to: 0 };
  to.step(kernel, op, { buffers: { ...buffers, y }, sizes, values: { scale, shift } });
}

/** A place in a buffer. */
interface Place {
  readonly buffer: PlannedBuffer;
  readonly at: number;
}

interface CopyParts {
  readonly from: Place;
  readonly to: Place;
  readonly count: number;
}

function lowerCopy(op: Op, program: ProgramBuilder, { from, to, count }: CopyParts): void {
  program.step('copy', op, {
    buffers: { a: from.buffer, y: to.buffer },
    sizes: { count, from: from.at, to: to.at },
    values: { scale: 1, shift: 0 },
  });
}

interface FillParts {
  readonly value: number;
  readonly to: Place;
  readonly count: number;
}

function lowerFill(op: Op, program: ProgramBuilder, { value, to, count }: FillParts): void {
  program.step('fill', op, {
    buffers: { y: to.buffer },
    sizes: { count, from: 0, to: to.at },
    values: { scale: 0, shift: value },
  });
}

/** @param tensors with `g` the gradient */
function lowerPixelNorm(op: Op, to: ProgramBuilder, { x, g }: { readonly x: Tensor; readonly g?: Tensor }): void {
  const y = to.makePlanar(op.outputs[0]);
  const buffers = { x: to.planar(x), g: g && to.planar(g), y };
  to.step('pixel_norm', op, { buffers, sizes: { count: y.size } });
}

/** @param tensors with `g` the gradient */
function lowerPixelLoss(
  op: Op<'pixel_loss'> | Op<'pixel_loss_gradient'>,
  to: ProgramBuilder,
  { g, x, target }: { readonly g?: Tensor; readonly x: Tensor; readonly target: Tensor },
): void {
  const buffers = {
    x: to.planar(x),
    target: to.planar(target),
    g: g && to.planar(g),
    y: to.makePlanar(op.outputs[0]),
  };
  const sizes = { count: floats(x.shape, 'planar'), absolute: Number(op.attrs.term === 'L1') };
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
