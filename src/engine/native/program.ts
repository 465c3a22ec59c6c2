import { elements, type Tensor } from '../../graph/graph.js';
import { assignSlots, type Lifetime } from '../../graph/plan.js';
import { buffersOf, type Packing, type Step } from './step.js';

/** Channels side by side in a blocked map (native/kernels.h). */
const BLOCK = 16;

/** How a tensor lies in memory: as at every boundary, or sixteen channels side by side. */
export type LayoutName = 'planar' | 'blocked';

/** A constant as a kernel wants it. */
export interface PlannedConstant {
  readonly tensor: Tensor;
  readonly packing: Packing;
}

/**
 * Memory of a program: kept from run to run, temporary, or a constant. Sizes in floats, per picture; of a constant, as it is
 * before it is packed.
 */
export interface PlannedBuffer {
  readonly kind: 'kept' | 'temporary' | 'constant';
  readonly size: number;
  readonly constant?: PlannedConstant;
}

/** A kernel call before its buffers have places. */
export interface PlannedStep extends Step<PlannedBuffer> {
  /** What it computes, for reports. */
  readonly op: string;
  /** As the plain algorithm needs, and as the kernel does where that is fewer; for one picture. */
  readonly flop: number;
  readonly executed?: number;
}

/** Everything that a program is made of. */
export interface ProgramPlan {
  readonly steps: readonly PlannedStep[];
  readonly buffers: readonly PlannedBuffer[];
  /** The slot of each temporary buffer. */
  readonly slotOf: ReadonlyMap<PlannedBuffer, number>;
  readonly slots: readonly number[];
  /** Inputs, states and outputs by the tensor that they hold. */
  readonly kept: ReadonlyMap<Tensor, PlannedBuffer>;
}

/** Floats of a tensor of one picture. */
export function floats([, c, h, w]: readonly number[], layout: LayoutName): number {
  return layout === 'planar' ? elements([c, h, w]) : elements([Math.ceil(c / BLOCK) * BLOCK, h, w]);
}

/** Floats of weights [o, i, k, k] in float32, packed for a convolution of 3×3 taps, or of 4×4 (native/pack.cc). */
export function packedFloats([o, i, side]: readonly number[], form: 'direct' | 'winograd'): number {
  const taps = form === 'direct' ? side ** 2 : side === 3 ? 16 : 36;
  return elements([...[o, i].map((channels) => Math.ceil(channels / BLOCK) * BLOCK), taps]);
}

/** Gives every temporary buffer a slot, by its first and last step. */
export function planProgram(steps: readonly PlannedStep[], kept: ReadonlyMap<Tensor, PlannedBuffer>): ProgramPlan {
  const lifetimes = new Map<PlannedBuffer, Lifetime<PlannedBuffer>>();
  const buffers = new Set<PlannedBuffer>(kept.values());
  steps.forEach((step, index) => {
    for (const buffer of buffersOf(step)) {
      buffers.add(buffer);
      if (buffer.kind !== 'temporary') continue;
      const life = lifetimes.get(buffer) ?? { tensor: buffer, size: buffer.size, first: index, last: index };
      lifetimes.set(buffer, { ...life, last: index });
    }
  });
  return { steps, buffers: [...buffers], kept, ...assignSlots(lifetimes.values()) };
}
