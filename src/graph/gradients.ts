import { apply1 } from './build.js';
import type { Graph, Op, Tensor } from './graph.js';
import type { OpName } from './ops.js';

type Gradients = (Tensor | undefined)[];

/**
 * The vector-Jacobian product of one op: from the gradients of its outputs (`undefined` = zero) to those of its inputs.
 * `wanted[i]` says whether the gradient of input i is asked for; others are left `undefined`. Weights and other
 * constants never have one.
 */
export type VjpRule<N extends OpName> = (
  graph: Graph,
  op: Op<N>,
  gradients: readonly (Tensor | undefined)[],
  wanted: readonly boolean[],
) => Gradients;

/** Gradient rules of the ops that have one; update ops and gradients of gradients have none. */
export const vjpRules: { [N in OpName]?: VjpRule<N> } = {
  // The input of a convolution with coefficients is a styled map, whose gradient is taken (ops.ts, `styled`).
  conv: (graph, op, [g]) => [g && apply1(graph, 'conv', [g, op.inputs[1]], { adjoint: !op.attrs.adjoint })],
  conv_up: (graph, op, [g]) => [g && apply1(graph, 'conv_up', [g, op.inputs[1]], { adjoint: !op.attrs.adjoint })],
  blur: (graph, _op, [g]) => [g && apply1(graph, 'blur', [g], {})],
  modulate: (_graph, _op, [g]) => [g],

  styled(graph, op, [g], wanted) {
    const [x, coefficients, moments] = op.outputs;
    if (!g) return [];
    const sums = apply1(graph, 'styled_sums', [g, x, moments], {});
    if (!wanted[0] && !wanted[1]) return [undefined, undefined, undefined, undefined, sums];
    const gradient = apply1(graph, 'styled_gradient', [g, x, coefficients, moments, sums], { slope: op.attrs.slope });
    const noise = wanted[1] ? apply1(graph, 'noise_gradient', [gradient, op.inputs[2]], {}) : undefined;
    return [gradient, noise, undefined, undefined, sums];
  },

  linear(graph, op, [g]) {
    if (!g) return [];
    const { slope, adjoint } = op.attrs;
    const before = slope === 1 ? g : apply1(graph, 'lrelu_gradient', [g, op.outputs[0]], { slope });
    const [, c, h, w] = op.inputs[0]!.shape;
    return [apply1(graph, 'linear', [before, op.inputs[1]], { adjoint: !adjoint, slope: 1, shape: [c, h, w] })];
  },
  pixel_norm: (graph, op, [g]) => [g && apply1(graph, 'pixel_norm_gradient', [g, op.inputs[0]], {})],

  rows(graph, op, gradients) {
    const present = gradients.filter((g) => g !== undefined);
    if (present.length === 0) return [];
    const [, rows, size] = op.inputs[0]!.shape;
    if (rows === 1) return [present.reduce((sum, g) => apply1(graph, 'add', [sum, g], {}))];
    return [apply1(graph, 'stack', gradients, { depth: rows, size })];
  },
  add: (_graph, _op, [g]) => [g, g],
  affine: (graph, op, [g]) => [g && apply1(graph, 'affine', [g], { scale: op.attrs.scale, shift: 0 })],
  latent_to_w: (graph, op, [g]) => [
    g && apply1(graph, 'latent_gradient', [g, op.outputs[0], op.inputs[2]], { slope: op.attrs.slope }),
  ],
  reduce: (graph, op, [g]) => [g && apply1(graph, 'reduce', [g], { ...op.attrs, adjoint: !op.attrs.adjoint })],
  pixel_loss(graph, op, [g], wanted) {
    if (!g) return [];
    const gradient = apply1(graph, 'pixel_loss_gradient', [g, ...op.inputs], { term: op.attrs.term });
    return [gradient, wanted[1] ? apply1(graph, 'affine', [gradient], { scale: -1, shift: 0 }) : undefined];
  },
  geocross: (graph, op, [g]) => [g && apply1(graph, 'geocross_gradient', [g, op.inputs[0], op.outputs[1]], {})],
  objective: (graph, op, [g], wanted) =>
    op.inputs.map((term, index) =>
      g && wanted[index]
        ? apply1(graph, 'objective_gradient', [g, term], {
            weight: op.attrs.weights[index],
            floor: op.attrs.floors[index],
          })
        : undefined,
    ),
};
