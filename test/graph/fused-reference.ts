/** What a fused op means, in float64: its parts one after another, as plain ops. */

import { apply1 } from '../../dist/graph/build.js';
import type { FusedOp, ProgramOp, Read } from '../../dist/graph/fuse/fused-op.js';
import { elements, Graph, type Op, type Tensor } from '../../dist/graph/graph.js';
import { type NamedValues, runReference } from '../reference.js';

type Values = Map<Tensor, Float64Array>;

/** Runs ops that belong to a graph, plain or fused, and returns what every tensor holds in the end. */
export function runProgram(graph: Graph, ops: readonly (Op | ProgramOp)[], values: NamedValues): Values {
  const tensors: Values = new Map();
  for (const tensor of graph.tensors) {
    if (tensor.kind !== 'temp') tensors.set(tensor, Float64Array.from(values.get(tensor.name)!));
  }
  for (const op of ops) {
    if (op.op === 'fused') runFused(op, graph.batch, tensors);
    else runPlain(op, graph.batch, tensors);
  }
  return tensors;
}

/** One op by the reference, on a graph of its own. */
function runPlain(op: Op, batch: number, tensors: Values): void {
  const alone = new Graph(batch);
  alone.ops.push(op);
  const inputs = op.inputs.flatMap((tensor) => tensor ?? []);
  const named = new Map(inputs.map((tensor) => [tensor, { ...tensor, name: `${tensor.id}`, kind: 'input' as const }]));
  const outputs = op.outputs.map((tensor) => ({ ...tensor }));
  alone.ops[0] = { ...op, inputs: op.inputs.map((tensor) => tensor && named.get(tensor)), outputs } as Op;
  alone.tensors.push(...named.values());
  const given = new Map(inputs.map((tensor) => [`${tensor.id}`, tensors.get(tensor)!]));
  const run = runReference(alone, given);
  op.outputs.forEach((tensor, index) => {
    tensors.set(tensor, run.tensors.get(outputs[index])!);
  });
}

function runFused(op: FusedOp, batch: number, tensors: Values): void {
  const map = readMap(op.read, batch, tensors);
  const result = runCore(op, map, batch, tensors);
  const { write } = op;
  if (write.form === 'plain') {
    tensors.set(write.y, result);
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
  tensors.set(write.x, x);
  tensors.set(write.moments, first);
  tensors.set(write.coefficients, second);
}

function readMap(read: Read, batch: number, tensors: Values): Float64Array {
  const stored = tensors.get(read.x)!;
  if (read.form === 'plain') {
    if (read.x.shape[0] === batch) return stored;
    return Float64Array.from({ length: batch * stored.length }, (_, i) => stored[i % stored.length]);
  }
  const [, c, h, w] = read.x.shape;
  const size = h * w;
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
  const [moments, sums] = [tensors.get(read.moments)!, tensors.get(read.sums)!];
  const { source } = read;
  const g =
    source.kind === 'stored'
      ? tensors.get(source.g)!
      : core('conv', { adjoint: true }, source.x, tensors.get(source.x)!, [source.weight], batch, tensors);
  return stored.map((x, i) => {
    const normalised = (x - of(moments, 2, 0, i)) * of(moments, 2, 1, i);
    const centred = g[i] - of(sums, 2, 1, i) / size - (normalised * of(sums, 2, 0, i)) / size;
    return of(coefficients, 3, 1, i) * centred * (x > 0 ? 1 : read.slope);
  });
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
