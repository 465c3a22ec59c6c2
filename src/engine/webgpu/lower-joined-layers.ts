// Styles and demodulation of all layers at once: many matrices times vectors, in one launch (shaders/lib/dense-jobs.wgsl).

import { sumsOfProducts } from '../../graph/fuse/join-layers.js';
import type { JoinedOp } from '../../graph/fuse/joined-op.js';
import { elements, isOp, type Op, type Tensor } from '../../graph/graph.js';
import type { Binding, Dispatch } from './dispatch.js';
import { DENSE } from './lower-latent.js';
import { bind, bindTogether, size } from './lowering.js';
import { linearColumns, packedWeight, plainWeight } from './pack.js';
import { bitsOf } from './words.js';

type PlaceOf = (tensor: Tensor) => number;

/** A product that a result is a sum of. */
interface Product {
  readonly weight: Tensor;
  readonly adjoint: boolean;
  /** Where the vector of the first picture lies, in elements; and how far that of the next. */
  readonly x: (placeOf: PlaceOf) => number;
  /** Kernels differ in what they take for the second word of a product's place. */
  readonly second: (placeOf: PlaceOf) => number;
}

/** A vector that a kernel makes of products. */
interface Result {
  readonly count: number;
  readonly y: (placeOf: PlaceOf) => number;
  /** How far the vector of the next picture lies. */
  readonly stride: number;
  readonly products: readonly Product[];
  /** Two words for the kernel. */
  readonly own: (placeOf: PlaceOf) => readonly [number, number];
}

/** One launch for all results, and what it binds beside `bindings`. */
function dense(kernel: string, results: readonly Result[], bindings: Readonly<Record<string, Binding>>): Dispatch {
  const products = results.flatMap((result) => result.products);
  const weights = products.map(({ weight, adjoint }) => packedWeight(weight, linearColumns, adjoint));
  const blocks = results.map(({ count }) => Math.ceil(count / (4 * DENSE.QUADS)));
  const groups = blocks.reduce((sum, count) => sum + count, 0);
  return {
    kernel,
    overrides: DENSE,
    bindings: {
      ...bindings,
      weights: weights.length > 0 ? { kind: 'weights', weights } : bind(undefined),
      jobs: { kind: 'places', make: (placeOf) => jobsOf(results, blocks, groups, placeOf) },
    },
    groups: [groups, 1],
    flop: products.reduce((sum, { weight }) => sum + 2 * elements(weight.shape), 0),
  };
}

/** The words of lib/dense-jobs.wgsl: eight for each workgroup, then four for each product. */
function jobsOf(results: readonly Result[], blocks: readonly number[], groups: number, placeOf: PlaceOf): Uint32Array {
  const jobs: number[] = [];
  const products: number[] = [];
  let weights = 0;
  results.forEach((result, index) => {
    const first = 2 * groups + products.length / 4;
    for (const { weight, adjoint, x, second } of result.products) {
      const [m, k] = weight.shape;
      const [into, out] = adjoint ? [m, k] : [k, m];
      products.push(weights, into, x(placeOf), second(placeOf));
      weights += into * Math.ceil(out / 4);
    }
    for (let block = 0; block < blocks[index]; block++) {
      const { count, stride, y, own } = result;
      jobs.push(block * DENSE.QUADS, count, y(placeOf), stride, first, result.products.length, ...own(placeOf));
    }
  });
  return Uint32Array.from([...jobs, ...products]);
}

/** The styles of all layers, from the rows of w. */
export function lowerStyles({ parts }: JoinedOp): Dispatch[] {
  const rows = (parts as readonly Op[]).find((op) => isOp(op, 'rows'))!;
  const linears = (parts as readonly Op[]).filter((op) => isOp(op, 'linear'));
  const [w] = rows.inputs as [Tensor];
  const [, count, d] = w.shape;
  const biases = linears.flatMap(({ inputs: [, , bias] }) => bias ?? []);
  let bias = 1;
  const results = linears.map((op): Result => {
    const row = count === 1 ? 0 : rows.outputs.indexOf(op.inputs[0]!) * d;
    const weight = op.inputs[1] as Tensor;
    const [y] = op.outputs;
    const from = op.inputs[2] ? bias : 0;
    if (op.inputs[2]) bias += size(y);
    return {
      count: size(y),
      y: (placeOf) => placeOf(y),
      stride: size(y),
      products: [{ weight, adjoint: false, x: () => row, second: () => size(w) }],
      own: () => [from, 0],
    };
  });
  return [
    dense('products', results, {
      x: bind(w),
      bias: biases.length > 0 ? { kind: 'weights', weights: biases.map(plainWeight) } : bind(undefined),
      y: bindTogether(linears.map(({ outputs: [y] }) => y)),
    }),
  ];
}

/** What comes back from the styles of all layers to the rows of w. */
export function lowerStyleGradients(op: JoinedOp): Dispatch[] {
  const [y] = op.outputs;
  const sums = sumsOfProducts(op);
  const count = size(y) / sums.length;
  const gradients = sums.flatMap((products) => products.map(({ inputs: [g] }) => g!));
  const results = sums.map(
    (products, row): Result => ({
      count,
      y: () => row * count,
      stride: size(y),
      products: products.map(({ inputs: [g, weight] }) => ({
        weight: weight!,
        adjoint: true,
        x: (placeOf) => placeOf(g!),
        second: () => size(g!),
      })),
      own: () => [0, 0],
    }),
  );
  return [dense('products', results, { x: bindTogether(gradients), bias: bind(undefined), y: bind(y) })];
}

/** The demodulating factors of all layers. */
export function lowerDemodulations({ parts }: JoinedOp): Dispatch[] {
  const all = (parts as readonly Op[]).filter((op) => isOp(op, 'demodulate'));
  const results = all.map(({ inputs, outputs: [y], attrs }): Result => {
    const [style, squares] = inputs as [Tensor, Tensor];
    return {
      count: size(y),
      y: (placeOf) => placeOf(y),
      stride: size(y),
      products: [{ weight: squares, adjoint: false, x: (placeOf) => placeOf(style), second: () => size(style) }],
      own: () => [0, bitsOf(attrs.epsilon)],
    };
  });
  const styles = bindTogether(all.map(({ inputs: [style] }) => style!));
  return [dense('demodulations', results, { styles, factors: bindTogether(all.map(({ outputs: [y] }) => y)) })];
}

/** What comes back from the factors of all layers to their styles, added to what came back to those before. */
export function lowerDemodulationGradients({ parts }: JoinedOp): Dispatch[] {
  const all = (parts as readonly Op[]).filter((op) => isOp(op, 'demodulate_gradient'));
  const adds = (parts as readonly Op[]).filter((op) => isOp(op, 'add'));
  const made = all.map(({ inputs, outputs: [gradient] }) => {
    const [g, factor, style, squares] = inputs as [Tensor, Tensor, Tensor, Tensor];
    const add = adds.find((op) => op.inputs.includes(gradient));
    const plus = add?.inputs.find((tensor) => tensor !== gradient);
    return { g, factor, style, squares, plus, y: add?.outputs[0] ?? gradient };
  });
  const results = made.map(
    ({ g, factor, style, squares, plus, y }): Result => ({
      count: size(y),
      y: (placeOf) => placeOf(y),
      stride: size(y),
      products: [{ weight: squares, adjoint: true, x: (placeOf) => placeOf(g), second: (placeOf) => placeOf(factor) }],
      own: (placeOf) => [placeOf(style), plus ? placeOf(plus) + 1 : 0],
    }),
  );
  const added = made.flatMap(({ plus }) => plus ?? []);
  return [
    dense('demodulation_gradients', results, {
      gradients: bindTogether(made.map(({ g }) => g)),
      factors: bindTogether(made.map(({ factor }) => factor)),
      styles: bindTogether(made.map(({ style }) => style)),
      added: added.length > 0 ? bindTogether(added) : bind(undefined),
      results: bindTogether(made.map(({ y }) => y)),
    }),
  ];
}
