import type { Core, FusedOp } from '../../graph/fuse/fused-op.js';
import type { Tensor } from '../../graph/graph.js';
import type { ProgramBuilder, StepParts } from './builder.js';
import { type KernelChoice, transposesWeights, usesWinograd, usesWinogradUp } from './kernel-choice.js';
import { type PlannedBuffer, packedFloats } from './program.js';
import type { Geometry, KernelName } from './table.js';

/** What a fused op computes, of one kind. */
export type CoreOf<K extends Core['kind']> = Extract<Core, { readonly kind: K }>;

/** What a 3×3 convolution computes, without how it reads and writes, and the kernel that does. */
export function conv3x3(
  op: FusedOp,
  { weight, adjoint }: CoreOf<'conv3x3'>,
  to: ProgramBuilder,
  choice: KernelChoice,
): [KernelName, StepParts] {
  const [, , height, width] = op.read.x.shape;
  const [o, i] = weight.shape;
  const winograd = usesWinograd(choice, [o, i], height * width);
  const flop = 2 * 9 * o * i * height * width;
  const geometry = 'same';
  const parts: StepParts = {
    buffers: { weights: packedWeights(op, weight, { winograd, geometry, adjoint }, to, choice) },
    sizes: { in: adjoint ? o : i, out: adjoint ? i : o, height, width },
    names: winograd ? {} : { geometry },
    flop,
    // 16 products for a tile of 2×2 pixels, of which there may be half a row too many.
    executed: winograd ? 2 * 16 * o * i * Math.ceil(height / 2) * Math.ceil(width / 2) : flop,
  };
  return [winograd ? 'winograd' : 'convolution', parts];
}

/** The same of an upsampling convolution. */
export function convUp(
  op: FusedOp,
  { weight, adjoint, margin }: CoreOf<'conv_up'>,
  to: ProgramBuilder,
  choice: KernelChoice,
): [KernelName, StepParts] {
  const [, , h, w] = op.read.x.shape;
  const [o, i] = weight.shape;
  // Of the small side.
  const [height, width] = adjoint ? [h / 2 - margin, w / 2 - margin] : [h, w];
  const winograd = usesWinogradUp(choice, [o, i], height * width);
  const geometry = adjoint ? 'down' : 'up';
  const flop = 2 * 16 * o * i * height * width;
  const tiled = (side: number) => (adjoint ? side : side + margin);
  const parts: StepParts = {
    buffers: { weights: packedWeights(op, weight, { winograd, geometry, adjoint }, to, choice) },
    sizes: { in: adjoint ? o : i, out: adjoint ? i : o, height, width, margin },
    names: { geometry },
    flop,
    // 36 products for a tile of 2×2 pixels of the small side, to which the margin of an upsampling one belongs.
    executed: winograd ? 2 * 36 * o * i * Math.ceil(tiled(height) / 2) * Math.ceil(tiled(width) / 2) : flop,
  };
  return [winograd ? 'winograd_up' : 'convolution', parts];
}

/** Which weights a convolution wants. */
interface WeightsWanted {
  readonly winograd: boolean;
  readonly geometry: Geometry;
  readonly adjoint: boolean;
}

/** Weights as a convolution wants them: packed, or for an adjoint made of the packed ones of its convolution by a step before. */
function packedWeights(
  op: FusedOp,
  weight: Tensor,
  { winograd, geometry, adjoint }: WeightsWanted,
  to: ProgramBuilder,
  choice: KernelChoice,
): PlannedBuffer {
  const form = winograd ? 'winograd' : 'direct';
  const [o, i] = weight.shape;
  if (!adjoint || !transposesWeights(choice, winograd, [o, i])) return to.constant(weight, { form, geometry, adjoint });
  const forward = geometry === 'same' ? 'same' : 'up';
  const y = to.temporary(packedFloats(weight.shape, form));
  to.step('transpose_weights', op, {
    buffers: { weights: to.constant(weight, { form, geometry: forward, adjoint: false }), y },
    sizes: { in: o, out: i, winograd: Number(winograd) },
    names: { geometry },
  });
  return y;
}
