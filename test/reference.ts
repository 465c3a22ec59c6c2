/**
 * What every op means, in float64: plain loops over the definitions of `src/graph/ops.ts`, slow and obvious.
 *
 * An adjoint op walks the very loop of its forward op and swaps what is read and what is added to, so that it shares
 * nothing with kernels that gather.
 */

import { bicubicTaps, reflectBefore } from '../dist/graph/bicubic.js';
import { elements, type Graph, type Op, type Shape, type Tensor } from '../dist/graph/graph.js';
import type { Margin, OpName, RunScalars } from '../dist/graph/ops.js';

/** Values by name: of all constants, inputs and states of a graph. */
export type NamedValues = ReadonlyMap<string, Float64Array | Float32Array>;

/** What one run of a graph leaves behind. */
export interface ReferenceRun {
  /** Every tensor; states as they are at the end. */
  readonly tensors: ReadonlyMap<Tensor, Float64Array>;
  /** An output, or an input, state or constant, by name; what an executable would read. */
  read(name: string): Float64Array;
}

/** One op at work: its operands by their place in `op.inputs`. */
interface Operands {
  readonly scalars: Partial<RunScalars>;
  /** Values of an input, which must be there. */
  value(index: number): Float64Array;
  /** Values of an input, if it is there. */
  optional(index: number): Float64Array | undefined;
  shape(index: number): Shape;
  /** Gives a state its new values. */
  write(index: number, values: Float64Array): void;
}

type Interpreters = { [N in OpName]: (op: Op<N>, operands: Operands) => Float64Array[] };

/**
 * Runs a graph once. `values` is not changed: states are copied, and their new values are in the result.
 *
 * @param change may alter the results of an op before they are used
 * @throws Error when a constant, an input or a state is missing or of the wrong length
 */
export function runReference(
  graph: Graph,
  values: NamedValues,
  scalars: Partial<RunScalars> = {},
  change: (op: Op, results: Float64Array[]) => void = () => undefined,
): ReferenceRun {
  const tensors = new Map<Tensor, Float64Array>();
  for (const tensor of graph.tensors) {
    if (tensor.kind === 'temp') continue;
    const given = values.get(tensor.name);
    if (!given) throw new Error(`no values for ${tensor.kind} ${tensor.name}`);
    if (given.length !== elements(tensor.shape)) {
      throw new Error(`${tensor.name}: ${given.length} values instead of ${elements(tensor.shape)}`);
    }
    tensors.set(tensor, Float64Array.from(given));
  }
  for (const op of graph.ops) {
    const operands: Operands = {
      scalars,
      value: (index) => tensors.get(op.inputs[index]!)!,
      optional: (index) => (op.inputs[index] ? tensors.get(op.inputs[index]) : undefined),
      shape: (index) => op.inputs[index]!.shape,
      write(index, written) {
        if (!op.writes.includes(op.inputs[index]!)) throw new Error(`${op.op} does not write input ${index}`);
        tensors.set(op.inputs[index]!, written);
      },
    };
    const interpret = interpreters[op.op] as (op: Op, operands: Operands) => Float64Array[];
    const results = interpret(op, operands);
    change(op, results);
    op.outputs.forEach((output, index) => {
      if (results[index]?.length !== elements(output.shape)) throw new Error(`${op.op}: output ${index} has no values`);
      tensors.set(output, results[index]);
    });
  }
  return {
    tensors,
    read(name) {
      const tensor = graph.outputs.get(name) ?? graph.find(name);
      const found = tensor && tensors.get(tensor);
      if (!found) throw new Error(`nothing is named ${name}`);
      return found;
    },
  };
}

/** The sample that stands at `position` when N samples are reflected again and again at both ends. */
export function reflect(position: number, size: number): number {
  if (size === 1) return 0;
  const period = 2 * (size - 1);
  const phase = ((position % period) + period) % period;
  return phase < size ? phase : period - phase;
}

const at = (shape: Shape, n: number, c: number, y = 0, x = 0): number =>
  ((n * shape[1] + c) * shape[2] + y) * shape[3] + x;

const clamped = (x: number, clamp: number): number => Math.min(clamp, Math.max(-clamp, x));

const slopeAt = (x: number, slope: number): number => (x > 0 ? 1 : slope);

/** Calls `visit` for every element of a shape, in the order of memory. */
function each(shape: Shape, visit: (index: number, n: number, c: number, y: number, x: number) => void): void {
  let index = 0;
  for (let n = 0; n < shape[0]; n++) {
    for (let c = 0; c < shape[1]; c++) {
      for (let y = 0; y < shape[2]; y++) {
        for (let x = 0; x < shape[3]; x++) visit(index++, n, c, y, x);
      }
    }
  }
}

/** A linear map at work: what it reads, and what it adds to. */
interface LinearMap {
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly adjoint: boolean;
}

/** Adds one product of a map, y[to] += weight·x[from], or of its adjoint, y[from] += weight·x[to]. */
function add({ x, y, adjoint }: LinearMap, from: number, to: number, weight: number): void {
  if (adjoint) y[from] += weight * x[to];
  else y[to] += weight * x[from];
}

/** All products of a map whose input, not its adjoint's, has that shape. */
type Products = (map: LinearMap, input: Shape) => void;

/** The weights of a convolution, [outputs, inputs, kernel, kernel]. */
interface Weights {
  readonly shape: Shape;
  readonly values: Float64Array;
}

function convProducts(map: LinearMap, input: Shape, weight: Weights): void {
  const [n, channels, height, width] = input;
  const [outputs, , kernel] = weight.shape;
  const output: Shape = [n, outputs, height, width];
  const padding = (kernel - 1) / 2;
  each(output, (to, n, o, y, x) => {
    for (let i = 0; i < channels; i++) {
      const [first, firstWeight] = [at(input, n, i), at(weight.shape, o, i)];
      for (let ky = 0; ky < kernel; ky++) {
        for (let kx = 0; kx < kernel; kx++) {
          const fromY = y + ky - padding;
          const fromX = x + kx - padding;
          if (fromY < 0 || fromY >= height || fromX < 0 || fromX >= width) continue;
          add(map, first + fromY * width + fromX, to, weight.values[firstWeight + ky * kernel + kx]);
        }
      }
    }
  });
}

function convUpProducts(margin: Margin, map: LinearMap, input: Shape, weight: Weights): void {
  const [n, , height, width] = input;
  const [outputs] = weight.shape;
  const [largeHeight, largeWidth] = [2 * (height + margin), 2 * (width + margin)];
  const output: Shape = [n, outputs, largeHeight, largeWidth];
  each(input, (from, n, i, y, x) => {
    for (let o = 0; o < outputs; o++) {
      const [first, firstWeight] = [at(output, n, o), at(weight.shape, o, i)];
      for (let ky = 0; ky < 4; ky++) {
        for (let kx = 0; kx < 4; kx++) {
          const toY = 2 * y + ky - 1 + margin;
          const toX = 2 * x + kx - 1 + margin;
          if (toY < 0 || toY >= largeHeight || toX < 0 || toX >= largeWidth) continue;
          add(map, from, first + toY * largeWidth + toX, weight.values[firstWeight + ky * 4 + kx]);
        }
      }
    }
  });
}

function blurProducts(margin: Margin, map: LinearMap, input: Shape): void {
  const [pictures, channels, height, width] = input;
  const output: Shape = [pictures, channels, height - 2 * margin, width - 2 * margin];
  const taps = [1 / 4, 1 / 2, 1 / 4];
  each(output, (to, n, c, y, x) => {
    for (let ky = 0; ky < 3; ky++) {
      for (let kx = 0; kx < 3; kx++) {
        const [fromY, fromX] = [y + ky - 1 + margin, x + kx - 1 + margin];
        if (fromY < 0 || fromY >= height || fromX < 0 || fromX >= width) continue;
        add(map, at(input, n, c, fromY, fromX), to, taps[ky] * taps[kx]);
      }
    }
  });
}

/** The definition of a FIR filter after zeros were put between samples: sample k of a pair stands at 2·y, tap by tap. */
function upsampleProducts(map: LinearMap, input: Shape): void {
  const [pictures, channels, height, width] = input;
  const output: Shape = [pictures, channels, 2 * height, 2 * width];
  const taps = [1 / 4, 3 / 4, 3 / 4, 1 / 4];
  each(output, (to, n, c, y, x) => {
    for (let ky = 0; ky < 4; ky++) {
      for (let kx = 0; kx < 4; kx++) {
        // Two zeros stand before the first sample.
        const [spacedY, spacedX] = [y + ky - 2, x + kx - 2];
        if (spacedY < 0 || spacedX < 0 || spacedY % 2 || spacedX % 2) continue;
        if (spacedY >= 2 * height || spacedX >= 2 * width) continue;
        add(map, at(input, n, c, spacedY / 2, spacedX / 2), to, taps[ky] * taps[kx]);
      }
    }
  });
}

function bicubicProducts(axis: 2 | 3, factor: number, map: LinearMap, input: Shape): void {
  const output = [...input] as [number, number, number, number];
  output[axis] /= factor;
  const taps = bicubicTaps(factor);
  each(output, (to, n, c, y, x) => {
    for (let tap = 0; tap < taps.length; tap++) {
      const position = (axis === 2 ? y : x) * factor + tap - reflectBefore(factor);
      const sample = reflect(position, input[axis]);
      const from = axis === 2 ? at(input, n, c, sample, x) : at(input, n, c, y, sample);
      add(map, from, to, taps[tap]);
    }
  });
}

/** A linear map of one tensor without weights, in either direction: adjoint maps read what the others write. */
function filter(products: Products, op: Op, { value, shape }: Operands, adjoint: boolean): Float64Array[] {
  const output = op.outputs[0].shape;
  const y = new Float64Array(elements(output));
  products({ x: value(0), y, adjoint }, adjoint ? output : shape(0));
  return [y];
}

/** conv or conv_up, in either direction. */
function convolve(
  products: typeof convProducts,
  op: Op<'conv'> | Op<'conv_up'>,
  operands: Operands,
  bias: Float64Array | undefined,
): Float64Array[] {
  const { adjoint } = op.attrs;
  const output = op.outputs[0].shape;
  const y = new Float64Array(elements(output));
  const weight = { shape: operands.shape(1), values: operands.value(1) };
  products({ x: operands.value(0), y, adjoint }, adjoint ? output : operands.shape(0), weight);
  if (bias) {
    each(output, (index, _n, c) => {
      y[index] += bias[c];
    });
  }
  return [y];
}

/** The values of one picture after another: `visit(n, first index, values per picture)`. */
function eachPicture(shape: Shape, visit: (n: number, first: number, size: number) => void): void {
  const size = elements(shape.slice(1));
  for (let n = 0; n < shape[0]; n++) visit(n, n * size, size);
}

/** The pixels of one channel of one picture after another: `visit(first index, pixels)`. */
function eachChannel(shape: Shape, visit: (first: number, size: number) => void): void {
  const size = shape[2] * shape[3];
  for (let channel = 0; channel < shape[0] * shape[1]; channel++) visit(channel * size, size);
}

/** Mean and √(variance + ε). */
function momentsOf(values: Float64Array, epsilon: number): [mean: number, deviation: number] {
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
  const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length;
  return [mean, Math.sqrt(variance + epsilon)];
}

function scalar(operands: Operands, name: keyof RunScalars): number {
  const value = operands.scalars[name];
  if (value === undefined) throw new Error(`the run lacks the scalar ${name}`);
  return value;
}

const interpreters: Interpreters = {
  conv: (op, operands) => convolve(convProducts, op, operands, operands.optional(2)),
  conv_up: (op, operands) => convolve((...rest) => convUpProducts(op.attrs.margin, ...rest), op, operands, undefined),
  blur: (op, operands) => filter((...rest) => blurProducts(op.attrs.margin, ...rest), op, operands, op.attrs.adjoint),
  upsample: (op, operands) => filter(upsampleProducts, op, operands, op.attrs.adjoint),

  repeat(op, { value }) {
    const y = new Float64Array(elements(op.outputs[0].shape));
    eachPicture(op.outputs[0].shape, (_n, first) => {
      y.set(value(0), first);
    });
    return [y];
  },

  add_noise(_op, { value, shape }) {
    const [x, noise, weight] = [value(0), value(1), value(2)];
    const y = new Float64Array(x.length);
    each(shape(0), (index, n, c, row, column) => {
      y[index] = x[index] + weight[c] * noise[at(shape(1), n, 0, row, column)];
    });
    return [y];
  },

  bias_act(op, { value, shape }) {
    const y = new Float64Array(value(0).length);
    each(shape(0), (index, _n, c) => {
      const sum = value(0)[index] + value(1)[c];
      y[index] = clamped(sum * slopeAt(sum, op.attrs.slope), op.attrs.clamp);
    });
    return [y];
  },

  instance_norm(op, { value, shape }) {
    const y = Float64Array.from(value(0));
    eachChannel(shape(0), (first, size) => {
      const map = y.subarray(first, first + size);
      const [mean, deviation] = momentsOf(map, op.attrs.epsilon);
      map.forEach((x, i) => {
        map[i] = (x - mean) / deviation;
      });
    });
    return [y];
  },

  instance_norm_gradient(op, { value, shape }) {
    const result = Float64Array.from(value(0));
    eachChannel(shape(0), (first, size) => {
      const g = result.subarray(first, first + size);
      const x = value(1).subarray(first, first + size);
      const [mean, deviation] = momentsOf(x, op.attrs.epsilon);
      let [sum, products] = [0, 0];
      x.forEach((v, i) => {
        sum += g[i];
        products += (g[i] * (v - mean)) / deviation;
      });
      x.forEach((v, i) => {
        const normalised = (v - mean) / deviation;
        g[i] = (g[i] - sum / size - (normalised * products) / size) / deviation;
      });
    });
    return [result];
  },

  modulate(_op, { value, shape }) {
    const y = new Float64Array(value(0).length);
    each(shape(0), (index, n, c) => {
      const [scale, shift] = [0, 1].map((row) => value(1)[at(shape(1), n, row, c)]);
      y[index] = (scale + 1) * value(0)[index] + shift;
    });
    return [y];
  },

  modulate_gradient(_op, { value, shape }) {
    const result = new Float64Array(value(0).length);
    each(shape(0), (index, n, c) => {
      result[index] = (value(1)[at(shape(1), n, 0, c)] + 1) * value(0)[index];
    });
    return [result];
  },

  modulate_sums(op, { value, shape }) {
    const [g, x] = [value(0), value(1)];
    const pairs = op.outputs[0].shape;
    const sums = new Float64Array(elements(pairs));
    each(shape(0), (index, n, c) => {
      sums[at(pairs, n, 0, c)] += g[index] * x[index];
      sums[at(pairs, n, 1, c)] += g[index];
    });
    return [sums];
  },

  scale(_op, { value, shape }) {
    const y = new Float64Array(value(0).length);
    each(shape(0), (index, n, c) => {
      y[index] = value(1)[at(shape(1), n, c)] * value(0)[index];
    });
    return [y];
  },

  scale_sums(op, { value, shape }) {
    const sums = new Float64Array(elements(op.outputs[0].shape));
    each(shape(0), (index, n, c) => {
      sums[at(op.outputs[0].shape, n, c)] += value(0)[index] * value(1)[index];
    });
    return [sums];
  },

  demodulate(op, { value, shape }) {
    const [style, squares] = [value(0), value(1)];
    const [outputs, inputs] = shape(1);
    const d = new Float64Array(elements(op.outputs[0].shape));
    each(op.outputs[0].shape, (_index, n, o) => {
      let sum = op.attrs.epsilon;
      for (let i = 0; i < inputs; i++) sum += squares[o * inputs + i] * style[n * inputs + i] ** 2;
      d[n * outputs + o] = 1 / Math.sqrt(sum);
    });
    return [d];
  },

  demodulate_gradient(op, { value, shape }) {
    const [g, d, style, squares] = [0, 1, 2, 3].map(value);
    const [outputs, inputs] = shape(3);
    const result = new Float64Array(elements(op.outputs[0].shape));
    each(op.outputs[0].shape, (index, n, i) => {
      for (let o = 0; o < outputs; o++) {
        result[index] -= style[index] * squares[o * inputs + i] * g[n * outputs + o] * d[n * outputs + o] ** 3;
      }
    });
    return [result];
  },

  noise_gradient(op, { value, shape }) {
    const [g, noiseWeight] = [value(0), value(1)];
    const output = op.outputs[0].shape;
    const result = new Float64Array(elements(output));
    each(shape(0), (index, n, c, row, column) => {
      result[at(output, n, 0, row, column)] += noiseWeight[c] * g[index];
    });
    return [result];
  },

  linear(op, { value, optional, shape }) {
    const { adjoint, slope } = op.attrs;
    const [x, weight, bias] = [value(0), value(1), optional(2)];
    const [m, k] = shape(1);
    const [from, to] = adjoint ? [m, k] : [k, m];
    const y = new Float64Array(elements(op.outputs[0].shape));
    for (let n = 0; n < shape(0)[0]; n++) {
      for (let row = 0; row < m; row++) {
        for (let column = 0; column < k; column++) {
          const w = weight[row * k + column];
          if (adjoint) y[n * to + column] += w * x[n * from + row];
          else y[n * to + row] += w * x[n * from + column];
        }
      }
      for (let j = 0; j < to; j++) {
        const sum = y[n * to + j] + (bias ? bias[j] : 0);
        y[n * to + j] = sum * slopeAt(sum, slope);
      }
    }
    return [y];
  },

  lrelu_gradient: (op, { value }) => [
    value(0).map((g, index) => {
      const y = value(1)[index];
      return Math.abs(y) < op.attrs.clamp ? g * slopeAt(y, op.attrs.slope) : 0;
    }),
  ],

  pixel_norm(_op, { value, shape }) {
    const x = value(0);
    const y = new Float64Array(x.length);
    eachPicture(shape(0), (_n, first, size) => {
      let squares = 0;
      for (let i = first; i < first + size; i++) squares += x[i] ** 2;
      for (let i = first; i < first + size; i++) y[i] = x[i] / Math.sqrt(squares / size + 1e-8);
    });
    return [y];
  },

  pixel_norm_gradient(_op, { value, shape }) {
    const [g, x] = [value(0), value(1)];
    const result = new Float64Array(x.length);
    eachPicture(shape(1), (_n, first, size) => {
      let [squares, dot] = [0, 0];
      for (let i = first; i < first + size; i++) {
        squares += x[i] ** 2;
        dot += g[i] * x[i];
      }
      const r = 1 / Math.sqrt(squares / size + 1e-8);
      for (let i = first; i < first + size; i++) result[i] = r * g[i] - (r ** 3 * x[i] * dot) / size;
    });
    return [result];
  },

  rows(op, { value, shape }) {
    const [pictures, depth, size] = shape(0);
    return op.outputs.map((_output, row) => {
      const result = new Float64Array(pictures * size);
      for (let n = 0; n < pictures; n++) {
        for (let i = 0; i < size; i++) result[n * size + i] = value(0)[at(shape(0), n, depth === 1 ? 0 : row, i)];
      }
      return result;
    });
  },

  stack(op, { optional }) {
    const output = op.outputs[0].shape;
    const result = new Float64Array(elements(output));
    each(output, (index, n, row, i) => {
      result[index] = optional(row)?.[n * output[2] + i] ?? 0;
    });
    return [result];
  },

  add: (_op, { value }) => [value(0).map((a, index) => a + value(1)[index])],
  affine: (op, { value }) => [value(0).map((x) => op.attrs.scale * x + op.attrs.shift)],
  fill: (op) => [new Float64Array(elements(op.outputs[0].shape)).fill(op.attrs.value)],

  latent_to_w(op, { value, shape }) {
    const [v, mean, std] = [value(0), value(1), value(2)];
    const w = new Float64Array(v.length);
    each(shape(0), (index, _n, _row, i) => {
      const sum = v[index] * std[i] + mean[i];
      w[index] = sum * slopeAt(sum, op.attrs.slope);
    });
    return [w];
  },

  latent_gradient(op, { value, shape }) {
    const [g, w, std] = [value(0), value(1), value(2)];
    const result = new Float64Array(g.length);
    each(shape(0), (index, _n, _row, i) => {
      result[index] = g[index] * std[i] * slopeAt(w[index], op.attrs.slope);
    });
    return [result];
  },

  bicubic(op, operands) {
    const { axis, factor, adjoint } = op.attrs;
    return filter((...rest) => bicubicProducts(axis, factor, ...rest), op, operands, adjoint);
  },

  pixel_loss(op, { value, shape }) {
    const [x, target] = [value(0), value(1)];
    const loss = new Float64Array(shape(0)[0]);
    eachPicture(shape(0), (n, first, size) => {
      for (let i = first; i < first + size; i++) {
        const difference = x[i] - target[i];
        loss[n] += op.attrs.term === 'L2' ? difference ** 2 / size : (10 * Math.abs(difference)) / size;
      }
    });
    return [loss];
  },

  pixel_loss_gradient(op, { value, shape }) {
    const [g, x, target] = [value(0), value(1), value(2)];
    const result = new Float64Array(x.length);
    eachPicture(shape(1), (n, first, size) => {
      for (let i = first; i < first + size; i++) {
        const difference = x[i] - target[i];
        result[i] = (g[n] * (op.attrs.term === 'L2' ? 2 * difference : 10 * Math.sign(difference))) / size;
      }
    });
    return [result];
  },

  geocross(_op, { value, shape }) {
    const w = value(0);
    const [pictures, depth, size] = shape(0);
    const losses = new Float64Array(pictures);
    const pairs = new Float64Array(pictures * 2 * depth * depth);
    for (let n = 0; n < pictures; n++) {
      for (let i = 0; i < depth; i++) {
        for (let j = 0; j < depth; j++) {
          let [minus, plus] = [1e-9, 1e-9];
          for (let k = 0; k < size; k++) {
            const [x, y] = [w[at(shape(0), n, i, k)], w[at(shape(0), n, j, k)]];
            minus += (x - y) ** 2;
            plus += (x + y) ** 2;
          }
          const [a, b] = [Math.sqrt(minus), Math.sqrt(plus)];
          const angle = 2 * Math.atan2(a, b);
          const share = size / 8 / depth ** 2;
          losses[n] += angle ** 2 * share;
          // d atan2(a, b) = (b·da − a·db)/(a² + b²)
          const slope = (2 * angle * share * 2) / (a ** 2 + b ** 2);
          pairs[at([pictures, 2, depth, depth], n, 0, i, j)] = (slope * b) / a;
          pairs[at([pictures, 2, depth, depth], n, 1, i, j)] = (-slope * a) / b;
        }
      }
    }
    return [losses, pairs];
  },

  geocross_gradient(_op, { value, shape }) {
    const [g, w, pairs] = [value(0), value(1), value(2)];
    const [pictures, depth, size] = shape(1);
    const result = new Float64Array(w.length);
    for (let n = 0; n < pictures; n++) {
      for (let i = 0; i < depth; i++) {
        for (let j = 0; j < depth; j++) {
          const byMinus = pairs[at(shape(2), n, 0, i, j)];
          const byPlus = pairs[at(shape(2), n, 1, i, j)];
          for (let k = 0; k < size; k++) {
            // The pair (i, j) pulls at both its rows: dA = (x − y)·(dx − dy)/A, dB = (x + y)·(dx + dy)/B.
            const [x, y] = [at(shape(1), n, i, k), at(shape(1), n, j, k)];
            const [minus, plus] = [byMinus * (w[x] - w[y]), byPlus * (w[x] + w[y])];
            result[x] += g[n] * (plus + minus);
            result[y] += g[n] * (plus - minus);
          }
        }
      }
    }
    return [result];
  },

  objective(op, { value, shape }) {
    const total = new Float64Array(shape(0)[0]);
    op.attrs.weights.forEach((weight, term) => {
      for (let n = 0; n < total.length; n++) total[n] += weight * Math.max(value(term)[n], op.attrs.floors[term]);
    });
    return [total];
  },

  objective_gradient: (op, { value }) => [
    value(0).map((g, n) => g * op.attrs.weight * (value(1)[n] >= op.attrs.floor ? 1 : 0)),
  ],

  optimise(op, operands) {
    const { value, write } = operands;
    const rate = scalar(operands, 'rate');
    const [param, g] = [value(0), value(1)];
    if (op.attrs.kind === 'sgd') {
      write(
        0,
        param.map((p, i) => p - rate * g[i]),
      );
      return [];
    }
    const keep = 0.9;
    const first = value(2).map((m, i) => (op.attrs.kind === 'sgdm' ? keep * m + g[i] : keep * m + (1 - keep) * g[i]));
    write(2, first);
    if (op.attrs.kind === 'sgdm') {
      write(
        0,
        param.map((p, i) => p - rate * first[i]),
      );
      return [];
    }
    const [keepSecond, epsilon] = [0.999, 1e-8];
    if (op.attrs.kind === 'adamax') {
      const second = value(3).map((u, i) => Math.max(keepSecond * u, Math.abs(g[i]) + epsilon));
      write(3, second);
      write(
        0,
        param.map((p, i) => p - (rate * first[i]) / second[i]),
      );
      return [];
    }
    const rootCorrection = scalar(operands, 'rootCorrection');
    const second = value(3).map((v, i) => keepSecond * v + (1 - keepSecond) * g[i] ** 2);
    write(3, second);
    write(
      0,
      param.map((p, i) => p - (rate * first[i]) / (Math.sqrt(second[i]) / rootCorrection + epsilon)),
    );
    return [];
  },

  sphere(_op, { value, shape, write }) {
    const [pictures, rows, height, width] = shape(0);
    const param = Float64Array.from(value(0));
    for (let row = 0; row < pictures * rows; row++) {
      const values = param.subarray(row * height * width, (row + 1) * height * width);
      const norm = Math.sqrt(values.reduce((sum, v) => sum + v * v, 0) + 1e-9);
      values.forEach((v, i) => {
        values[i] = (v * value(1)[row]) / norm;
      });
    }
    write(0, param);
    return [];
  },

  keep_best(op, operands) {
    const { value, write } = operands;
    const step = scalar(operands, 'step');
    const near = value(1).map((distance) => (distance <= op.attrs.eps ? 1 : 0));
    const improved = value(0).map((total, n) => {
      const [best, within] = [value(2)[n], value(3)[n]];
      if (near[n] > within) return Number.isFinite(total) ? 1 : 0;
      return near[n] === within && total < best ? 1 : 0;
    });
    const kept = (state: number, now: (n: number) => number) =>
      value(state).map((before, n) => (improved[n] ? now(n) : before));
    const [best, within, bestStep] = [kept(2, (n) => value(0)[n]), kept(3, (n) => near[n]), kept(4, () => step)];
    write(2, best);
    write(3, within);
    write(4, bestStep);
    write(5, improved);
    return [];
  },

  keep_if(_op, { value, shape, write }) {
    const kept = Float64Array.from(value(2));
    eachPicture(shape(2), (n, first, size) => {
      if (value(0)[n]) kept.set(value(1).subarray(first, first + size), first);
    });
    write(2, kept);
    return [];
  },
};
