import { apply1 } from './build.js';
import type { Graph, Op, Tensor } from './graph.js';
import type { OpName } from './ops.js';

type Gradients = (Tensor | undefined)[];

/**
 * The vector-Jacobian product of one op, exactly: from the gradients of its outputs to those of its inputs. It is asked
 * where at least one output has a gradient; an output without one (of several) has the gradient zero, which stands as
 * `undefined`. `wanted[i]` says whether the gradient of input i is asked for; a rule that leaves a wanted one `undefined`
 * cannot compute it, and `backward` throws. Weights and other constants never have one.
 */
export type VjpRule<N extends OpName> = (
  graph: Graph,
  op: Op<N>,
  gradients: readonly (Tensor | undefined)[],
  wanted: readonly boolean[],
) => Gradients;

/** Gradient rules of the ops that have one; update ops and gradients of gradients have none. */
export const vjpRules: { [N in OpName]?: VjpRule<N> } = {
  conv: (graph, op, [g]) => [apply1(graph, 'conv', [g, op.inputs[1]], { adjoint: !op.attrs.adjoint })],
  conv_up: (graph, op, [g]) => [
    apply1(graph, 'conv_up', [g, op.inputs[1]], { ...op.attrs, adjoint: !op.attrs.adjoint }),
  ],
  blur: (graph, op, [g]) => [apply1(graph, 'blur', [g], { ...op.attrs, adjoint: !op.attrs.adjoint })],
  upsample: (graph, op, [g]) => [apply1(graph, 'upsample', [g], { adjoint: !op.attrs.adjoint })],
  add_noise: (graph, op, [g], wanted) => [
    g,
    wanted[1] ? apply1(graph, 'noise_gradient', [g, op.inputs[2]], {}) : undefined,
  ],
  bias_act: (graph, op, [g]) => [apply1(graph, 'lrelu_gradient', [g, op.outputs[0]], op.attrs)],
  instance_norm: (graph, op, [g]) => [apply1(graph, 'instance_norm_gradient', [g, op.inputs[0]], op.attrs)],
  modulate: (graph, op, [g], wanted) => [
    wanted[0] ? apply1(graph, 'modulate_gradient', [g, op.inputs[1]], {}) : undefined,
    wanted[1] ? apply1(graph, 'modulate_sums', [g, op.inputs[0]], {}) : undefined,
  ],
  scale: (graph, op, [g], wanted) => [
    wanted[0] ? apply1(graph, 'scale', [g, op.inputs[1]], {}) : undefined,
    wanted[1] ? apply1(graph, 'scale_sums', [g, op.inputs[0]], {}) : undefined,
  ],
  demodulate: (graph, op, [g]) => [
    apply1(graph, 'demodulate_gradient', [g, op.outputs[0], op.inputs[0], op.inputs[1]], {}),
  ],

  linear(graph, op, [g]) {
    const { slope, adjoint } = op.attrs;
    const before = slope === 1 ? g : apply1(graph, 'lrelu_gradient', [g, op.outputs[0]], { slope, clamp: Infinity });
    const [, c, h, w] = op.inputs[0]!.shape;
    return [apply1(graph, 'linear', [before, op.inputs[1]], { adjoint: !adjoint, slope: 1, shape: [c, h, w] })];
  },
  pixel_norm: (graph, op, [g]) => [apply1(graph, 'pixel_norm_gradient', [g, op.inputs[0]], {})],

  rows(graph, op, gradients) {
    const present = gradients.filter((g) => g !== undefined);
    const [, rows, size] = op.inputs[0]!.shape;
    if (rows === 1) return [present.reduce((sum, g) => apply1(graph, 'add', [sum, g], {}))];
    return [apply1(graph, 'stack', gradients, { depth: rows, size })];
  },
  add: (_graph, _op, [g]) => [g, g],
  affine: (graph, op, [g]) => [apply1(graph, 'affine', [g], { scale: op.attrs.scale, shift: 0 })],
  latent_to_w: (graph, op, [g]) => [
    apply1(graph, 'latent_gradient', [g, op.outputs[0], op.inputs[2]], { slope: op.attrs.slope }),
  ],
  bicubic: (graph, op, [g]) => [apply1(graph, 'bicubic', [g], { ...op.attrs, adjoint: !op.attrs.adjoint })],
  pixel_loss(graph, op, [g], wanted) {
    const gradient = apply1(graph, 'pixel_loss_gradient', [g, ...op.inputs], { term: op.attrs.term });
    return [gradient, wanted[1] ? apply1(graph, 'affine', [gradient], { scale: -1, shift: 0 }) : undefined];
  },
  geocross: (graph, op, [g, ofPairs]) => [
    // The pairs are there for this rule alone: a loss that reads them has no gradient here, and is told so.
    ofPairs ? undefined : apply1(graph, 'geocross_gradient', [g, op.inputs[0], op.outputs[1]], {}),
  ],
  objective: (graph, op, [g], wanted) =>
    op.inputs.map((term, index) =>
      wanted[index]
        ? apply1(graph, 'objective_gradient', [g, term], {
            weight: op.attrs.weights[index],
            floor: op.attrs.floors[index],
          })
        : undefined,
    ),
};
