import { apply1 } from './build.js';
import { type VjpRule, vjpRules } from './gradients.js';
import type { Graph, Op, Tensor } from './graph.js';
import type { OpName } from './ops.js';

/** The gradient `seed` with respect to `output`, from which the backward pass starts. */
export interface Seed {
  readonly output: Tensor;
  readonly seed: Tensor;
}

/**
 * Reverse-mode differentiation by graph rewriting: appends the ops that compute, for every tensor of `wrt`, the
 * gradient of Σ⟨seed, output⟩, and returns those gradients in the same order. `undefined` stands for a gradient that
 * is zero because no path leads from the tensor to an output.
 *
 * @throws Error when a path leads through an op that has no gradient, or none for the input that the path comes from:
 *   naming op and tensor
 */
export function backward(graph: Graph, seeds: readonly Seed[], wrt: readonly Tensor[]): (Tensor | undefined)[] {
  const forward = [...graph.ops];
  const active = reachable(forward, wrt);
  const gradients = new Map<Tensor, Tensor>();
  const accumulate = (tensor: Tensor, gradient: Tensor) => {
    const sum = gradients.get(tensor);
    gradients.set(tensor, sum ? apply1(graph, 'add', [sum, gradient], {}) : gradient);
  };
  for (const { output, seed } of seeds) accumulate(output, seed);

  for (const op of forward.reverse()) {
    const upstream = op.outputs.map((output) => gradients.get(output));
    const wanted = op.inputs.map((input) => input !== undefined && active.has(input));
    if (!wanted.includes(true) || upstream.every((gradient) => gradient === undefined)) continue;
    const rule = vjpRules[op.op] as VjpRule<OpName> | undefined;
    if (!rule) {
      const input = op.inputs[wanted.indexOf(true)]!;
      throw new Error(`${op.op} has no gradient rule, and that of its input ${input.name} is wanted`);
    }
    const downstream = rule(graph, op, upstream, wanted);
    op.inputs.forEach((input, index) => {
      if (!input || !wanted[index]) return;
      const gradient = downstream[index];
      if (!gradient) throw new Error(`${op.op} has no gradient for its input ${index}, ${input.name}`);
      accumulate(input, gradient);
    });
  }
  return wrt.map((tensor) => gradients.get(tensor));
}

/** All tensors that depend on one of `sources`, and the sources themselves. */
function reachable(ops: readonly Op[], sources: readonly Tensor[]): Set<Tensor> {
  const found = new Set(sources);
  for (const op of ops) {
    if (op.inputs.some((input) => input && found.has(input))) for (const output of op.outputs) found.add(output);
  }
  return found;
}
