// A block of StyleGAN1 of maps so large that they are cut into tiles: what a small network's search step does not launch.

import { webGpuForms } from '../../engine/webgpu/forms.js';
import { backward } from '../../graph/backward.js';
import { apply1 } from '../../graph/build.js';
import { fuse } from '../../graph/fuse/fuse.js';
import type { ProgramOp } from '../../graph/fuse/fused-op.js';
import { Graph, type Tensor } from '../../graph/graph.js';

/** A layer, one that upsamples, and the way to RGB; of the second the side has to be above 128. */
const SMALL = [3, 66, 67] as const;
const CHANNELS = 5;

/** Its ops, forward and backward. */
export function largeStyledOps(): readonly ProgramOp[] {
  const graph = new Graph(1);
  const [c, h, w] = SMALL;
  const conv = (x: Tensor, name: string, side: number, out: number, from: number) =>
    apply1(graph, 'conv', [x, graph.constant(name, [out, from, side, side])], { adjoint: false });
  const x = graph.input('x', SMALL);
  const before = layer(graph, 'before', x);
  const up = [before, graph.constant('up', [CHANNELS, c, 4, 4])];
  const large = apply1(graph, 'conv_up', up, { adjoint: false, margin: 0 });
  const first = layer(graph, 'first', apply1(graph, 'blur', [large], { adjoint: false, margin: 0 }));
  const second = layer(graph, 'second', conv(first, 'between', 3, CHANNELS, CHANNELS));
  const rgb = conv(second, 'rgb', 1, 3, CHANNELS);
  graph.output('y', rgb);
  const seed = graph.input('seed', [3, 2 * h, 2 * w]);
  const [gradient] = backward(graph, [{ output: rgb, seed }], [x]);
  graph.output('gradient', gradient!);
  return fuse(graph, webGpuForms);
}

function layer(graph: Graph, name: string, y: Tensor): Tensor {
  const [, c, h, w] = y.shape;
  const noise = [graph.input(`noise of ${name}`, [1, h, w]), graph.constant(`noise weight of ${name}`, [c, 1, 1, 1])];
  const noisy = apply1(graph, 'add_noise', [y, ...noise], {});
  const bias = graph.constant(`bias of ${name}`, [c, 1, 1, 1]);
  const x = apply1(graph, 'bias_act', [noisy, bias], { slope: 0.2, clamp: Infinity });
  const normalised = apply1(graph, 'instance_norm', [x], { epsilon: 1e-5 });
  return apply1(graph, 'modulate', [normalised, graph.input(`style of ${name}`, [2, c, 1])], {});
}
