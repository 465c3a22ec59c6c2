/** What a fused op means, in float64: its parts one after another, as plain ops. */

import { apply1 } from '../../dist/graph/build.js';
import { halfToNumber, numberToHalf } from '../../dist/graph/dtype.js';
import type { FusedOp, GradientSource, ProgramOp, Read, Write } from '../../dist/graph/fuse/fused-op.js';
import { elements, Graph, type Op, type Tensor } from '../../dist/graph/graph.js';
import type { RunScalars } from '../../dist/graph/ops.js';
import { type NamedValues, runReference } from '../reference.js';

type Values = Map<Tensor, Float64Array>;

/**
 * Runs ops that belong to a graph, plain or fused, and returns what every tensor holds in the end: of a tensor in half the nearest
 * halves.
 */
export function runProgram(
  graph: Graph,
  ops: readonly (Op | ProgramOp)[],
  values: NamedValues,
  scalars: Partial<RunScalars> = {},
): Values {
  const tensors: Values = new Map();
  for (const tensor of graph.tensors) {
    if (tensor.kind !== 'temp') tensors.set(tensor, stored(tensor, Float64Array.from(values.get(tensor.name)!)));
  }
  for (const op of ops.flatMap((one): readonly (Op | ProgramOp)[] => (one.op === 'joined' ? one.parts : [one]))) {
    if (op.op === 'joined') throw new Error('a joined op has none for a part');
    if (op.op === 'fused') runFused(op, graph.batch, tensors);
    else runPlain(op, graph.batch, tensors, scalars);
    for (const tensor of op.outputs) tensors.set(tensor, stored(tensor, tensors.get(tensor)!));
  }
  return tensors;
}

/** A map that kernels pass on to each other, where a convolution is one of them: in half where its weights are. */
function passedOn({ core }: FusedOp, isPassed: boolean, map: Float64Array): Float64Array {
  return isPassed && 'weight' in core ? stored(core.weight, map) : map;
}

/** Values as a tensor keeps them. */
function stored({ dtype }: Pick<Tensor, 'dtype'>, values: Float64Array): Float64Array {
  return dtype === 'f16' ? values.map((value) => halfToNumber(numberToHalf(value))) : values;
}

/** A result of a leaky ReLU as a tensor keeps it: what is positive stays so, even where it is too small for a normal half. */
function storedActivation(tensor: Tensor, values: Float64Array): Float64Array {
  const most = tensor.dtype === 'f16' ? 2 ** -14 : 0;
  return stored(
    tensor,
    values.map((value) => (value > 0 ? Math.max(value, most) : value)),
  );
}

/** One op by the reference, on a graph of its own. */
function runPlain(op: Op, batch: number, tensors: Values, scalars: Partial<RunScalars> = {}): void {
  const alone = new Graph(batch);
  alone.ops.push(op);
  const inputs = op.inputs.flatMap((tensor) => tensor ?? []);
  const named = new Map(inputs.map((tensor) => [tensor, { ...tensor, name: `${tensor.id}`, kind: 'input' as const }]));
  const outputs = op.outputs.map((tensor) => ({ ...tensor }));
  const writes = op.writes.map((tensor) => named.get(tensor)!);
  alone.ops[0] = { ...op, inputs: op.inputs.map((tensor) => tensor && named.get(tensor)), outputs, writes } as Op;
  alone.tensors.push(...named.values());
  const given = new Map(inputs.map((tensor) => [`${tensor.id}`, tensors.get(tensor)!]));
  const run = runReference(alone, given, scalars);
  op.outputs.forEach((tensor, index) => {
    tensors.set(tensor, run.tensors.get(outputs[index])!);
  });
  for (const state of op.writes) tensors.set(state, run.tensors.get(named.get(state)!)!);
}

function runFused(op: FusedOp, batch: number, tensors: Values): void {
  const { core: kernel, read, write } = op;
  const isMadeBefore = read.form === 'gradient' || read.form === 'unactivated';
  const map = passedOn(op, isMadeBefore, readMap(read, batch, tensors));
  const isBlurred = kernel.kind === 'conv_up' && kernel.blurred === true;
  const isFinished = isBlurred || write.form === 'styled' || write.form === 'summed' || write.form === 'scaled';
  const convolved = passedOn(op, isFinished, runCore(op, map, batch, tensors));
  const result = isBlurred ? blurred(op, convolved, batch, tensors) : convolved;
  if (write.form === 'plain') {
    tensors.set(write.y, result);
    return;
  }
  if (write.form === 'activated' || write.form === 'scaled') {
    if (write.form === 'activated') writeActivated(write, result, tensors);
    else writeScaled(write, result, tensors);
    return;
  }
  const [, c, h, w] = write.x.shape;
  const size = h * w;
  const [first, second] = [new Float64Array(batch * 2 * c), new Float64Array(batch * 3 * c)];
  if (write.form === 'summed') {
    if (write.y) tensors.set(write.y, result);
    const [x, moments] = [tensors.get(write.x)!, tensors.get(write.moments)!];
    result.forEach((g, i) => {
      const [n, channel] = [Math.floor(i / (c * size)), Math.floor(i / size) % c];
      const [mean, inverse] = [moments[n * 2 * c + channel], moments[(n * 2 + 1) * c + channel]];
      first[n * 2 * c + channel] += g * (x[i] - mean) * inverse;
      first[(n * 2 + 1) * c + channel] += g;
    });
    tensors.set(write.sums, first);
    const of = (values: Float64Array, rows: number, row: number, i: number) => {
      const [n, channel] = [Math.floor(i / (c * size)), Math.floor(i / size) % c];
      return values[(n * rows + row) * c + channel];
    };
    if (write.rates) {
      const a = tensors.get(write.rates.coefficients)!;
      const rates = Array.from({ length: batch * c }, (_, plane) => {
        const i = plane * size;
        const scale = of(a, 3, 1, i);
        const slope = (scale * of(moments, 2, 1, i) * of(first, 2, 0, i)) / size;
        return [of(moments, 2, 0, i), scale, (scale * of(first, 2, 1, i)) / size, slope];
      });
      tensors.set(write.rates.made, Float64Array.from(rates.flat()));
    }
    if (write.back) {
      const { back } = write;
      const a = tensors.get(back.coefficients)!;
      const gone = result.map((g, i) => {
        const normalised = (x[i] - of(moments, 2, 0, i)) * of(moments, 2, 1, i);
        const centred = g - of(first, 2, 1, i) / size - (normalised * of(first, 2, 0, i)) / size;
        return of(a, 3, 1, i) * centred * (x[i] > 0 ? 1 : back.slope);
      });
      if (back.y) tensors.set(back.y, gone);
      const blur = { adjoint: false, margin: 0 } as const;
      if (back.blurred) tensors.set(back.blurred, core('blur', blur, write.x, gone, [], batch, tensors));
    }
    return;
  }
  const [bias, style] = [tensors.get(write.bias)!, tensors.get(write.style)!];
  const x = result.map((value, i) => {
    const [n, channel] = [Math.floor(i / (c * size)), Math.floor(i / size) % c];
    const noise = write.noise
      ? tensors.get(write.noise.weight)![channel] * tensors.get(write.noise.map)![n * size + (i % size)]
      : 0;
    const sum = value + noise + bias[channel];
    return sum > 0 ? sum : write.slope * sum;
  });
  for (let plane = 0; plane < batch * c; plane++) {
    const [n, channel] = [Math.floor(plane / c), plane % c];
    const pixels = x.subarray(plane * size, (plane + 1) * size);
    const mean = pixels.reduce((sum, v) => sum + v, 0) / size;
    const inverse = 1 / Math.sqrt(pixels.reduce((sum, v) => sum + (v - mean) ** 2, 0) / size + write.epsilon);
    first[n * 2 * c + channel] = mean;
    first[(n * 2 + 1) * c + channel] = inverse;
    second[n * 3 * c + channel] = mean;
    second[(n * 3 + 1) * c + channel] = (style[n * 2 * c + channel] + 1) * inverse;
    second[(n * 3 + 2) * c + channel] = style[(n * 2 + 1) * c + channel];
  }
  // The moments are those of the values before they are rounded.
  tensors.set(write.x, storedActivation(write.x, x));
  tensors.set(write.moments, first);
  tensors.set(write.coefficients, second);
}

type Form<F extends Write['form']> = Extract<Write, { readonly form: F }>;

/** For every value of a map: its index, those of its picture's channel, of its channel, and of its pixel in the picture. */
function each({ shape }: Tensor, visit: (i: number, plane: number, channel: number, pixel: number) => void): void {
  const [n, c, h, w] = shape;
  for (let i = 0; i < n * c * h * w; i++) {
    const plane = Math.floor(i / (h * w));
    visit(i, plane, plane % c, Math.floor(plane / c) * h * w + (i % (h * w)));
  }
}

const lrelu = (x: number, slope: number) => (x > 0 ? x : x * slope);

/** The gradient of a clamped leaky ReLU whose result is y. */
const unactivated = (g: number, y: number, { slope, clamp }: { slope: number; clamp: number }) =>
  Math.abs(y) < clamp ? g * (y > 0 ? 1 : slope) : 0;

function writeActivated(write: Form<'activated'>, result: Float64Array, tensors: Values): void {
  const { factor, noise, bias, slope, clamp, y } = write;
  const values = new Float64Array(result.length);
  each(y, (i, plane, channel, pixel) => {
    const scaled = factor ? tensors.get(factor)![plane] * result[i] : result[i];
    const noisy = noise ? tensors.get(noise.weight)![channel] * tensors.get(noise.map)![pixel] : 0;
    values[i] = Math.min(clamp, Math.max(-clamp, lrelu(scaled + noisy + tensors.get(bias)![channel], slope)));
  });
  tensors.set(y, storedActivation(y, values));
}

function writeScaled(write: Form<'scaled'>, result: Float64Array, tensors: Values): void {
  const { factor, plus, y, x, sums, demodulation, back } = write;
  const [n, c] = x.shape;
  const [stored, g] = [tensors.get(x)!, new Float64Array(result.length)];
  const [products, demodulated] = [new Float64Array(n * c), new Float64Array(n * c)];
  each(x, (i, plane, channel, pixel) => {
    g[i] = (factor ? tensors.get(factor)![plane] : 1) * result[i] + (plus ? tensors.get(plus)![i] : 0);
    products[plane] += result[i] * stored[i];
    if (!demodulation) return;
    const { noise, bias, slope } = demodulation;
    const noisy = noise ? tensors.get(noise.weight)![channel] * tensors.get(noise.map)![pixel] : 0;
    const before = lrelu(stored[i], 1 / slope) - noisy - tensors.get(bias)![channel];
    demodulated[plane] +=
      (unactivated(g[i], stored[i], demodulation) * before) / tensors.get(demodulation.factor)![plane];
  });
  if (back) {
    each(x, (i, plane) => {
      g[i] = (back.factor ? tensors.get(back.factor)![plane] : 1) * unactivated(g[i], stored[i], back);
    });
  }
  if (y) tensors.set(y, g);
  if (sums) tensors.set(sums, products);
  if (demodulation) tensors.set(demodulation.sums, demodulated);
}

/** A gradient that is read: stored, or made on the spot. */
function gradientOf(source: GradientSource, batch: number, tensors: Values): Float64Array {
  if (source.kind === 'stored') return tensors.get(source.g)!;
  const { x, weight, factor } = source;
  const made = core('conv', { adjoint: true }, x, tensors.get(x)!, [weight], batch, tensors);
  const pixels = made.length / (batch * weight.shape[1]);
  return factor ? made.map((value, i) => value * tensors.get(factor)![Math.floor(i / pixels)]) : made;
}

function readMap(read: Read, batch: number, tensors: Values): Float64Array {
  const stored = tensors.get(read.x)!;
  if (read.form === 'plain') {
    if (read.x.shape[0] === batch) return stored;
    return Float64Array.from({ length: batch * stored.length }, (_, i) => stored[i % stored.length]);
  }
  const [, c, h, w] = read.x.shape;
  const size = h * w;
  if (read.form === 'scaled') return stored.map((x, i) => tensors.get(read.factor)![Math.floor(i / size)] * x);
  if (read.form === 'unactivated') {
    const g = gradientOf(read.source, batch, tensors);
    const factors = read.factor && tensors.get(read.factor)!;
    return stored.map((y, i) => (factors ? factors[Math.floor(i / size)] : 1) * unactivated(g[i], y, read));
  }
  const coefficients = tensors.get(read.coefficients)!;
  const of = (values: Float64Array, rows: number, row: number, i: number) => {
    const [n, channel] = [Math.floor(i / (c * size)), Math.floor(i / size) % c];
    return values[(n * rows + row) * c + channel];
  };
  if (read.form === 'styled') {
    return stored.map(
      (x, i) => of(coefficients, 3, 1, i) * (x - of(coefficients, 3, 0, i)) + of(coefficients, 3, 2, i),
    );
  }
  if (read.rates) {
    const [g, rates] = [gradientOf(read.source, batch, tensors), tensors.get(read.rates)!];
    return stored.map((x, i) => {
      const [mean, a, p, q] = rates.subarray(4 * Math.floor(i / size), 4 * Math.floor(i / size) + 4);
      return (a * g[i] - p - q * (x - mean)) * (x > 0 ? 1 : read.slope);
    });
  }
  const [moments, sums] = [tensors.get(read.moments)!, tensors.get(read.sums)!];
  const g = gradientOf(read.source, batch, tensors);
  return stored.map((x, i) => {
    const normalised = (x - of(moments, 2, 0, i)) * of(moments, 2, 1, i);
    const centred = g[i] - of(sums, 2, 1, i) / size - (normalised * of(sums, 2, 0, i)) / size;
    return of(coefficients, 3, 1, i) * centred * (x > 0 ? 1 : read.slope);
  });
}

/** What an upsampling convolution made, blurred. */
function blurred({ core: up, read }: FusedOp, map: Float64Array, batch: number, tensors: Values): Float64Array {
  if (up.kind !== 'conv_up') return map;
  const [n, , h, w] = read.x.shape;
  const like = { ...read.x, shape: [n, up.weight.shape[0], 2 * (h + up.margin), 2 * (w + up.margin)] as const };
  return core('blur', { adjoint: false, margin: up.margin }, like, map, [], batch, tensors);
}

function runCore(op: FusedOp, map: Float64Array, batch: number, tensors: Values): Float64Array {
  switch (op.core.kind) {
    case 'none':
      return map;
    case 'blur':
      return core('blur', { adjoint: op.core.adjoint, margin: op.core.margin }, op.read.x, map, [], batch, tensors);
    case 'conv_up': {
      const { adjoint, margin, weight } = op.core;
      return core('conv_up', { adjoint, margin }, op.read.x, map, [weight], batch, tensors);
    }
    default: {
      const { weight, adjoint } = op.core;
      const bias = op.core.kind === 'conv1x1' ? op.core.bias : undefined;
      return core('conv', { adjoint }, op.read.x, map, bias ? [weight, bias] : [weight], batch, tensors);
    }
  }
}

/** An op on a map that has no tensor: `like` has its shape. */
function core(
  name: 'conv' | 'conv_up' | 'blur',
  attrs: { readonly adjoint: boolean; readonly margin?: 0 | 1 },
  like: Tensor,
  map: Float64Array,
  constants: readonly Tensor[],
  batch: number,
  tensors: Values,
): Float64Array {
  const graph = new Graph(batch);
  const [, c, h, w] = like.shape;
  const x = graph.input('map', [c, h, w]);
  const values = new Map([['map', map]]);
  const weights = constants.map((tensor) => {
    values.set(tensor.name, tensors.get(tensor)!);
    return graph.constant(tensor.name, tensor.shape);
  });
  if (map.length !== elements(x.shape)) throw new Error(`${like.name}: ${map.length} values`);
  const y = apply1(graph, name, [x, ...weights], attrs as never);
  return runReference(graph, values).tensors.get(y)!;
}
