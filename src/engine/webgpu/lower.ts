import type { Op } from '../../graph/graph.js';
import type { OpName } from '../../graph/ops.js';
import type { Dispatch } from './dispatch.js';
import { lowerConvolution } from './lower-convolution.js';
import * as latent from './lower-latent.js';
import * as search from './lower-search.js';
import * as styled from './lower-styled.js';
import type { Lowering } from './lowering.js';
import type { KernelDevice } from './variants.js';

const lowerings: { [N in OpName]: Lowering<N> } = {
  conv: lowerConvolution,
  conv_up: lowerConvolution,

  blur: styled.lowerBlur,
  styled: styled.lowerStyled,
  modulate: styled.lowerModulate,
  styled_sums: styled.lowerStyledSums,
  styled_gradient: styled.lowerStyledGradient,
  noise_gradient: styled.lowerNoiseGradient,

  linear: latent.lowerLinear,
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

  reduce: search.lowerReduce,
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
export function lower(op: Op, device: KernelDevice): Dispatch[] {
  return (lowerings[op.op] as Lowering<OpName>)(op, device);
}
