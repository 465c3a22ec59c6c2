import type { PlainOpName, ProgramOp } from '../../graph/fuse/fused-op.js';
import type { Dispatch } from './dispatch.js';
import { lowerJoined } from './lower-joined.js';
import * as latent from './lower-latent.js';
import * as layer from './lower-layer.js';
import { lowerFused } from './lower-maps.js';
import * as search from './lower-search.js';
import type { Lowering } from './lowering.js';
import type { KernelDevice } from './variants.js';

const lowerings: { [N in PlainOpName]: Lowering<N> } = {
  repeat: layer.lowerRepeat,
  add_noise: layer.lowerAddNoise,
  bias_act: layer.lowerBiasAct,
  instance_norm: layer.lowerInstanceNorm,
  instance_norm_gradient: layer.lowerInstanceNormGradient,
  modulate: layer.lowerModulate,
  modulate_gradient: layer.lowerModulate,
  modulate_sums: layer.lowerModulateSums,
  scale: layer.lowerScale,
  scale_sums: layer.lowerScaleSums,
  upsample: layer.lowerUpsample,
  noise_gradient: layer.lowerNoiseGradient,

  linear: latent.lowerLinear,
  demodulate: latent.lowerDemodulate,
  demodulate_gradient: latent.lowerDemodulateGradient,
  lrelu_gradient: latent.lowerLreluGradient,
  pixel_norm: latent.lowerPixelNorm,
  pixel_norm_gradient: latent.lowerPixelNormGradient,
  rows: latent.lowerRows,
  stack: latent.lowerStack,
  add: latent.lowerAdd,
  affine: latent.lowerAffine,
  fill: latent.lowerFill,
  latent_to_w: latent.lowerLatentToW,
  latent_gradient: latent.lowerLatentGradient,

  bicubic: search.lowerBicubic,
  pixel_loss: search.lowerPixelLoss,
  pixel_loss_gradient: search.lowerPixelLossGradient,
  geocross: search.lowerGeocross,
  geocross_gradient: search.lowerGeocrossGradient,
  objective: search.lowerObjective,
  objective_gradient: search.lowerObjectiveGradient,
  optimise: search.lowerOptimise,
  sphere: search.lowerSphere,
  keep_best: search.lowerKeepBest,
  keep_if: search.lowerKeepIf,
};

/** The kernels that compute an op, in order. Follows from the shape of one picture alone, never from the batch. */
export function lower(op: ProgramOp, device: KernelDevice): Dispatch[] {
  if (op.op === 'fused') return lowerFused(op, device);
  if (op.op === 'joined') return lowerJoined(op);
  return (lowerings[op.op] as Lowering<PlainOpName>)(op);
}
