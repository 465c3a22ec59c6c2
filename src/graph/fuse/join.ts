import type { Graph } from '../graph.js';
import { joinDemodulationGradients, joinDemodulations, joinStyleGradients, joinStyles } from './join-layers.js';
import { joinImageGradient, joinLosses, joinScaledImage } from './join-losses.js';
import { joinLatentGradient, joinNoiseGradients, joinUpdates } from './join-search.js';
import type { JoinedForm } from './joined-op.js';
import { Joining } from './joining.js';
import type { AnyOp } from './uses.js';

type Pass = (joining: Joining) => void;

/** In the order in which they run: what one moves to the end others may have to pass. */
const passes: readonly (readonly [readonly JoinedForm[], Pass])[] = [
  [['styles'], joinStyles],
  [['style gradients'], joinStyleGradients],
  [['demodulations'], joinDemodulations],
  [['demodulation gradients'], joinDemodulationGradients],
  [['losses'], joinLosses],
  [['image gradient'], joinImageGradient],
  [['scaled reduction', 'scaled keeping'], joinScaledImage],
  [['latent gradient'], joinLatentGradient],
  [['noise gradients'], joinNoiseGradients],
  [['updates'], joinUpdates],
];

/**
 * **What is no map runs together.** A step of a search has a hundred ops of a few kilobytes each: a launch costs more than their
 * work. Finds groups of them (`JoinedForm`), and puts a `JoinedOp` in the place of each. An op moves to its group only past ops
 * with which it has nothing to do; what is not found stays as it is.
 *
 * @param forms those that the engine has kernels for
 */
export function joinSmallOps(graph: Graph, forms: readonly JoinedForm[], ops: readonly AnyOp[]): readonly AnyOp[] {
  const joining = new Joining(graph, ops);
  for (const [made, pass] of passes) if (made.every((form) => forms.includes(form))) pass(joining);
  return joining.ops;
}
