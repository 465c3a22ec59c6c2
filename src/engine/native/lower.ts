import { elements, type Graph, type Op, type Tensor } from '../../graph/graph.js';
import type { OpName } from '../../graph/ops.js';
import { withoutDeadOps } from '../../graph/plan.js';
import { describe } from '../describe.js';
import { Fusion } from './fuse.js';
import {
  floats,
  type LayoutName,
  type PlannedBuffer,
  type PlannedStep,
  type ProgramPlan,
  planProgram,
} from './program.js';

/** native/kernels.h: Reading, Writing, Geometry. */
const READING = { plain: 0, modulated: 1, gradient: 2 } as const;
const WRITING = { plain: 0, styled: 1, summed: 2 } as const;
const GEOMETRY = { same: 0, down: 1, up: 2 } as const;
const OPTIMISERS = ['sgd', 'sgdm', 'adam', 'adamax'] as const;

/** Half of a step's description: how a kernel reads its map, or what it does with what it made. */
interface Half {
  readonly buffers: Record<string, PlannedBuffer | undefined>;
  readonly writes: string[];
  readonly sizes: Record<string, number>;
  readonly values: Record<string, number>;
}

/** What a step is made of beside the two halves. */
interface StepParts {
  readonly buffers?: Record<string, PlannedBuffer | undefined>;
  readonly writes?: readonly string[];
  readonly sizes?: Record<string, number>;
  readonly values?: Record<string, number>;
  readonly flop?: number;
  readonly executed?: number;
}

/** From one op to its steps. */
type Lowering<N extends OpName> = (op: Op<N>, to: Lowerer) => void;

/** How 3×3 convolutions are computed; `auto` chooses by their shape. */
export type ConvolutionForm = 'auto' | 'direct' | 'winograd';

/** Channels from which Winograd's form is faster than the direct one: docs/performance.md has the figures. */
const WINOGRAD_CHANNELS = 32;
/** Pixels from which it is: smaller maps wait for their weights, of which Winograd's form has 16 for 9. */
const WINOGRAD_PIXELS = 16 * 16;

/** Turns a graph into the steps of a program: picks layouts, kernels and what is fused. */
export class Lowerer {
  readonly #steps: PlannedStep[] = [];
  readonly #kept = new Map<Tensor, PlannedBuffer>();
  readonly #buffers: Record<LayoutName, Map<Tensor, PlannedBuffer>> = { planar: new Map(), blocked: new Map() };
  readonly #constants = new Map<string, PlannedBuffer>();
  readonly #outputs: ReadonlySet<Tensor>;
  readonly fusion: Fusion;

  constructor(
    readonly graph: Graph,
    private readonly form: ConvolutionForm,
  ) {
    this.#outputs = new Set(graph.outputs.values());
    for (const tensor of graph.tensors) {
      if (tensor.kind === 'input' || tensor.kind === 'state') this.#keep(tensor);
    }
    const ops = withoutDeadOps(graph);
    this.fusion = new Fusion(ops, this.#outputs);
    // An op whose result goes through `styled` is emitted there, where noise and style are at hand.
    const makers = new Map([...this.fusion.styledOf].map(([maker, styled]) => [styled as Op, maker]));
    for (const op of ops) {
      if (this.fusion.absorbed.has(op)) continue;
      const emitted = makers.get(op) ?? op;
      (lowerings[emitted.op] as Lowering<OpName>)(emitted, this);
      // A state that was changed is no longer what its copy in another layout holds.
      for (const state of op.writes) this.#buffers.blocked.delete(state);
    }
  }

  /** The finished plan; outputs that were made in another layout are brought into the one of the boundary. */
  plan(): ProgramPlan {
    for (const tensor of this.#outputs) {
      if (tensor.kind === 'constant') continue;
      this.planar(tensor);
    }
    return planProgram(this.#steps, this.#kept);
  }

  /** A tensor in a layout; steps that change the layout are added where it is not there yet. */
  planar(tensor: Tensor): PlannedBuffer {
    if (tensor.kind === 'constant') return this.constant(tensor, 'plain', [elements(tensor.shape)]);
    const known = this.#buffers.planar.get(tensor);
    if (known) return known;
    const from = this.#made(tensor, 'blocked');
    const to = this.makePlanar(tensor);
    this.#changeLayout('to_planar', tensor, from, to);
    return to;
  }

  blocked(tensor: Tensor): PlannedBuffer {
    const [, c, h, w] = tensor.shape;
    if (tensor.kind === 'constant') return this.constant(tensor, 'blocked', [c, h, w]);
    const known = this.#buffers.blocked.get(tensor);
    if (known) return known;
    const from = this.#made(tensor, 'planar');
    const to = this.makeBlocked(tensor);
    this.#changeLayout('to_blocked', tensor, from, to);
    return to;
  }

  /** Whether a tensor is there with its channels side by side. */
  isBlocked(tensor: Tensor): boolean {
    return this.#buffers.blocked.has(tensor);
  }

  /** The buffer that a step will make of a tensor. */
  makePlanar(tensor: Tensor): PlannedBuffer {
    if (this.#outputs.has(tensor)) return this.#keep(tensor);
    const buffer: PlannedBuffer = { kind: 'temporary', size: floats(tensor.shape, 'planar') };
    this.#buffers.planar.set(tensor, buffer);
    return buffer;
  }

  makeBlocked(tensor: Tensor): PlannedBuffer {
    const buffer: PlannedBuffer = { kind: 'temporary', size: floats(tensor.shape, 'blocked') };
    this.#buffers.blocked.set(tensor, buffer);
    return buffer;
  }

  /** A constant in a kernel's layout (native/pack.cc); the same for all who ask alike. */
  constant(tensor: Tensor, layout: string, sizes: readonly number[]): PlannedBuffer {
    const key = `${tensor.id} ${layout} ${sizes.join()}`;
    let buffer = this.#constants.get(key);
    if (!buffer) {
      buffer = { kind: 'constant', size: elements(tensor.shape), constant: { tensor, layout, sizes } };
      this.#constants.set(key, buffer);
    }
    return buffer;
  }

  step(kernel: string, op: Op, parts: StepParts, ...halves: Half[]): void {
    const { buffers = {}, writes = [], sizes = {}, values = {}, flop = 0, executed } = parts;
    this.#steps.push({
      kernel,
      buffers: Object.assign({}, buffers, ...halves.map((half) => half.buffers)),
      writes: [...writes, ...halves.flatMap((half) => half.writes)],
      sizes: Object.assign({}, sizes, ...halves.map((half) => half.sizes)),
      values: Object.assign({}, values, ...halves.map((half) => half.values)),
      op: describe(op),
      flop,
      executed,
    });
  }

  /** Whether a 3×3 convolution is computed in Winograd's form. */
  usesWinograd(channels: readonly [number, number], pixels: number): boolean {
    if (this.form !== 'auto') return this.form === 'winograd';
    return Math.min(...channels) >= WINOGRAD_CHANNELS && pixels >= WINOGRAD_PIXELS;
  }

  /** How an op reads its first input: with coefficients, through the gradient of `styled`, or as it is. */
  reading(op: Op, coefficients?: Tensor): Half {
    const gradient = this.fusion.gradientOf.get(op);
    if (gradient) return this.gradientReading(gradient);
    const x = this.blocked(op.inputs[0]!);
    const half = { writes: [], values: {} };
    if (!coefficients) return { ...half, buffers: { x }, sizes: { reading: READING.plain } };
    return { ...half, buffers: { x, coefficients: this.planar(coefficients) }, sizes: { reading: READING.modulated } };
  }

  gradientReading({ inputs, attrs }: Op<'styled_gradient'>): Half {
    const [g, x, coefficients, moments, sums] = inputs.map((input) => input!);
    const maker = [...this.fusion.unstored].find(({ outputs }) => outputs[0] === g);
    const source = maker
      ? { planarG: this.planar(maker.inputs[0]!), planarWeights: this.#pointwiseWeights(maker) }
      : { g: this.blocked(g) };
    return {
      buffers: {
        ...source,
        x: this.blocked(x),
        coefficients: this.planar(coefficients),
        moments: this.planar(moments),
        sums: this.planar(sums),
      },
      writes: [],
      sizes: { reading: READING.gradient, ...(maker && { planarChannels: maker.inputs[0]!.shape[1] }) },
      values: { slope: attrs.slope },
    };
  }

  #pointwiseWeights(conv: Op): PlannedBuffer {
    const [, weight] = conv.inputs;
    const [o, i] = weight!.shape;
    return this.constant(weight!, 'pointwise', [o, i]);
  }

  /** What becomes of an op's only map. */
  writing(op: Op): Half {
    const styled = this.fusion.styledOf.get(op);
    if (styled) return this.styledWriting(styled);
    const [y] = op.outputs;
    const sums = this.fusion.sumsOf.get(op);
    if (sums) return this.summedWriting(sums, this.fusion.unstored.has(op) ? undefined : this.makeBlocked(y));
    return { buffers: { y: this.makeBlocked(y) }, writes: ['y'], sizes: { writing: WRITING.plain }, values: {} };
  }

  styledWriting({ inputs, outputs, attrs }: Op<'styled'>): Half {
    const [, noise, noiseWeight, bias, style] = inputs;
    const [x, coefficients, moments] = outputs;
    return {
      buffers: {
        noise: noise && this.planar(noise),
        noiseWeight: this.planar(noiseWeight!),
        bias: this.planar(bias!),
        style: this.planar(style!),
        y: this.makeBlocked(x),
        madeCoefficients: this.makePlanar(coefficients),
        madeMoments: this.makePlanar(moments),
      },
      writes: ['y', 'madeCoefficients', 'madeMoments'],
      sizes: { writing: WRITING.styled },
      values: { activation: attrs.slope, epsilon: attrs.epsilon },
    };
  }

  /** @param y absent where the map itself is not wanted */
  summedWriting({ inputs: [, x, moments], outputs: [sums] }: Op<'styled_sums'>, y?: PlannedBuffer): Half {
    return {
      buffers: {
        stored: this.blocked(x!),
        storedMoments: this.planar(moments!),
        y,
        madeSums: this.makePlanar(sums),
      },
      writes: ['y', 'madeSums'],
      sizes: { writing: WRITING.summed },
      values: {},
    };
  }

  #keep(tensor: Tensor): PlannedBuffer {
    const buffer: PlannedBuffer = { kind: 'kept', size: floats(tensor.shape, 'planar') };
    this.#kept.set(tensor, buffer);
    this.#buffers.planar.set(tensor, buffer);
    return buffer;
  }

  #made(tensor: Tensor, layout: LayoutName): PlannedBuffer {
    const buffer = this.#buffers[layout].get(tensor);
    if (!buffer) throw new Error(`${tensor.name} is read before it is made`);
    return buffer;
  }

  #changeLayout(kernel: string, tensor: Tensor, x: PlannedBuffer, y: PlannedBuffer): void {
    const [, channels, height, width] = tensor.shape;
    this.#steps.push({
      kernel,
      buffers: { x, y },
      writes: ['y'],
      sizes: { channels, height, width },
      values: {},
      op: `${kernel} [${tensor.shape.join(', ')}]`,
      flop: 0,
    });
  }
}

const lowerings: { [N in OpName]: Lowering<N> } = {
  conv: lowerConv,
  conv_up(op, to) {
    const [x, weight, coefficients] = op.inputs;
    const [, , h, w] = x!.shape;
    const [o, i] = weight!.shape;
    const { adjoint } = op.attrs;
    const [height, width] = adjoint ? [h / 2, w / 2] : [h, w];
    to.step(
      'convolution',
      op,
      {
        buffers: { weights: to.constant(weight!, adjoint ? 'down' : 'up', [o, i]) },
        sizes: {
          geometry: adjoint ? GEOMETRY.down : GEOMETRY.up,
          in: adjoint ? o : i,
          out: adjoint ? i : o,
          height,
          width,
        },
        flop: 2 * 16 * o * i * height * width,
      },
      to.reading(op, coefficients),
      to.writing(op),
    );
  },
  blur: (op, to) => lowerPass(op, to, true, to.reading(op), to.writing(op)),

  styled(op, to) {
    const y = to.blocked(op.inputs[0]!);
    const reading: Half = { buffers: { x: y }, writes: [], sizes: { reading: READING.plain }, values: {} };
    lowerPass(op, to, false, reading, to.styledWriting(op));
  },
  modulate: (op, to) => lowerPass(op, to, false, to.reading(op, op.inputs[1]), to.writing(op)),
  styled_sums(op, to) {
    const g = to.blocked(op.inputs[0]!);
    const reading: Half = { buffers: { x: g }, writes: [], sizes: { reading: READING.plain }, values: {} };
    lowerPass(op, to, false, reading, to.summedWriting(op));
  },
  styled_gradient: (op, to) => lowerPass(op, to, false, to.gradientReading(op), to.writing(op)),
  noise_gradient(op, to) {
    const [g, noiseWeight] = op.inputs;
    const [, channels, height, width] = g!.shape;
    to.step('noise_gradient', op, {
      buffers: { x: to.blocked(g!), noiseWeight: to.planar(noiseWeight!), y: to.makePlanar(op.outputs[0]) },
      writes: ['y'],
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
      writes: ['y'],
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
      writes: ['y'],
      sizes: { rows, size },
      values: { slope: op.attrs.slope },
    });
  },
  latent_gradient(op, to) {
    const [g, w, std] = op.inputs;
    const [, rows, size] = w!.shape;
    to.step('latent_gradient', op, {
      buffers: { x: to.planar(g!), w: to.planar(w!), std: to.planar(std!), y: to.makePlanar(op.outputs[0]) },
      writes: ['y'],
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
      writes: ['y'],
      sizes: {
        factor,
        small: (adjoint ? x! : y).shape[axis],
        adjoint: Number(adjoint),
        outer: axis === 2 ? c : c * h,
        inner: axis === 2 ? x!.shape[3] : 1,
      },
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
      writes: ['value', 'pairs'],
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
      writes: ['gradient'],
      sizes: { rows, size },
      flop: 6 * rows * rows * size,
    });
  },
  objective(op, to) {
    const { weights, floors } = op.attrs;
    const named = <T>(name: string, values: readonly T[]) =>
      Object.fromEntries(values.map((value, index) => [`${name}${index}`, value]));
    to.step('objective', op, {
      buffers: {
        ...named(
          'term',
          op.inputs.map((term) => to.planar(term!)),
        ),
        y: to.makePlanar(op.outputs[0]),
      },
      writes: ['y'],
      sizes: { terms: op.inputs.length },
      values: { ...named('weight', weights), ...named('floor', floors) },
    });
  },
  objective_gradient(op, to) {
    const [g, term] = op.inputs;
    to.step('objective_gradient', op, {
      buffers: { g: to.planar(g!), term: to.planar(term!), y: to.makePlanar(op.outputs[0]) },
      writes: ['y'],
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
      writes: ['parameter', 'first', 'second'],
      sizes: { kind: OPTIMISERS.indexOf(op.attrs.kind), count: floats(parameter!.shape, 'planar') },
    });
  },
  sphere(op, to) {
    const [parameter, radius] = op.inputs;
    const [, rows, h, w] = parameter!.shape;
    to.step('sphere', op, {
      buffers: { parameter: to.planar(parameter!), radius: to.planar(radius!) },
      writes: ['parameter'],
      sizes: { rows, size: h * w },
    });
  },
  keep_best(op, to) {
    const [total, best, bestStep, improved] = op.inputs.map((input) => to.planar(input!));
    to.step('keep_best', op, {
      buffers: { total, best, bestStep, improved },
      writes: ['best', 'bestStep', 'improved'],
    });
  },
  keep_if(op, to) {
    const [improved, source, kept] = op.inputs.map((input) => to.planar(input!));
    to.step('keep_if', op, { buffers: { improved, source, kept }, writes: ['kept'], sizes: { count: kept.size } });
  },
};

function lowerConv(op: Op<'conv'>, to: Lowerer): void {
  const [x, weight, coefficients, bias] = op.inputs;
  const [, , height, width] = x!.shape;
  const [o, i, k] = weight!.shape;
  const { adjoint } = op.attrs;
  const flop = 2 * o * i * k * k * height * width;
  if (k === 3) {
    const winograd = to.usesWinograd([o, i], height * width);
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
  to.step('pointwise', op, { buffers, writes: ['planar'], sizes, flop }, to.reading(op, coefficients));
}

function lowerPass(op: Op, to: Lowerer, blur: boolean, reading: Half, writing: Half): void {
  const [, channels, height, width] = op.inputs[0]!.shape;
  to.step('pass', op, { sizes: { blur: Number(blur), channels, height, width } }, reading, writing);
}

/** In the layout that the first input has: padding lanes do no harm. */
function lowerElementwise(op: Op, to: Lowerer, kernel: string, scale: number, shift: number): void {
  const [a, b] = op.inputs;
  const blocked = to.isBlocked(a!);
  const get = (tensor: Tensor) => (blocked ? to.blocked(tensor) : to.planar(tensor));
  const buffers = { a: get(a!), b: b && get(b) };
  const [output] = op.outputs;
  const y = blocked ? to.makeBlocked(output) : to.makePlanar(output);
  const sizes = { count: y.size, from: 0, to: 0 };
  to.step(kernel, op, { buffers: { ...buffers, y }, writes: ['y'], sizes, values: { scale, shift } });
}

function lowerCopy(
  op: Op,
  to: Lowerer,
  a: PlannedBuffer,
  from: number,
  y: PlannedBuffer,
  at: number,
  count: number,
): void {
  const sizes = { count, from, to: at };
  to.step('copy', op, { buffers: { a, y }, writes: ['y'], sizes, values: { scale: 1, shift: 0 } });
}

function lowerFill(op: Op, to: Lowerer, y: PlannedBuffer, at: number, count: number, shift: number): void {
  to.step('fill', op, {
    buffers: { y },
    writes: ['y'],
    sizes: { count, from: 0, to: at },
    values: { scale: 0, shift },
  });
}

function lowerPixelNorm(op: Op, to: Lowerer, x: Tensor, g: Tensor | undefined): void {
  const y = to.makePlanar(op.outputs[0]);
  const buffers = { x: to.planar(x), g: g && to.planar(g), y };
  to.step('pixel_norm', op, { buffers, writes: ['y'], sizes: { count: y.size } });
}

function lowerPixelLoss(
  op: Op,
  to: Lowerer,
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
  to.step('pixel_loss', op, { buffers, writes: ['y'], sizes });
}

/** The program of a graph. */
export function lower(graph: Graph, form: ConvolutionForm = 'auto'): ProgramPlan {
  return new Lowerer(graph, form).plan();
}
