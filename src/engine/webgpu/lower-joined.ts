// Small ops that run together (graph/fuse/joined-op.ts).

import type { PlainOpName } from '../../graph/fuse/fused-op.js';
import type { JoinedForm, JoinedOp } from '../../graph/fuse/joined-op.js';
import { isOp, type Op } from '../../graph/graph.js';
import type { Dispatch } from './dispatch.js';
import {
  lowerDemodulationGradients,
  lowerDemodulations,
  lowerStyleGradients,
  lowerStyles,
} from './lower-joined-layers.js';
import { lowerImageGradient, lowerLosses } from './lower-joined-losses.js';
import { lowerNoiseGradients, lowerUpdates } from './lower-joined-search.js';
import { lowerLatentGradient } from './lower-latent.js';
import { lowerBicubic, lowerKeepIf } from './lower-search.js';

const lowerings: Readonly<Record<JoinedForm, (op: JoinedOp) => Dispatch[]>> = {
  styles: lowerStyles,
  'style gradients': lowerStyleGradients,
  demodulations: lowerDemodulations,
  'demodulation gradients': lowerDemodulationGradients,
  'scaled reduction': (op) => lowerBicubic(partOf(op, 'bicubic')!, partOf(op, 'affine')),
  'scaled keeping': (op) => lowerKeepIf(partOf(op, 'keep_if')!, partOf(op, 'affine')),
  losses: lowerLosses,
  'image gradient': lowerImageGradient,
  'latent gradient': lowerJoinedLatentGradient,
  'noise gradients': lowerNoiseGradients,
  updates: lowerUpdates,
};

/** The kernels that compute what the parts of a joined op compute one by one. */
export function lowerJoined(op: JoinedOp): Dispatch[] {
  return lowerings[op.form](op);
}

function lowerJoinedLatentGradient(op: JoinedOp): Dispatch[] {
  const geocross = partOf(op, 'geocross_gradient')!;
  const last = partOf(op, 'latent_gradient')!;
  const other = partOf(op, 'add')?.inputs.find((tensor) => tensor !== geocross.outputs[0]);
  return lowerLatentGradient({ ...last, inputs: [other, ...last.inputs.slice(1)] }, geocross);
}

function partOf<N extends PlainOpName>({ parts }: JoinedOp, name: N): Op<N> | undefined {
  return (parts as readonly Op[]).find((part): part is Op<N> => isOp(part, name));
}
