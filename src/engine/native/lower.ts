import { bicubicTaps, reflectBefore } from '../../graph/bicubic.js';
import { apart } from '../../graph/fuse/apart.js';
import type { PlainOpName, ProgramOp } from '../../graph/fuse/fused-op.js';
import { type Program, withoutJoined } from '../../graph/fuse/program.js';
import { elements, type Op, type Tensor } from '../../graph/graph.js';
import { ProgramBuilder } from './builder.js';
import type { KernelChoice } from './kernel-choice.js';
import { lowerFused, lowerPass } from './lower-maps.js';
import { floats, type PlannedBuffer, type ProgramPlan } from './program.js';
import type { KernelName } from './table.js';

/** From one op to its steps; kernels over maps are in `lower-maps.ts`. */
type Lowering<N extends PlainOpName> = (op: Op<N>, to: ProgramBuilder) => void;

const lowerings: { [N in PlainOpName]: Lowering<N> } = {
  repeat: (op, to) => lowerChannels(op, to, 'repeat', ['x'], {}),
  add_noise: (op, to) => lowerChannels(op, to, 'add_noise', ['x', 'noise', 'noiseWeight'], {}),
  bias_act(op, to) {
    const [x, bias] = op.inputs as [Tensor, Tensor];
    const write = { form: 'activated', bias, ...op.attrs, y: op.outputs[0] } as const;
    if (to.isBlocked(x)) lowerPass(op, { core: { kind: 'none' }, read: { form: 'plain', x }, write }, to);
    else lowerChannels(op, to, 'bias_act', ['x', 'bias'], op.attrs);
  },
  instance_norm: (op, to) => lowerChannels(op, to, 'instance_norm', ['x'], op.attrs),
  instance_norm_gradient: (op, to) => lowerChannels(op, to, 'instance_norm_gradient', ['g', 'x'], op.attrs),
  modulate: (op, to) => lowerChannels(op, to, 'modulate', ['x', 'style'], {}),
  modulate_gradient: (op, to) => lowerChannels(op, to, 'modulate_gradient', ['g', 'style'], {}),
  modulate_sums: (op, to) => lowerChannels(op, to, 'modulate_sums', ['g', 'x'], {}),
  scale(op, to) {
    const [x, factor] = op.inputs as [Tensor, Tensor];
    const [y] = op.outputs;
    const read = { form: 'scaled', x, factor } as const;
    if (to.isBlocked(x)) lowerPass(op, { core: { kind: 'none' }, read, write: { form: 'plain', y } }, to);
    else lowerChannels(op, to, 'scale', ['x', 'factor'], {});
  },
  scale_sums(op, to) {
    const [g, x] = op.inputs as [Tensor, Tensor];
    const write = { form: 'scaled', x, sums: op.outputs[0] } as const;
    if (to.isBlocked(g) && to.isBlocked(x)) {
      lowerPass(op, { core: { kind: 'none' }, read: { form: 'plain', x: g }, write }, to);
    } else lowerChannels(op, to, 'scale_sums', ['g', 'x'], {});
  },
  upsample(op, to) {
    const [x] = op.inputs;
    const [y] = op.outputs;
    const { adjoint } = op.attrs;
    const [, channels, height, width] = (adjoint ? y : x!).shape;
    to.step('upsample', op, {
      buffers: { x: to.planar(x!), y: to.makePlanar(y) },
      sizes: { channels, height, width, adjoint: Number(adjoint) },
      // Of the large map, two products a value for each axis, the first for half as many.
      flop: 2 * 4 * channels * height * width * 3,
    });
  },
  demodulate(op, to) {
    const [style, squares] = op.inputs;
    const [out, from] = squares!.shape;
    to.step('demodulate', op, {
      buffers: { style: to.planar(style!), squares: to.planar(squares!), y: to.makePlanar(op.outputs[0]) },
      sizes: { out, in: from },
      values: op.attrs,
      flop: 2 * out * from,
    });
  },
  demodulate_gradient(op, to) {
    const [g, d, style, squares] = op.inputs;
    const [out, from] = squares!.shape;
    to.step('demodulate_gradient', op, {
      buffers: {
        g: to.planar(g!),
        d: to.planar(d!),
        style: to.planar(style!),
        squares: to.planar(squares!),
        y: to.makePlanar(op.outputs[0]),
      },
      sizes: { out, in: from },
      flop: 2 * out * from,
    });
  },
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
    const { adjoint, slope } = op.attrs;
    to.step('linear', op, {
      buffers: {
        x: to.planar(x!),
        weights: to.planar(weight!),
        bias: bias && to.planar(bias),
        y: to.makePlanar(op.outputs[0]),
      },
      sizes: { rows, columns, adjoint: Number(adjoint) },
      values: { slope },
      flop: 2 * rows * columns,
    });
  },
  lrelu_gradient: (op, to) =>
    lowerElementwise(op, to, 'lrelu_gradient', { scale: op.attrs.slope, shift: op.attrs.clamp }),
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
  bicubic(op, to) {
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
    const [total, distance, best, within, bestStep, improved] = op.inputs.map((input) => to.planar(input!));
    to.step('keep_best', op, {
      buffers: { total, distance, best, within, bestStep, improved },
      values: { eps: op.attrs.eps },
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

/**
 * A plain op over planar maps, channel by channel (native/kernels/channels.h): what runs where nothing is fused.
 *
 * @param names of the inputs, in their order
 */
function lowerChannels(
  op: ProgramOp,
  to: ProgramBuilder,
  kernel: KernelName,
  names: readonly string[],
  values: Readonly<Record<string, number>>,
): void {
  // `repeat` has a constant for its map, all others one of the batch.
  const [, channels, height, width] = op.inputs[0]!.shape;
  const buffers = Object.fromEntries(names.map((name, index) => [name, to.planar(op.inputs[index]!)]));
  const sizes = { channels, pixels: height * width };
  to.step(kernel, op, { buffers: { ...buffers, y: to.makePlanar(op.outputs[0]) }, sizes, values });
}

/** In the layout that the first input has, and in its place where nobody reads it again: padding lanes do no harm. */
function lowerElementwise(
  op: ProgramOp,
  to: ProgramBuilder,
  kernel: KernelName,
  { scale, shift }: { readonly scale: number; readonly shift: number },
): void {
  const [a, b] = op.inputs;
  const blocked = to.isBlocked(a!);
  const get = (tensor: Tensor) => (blocked ? to.blocked(tensor) : to.planar(tensor));
  const buffers = { a: get(a!), b: b && get(b) };
  const [output] = op.outputs;
  const y = blocked ? to.makeBlocked(output, a) : to.makePlanar(output, a);
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

function lowerCopy(op: ProgramOp, program: ProgramBuilder, { from, to, count }: CopyParts): void {
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

function lowerFill(op: ProgramOp, program: ProgramBuilder, { value, to, count }: FillParts): void {
  program.step('fill', op, {
    buffers: { y: to.buffer },
    sizes: { count, from: 0, to: to.at },
    values: { scale: 0, shift: value },
  });
}

/** @param tensors with `g` the gradient */
function lowerPixelNorm(
  op: ProgramOp,
  to: ProgramBuilder,
  { x, g }: { readonly x: Tensor; readonly g?: Tensor },
): void {
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

/** The steps of a program. */
export function lower({ graph, ops }: Program, choice: KernelChoice = { form: 'auto', bf16: false }): ProgramPlan {
  const single = withoutJoined(ops);
  const to = new ProgramBuilder(graph, single);
  for (const op of single) {
    if (op.op === 'fused') for (const part of apart(op)) lowerFused(part, to, choice);
    else (lowerings[op.op] as Lowering<PlainOpName>)(op, to);
    to.done(op);
  }
  return to.plan();
}
