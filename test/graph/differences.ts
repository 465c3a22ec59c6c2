/** Gradients by central differences of the float64 reference, to hold the backward pass against. */

import { backward } from '../../dist/graph/backward.js';
import { elements, Graph, type Shape, type Tensor } from '../../dist/graph/graph.js';
import type { OpName } from '../../dist/graph/ops.js';
import { normals } from '../random.js';
import { type NamedValues, runReference } from '../reference.js';

const STEP = 1e-5;
/** Differences of float64 are good to about 1e-10 of the values; one wrong term in a hundred would show at 1e-2. */
const TOLERANCE = 1e-6;

/** A graph whose tensors come with random values. */
export class RandomGraph {
  readonly graph: Graph;
  readonly values = new Map<string, Float64Array>();

  constructor(
    private readonly key: string,
    batch = 2,
  ) {
    this.graph = new Graph(batch);
  }

  input(name: string, shape: readonly [number, number, number], deviation = 1, mean = 0): Tensor {
    return this.#draw(this.graph.input(name, shape), deviation, mean);
  }

  constant(name: string, shape: Shape, deviation = 1, mean = 0): Tensor {
    return this.#draw(this.graph.constant(name, shape), deviation, mean);
  }

  #draw(tensor: Tensor, deviation: number, mean: number): Tensor {
    const values = normals(`${this.key}/${tensor.name}`, elements(tensor.shape), deviation, mean);
    this.values.set(tensor.name, Float64Array.from(values));
    return tensor;
  }
}

/** Σ a·b. */
export function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i], 0);
}

const norm = (values: Float64Array): number => Math.sqrt(dot(values, values));

/** The ops whose gradients passed through `gradientFaults`. */
export const differentiated = new Set<OpName>();

/**
 * Says where `backward` differs from differences of Σ seed·y: for each tensor of `wrt`, every one of its values.
 */
export function gradientFaults(random: RandomGraph, y: Tensor, wrt: readonly Tensor[]): string[] {
  const { graph } = random;
  const [, c, h, w] = y.shape;
  const seed = random.input('seed', [c, h, w]);
  const forward = [...graph.ops];
  const gradients = backward(graph, [{ output: y, seed }], wrt);
  for (const { op } of forward) differentiated.add(op);

  const seedValues = random.values.get('seed')!;
  const { tensors } = runReference(graph, random.values);
  const forwardGraph = Object.assign(new Graph(graph.batch), { tensors: graph.tensors, ops: forward });
  const value = (values: NamedValues) => dot(runReference(forwardGraph, values).tensors.get(y)!, seedValues);

  return wrt.flatMap((tensor, index) => {
    const gradient = gradients[index];
    if (!gradient) return [`${tensor.name} has no gradient`];
    if (gradient.shape.join() !== tensor.shape.join()) return [`${tensor.name}: its gradient is ${gradient.shape}`];
    const start = random.values.get(tensor.name)!;
    const differences = start.map((_, i) => {
      const moved = [1, -1].map((sign) => {
        const values = Float64Array.from(start);
        values[i] += sign * STEP;
        return value(new Map(random.values).set(tensor.name, values));
      });
      return (moved[0] - moved[1]) / (2 * STEP);
    });
    const found = tensors.get(gradient)!;
    const error = norm(found.map((g, i) => g - differences[i]));
    // Where a gradient vanishes (instance norm of 1×1 maps), the seed is the scale of what rounding leaves.
    const allowed = TOLERANCE * Math.max(norm(differences), norm(seedValues));
    if (error <= allowed) return [];
    const first = [...found]
      .slice(0, 5)
      .map((g, i) => `${g.toPrecision(6)} instead of ${differences[i].toPrecision(6)}`);
    return [
      `${tensor.name}: off by ${error.toExponential(1)}, allowed ${allowed.toExponential(1)}: ${first.join(', ')}`,
    ];
  });
}
