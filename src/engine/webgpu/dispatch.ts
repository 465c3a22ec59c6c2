import type { DType } from '../../graph/dtype.js';
import type { Tensor } from '../../graph/graph.js';
import type { TakenChoice } from './variants.js';

/** Values for the `override` constants of a kernel. */
export type Overrides = Readonly<Record<string, number>>;

/**
 * A weight in the layout that a kernel reads. `key` names the layout, so that one packed copy serves all ops that want it.
 */
export interface PackedWeight {
  readonly tensor: Tensor;
  readonly key: string;
  readonly pack: (data: Float32Array) => Float32Array;
  /** How many numbers that makes, where it is known without packing. */
  readonly numbers?: number;
}

/** The places of what is passed on. */
export const SCRATCH_PLACES = [0, 1, 2] as const;
export type ScratchPlace = (typeof SCRATCH_PLACES)[number];
/** That of a convolution's parts. */
export const PARTS_PLACE = 2;

/** What stands behind a binding of a kernel. */
export type Binding =
  | { readonly kind: 'tensor'; readonly tensor: Tensor }
  | { readonly kind: 'weight'; readonly weight: PackedWeight }
  /** Tensors that lie in one buffer, which is bound whole: `places` says where. None of them is a constant. */
  | { readonly kind: 'tensors'; readonly tensors: readonly Tensor[] }
  /** Weights one behind the other. */
  | { readonly kind: 'weights'; readonly weights: readonly PackedWeight[] }
  /**
   * A table of where tensors lie. `make` is given the place of a tensor within the buffer that a binding `tensors` is of, in
   * elements: that of its first picture, the others follow.
   */
  | { readonly kind: 'places'; readonly make: (placeOf: (tensor: Tensor) => number) => Uint32Array }
  /** A table made by the engine, such as filter taps or sizes; the same for all pictures. */
  | { readonly kind: 'table'; readonly key: string; readonly data: Float32Array | Uint32Array }
  /**
   * Memory for what is passed on between the kernels of one op, in elements per picture. There are several places, since a kernel
   * cannot read and write the same one: 0 and 1 for maps and sums, 2 for a convolution in parts. They are float32 but where a type is
   * given.
   */
  | { readonly kind: 'scratch'; readonly size: number; readonly place?: ScratchPlace; readonly dtype?: DType }
  /** The scalars of this run. */
  | { readonly kind: 'scalars' }
  /** An optional input that is absent; the kernel is told so by an override and never reads it. */
  | { readonly kind: 'none' };

/** What the numbers behind a binding are kept in; undefined where there are none. */
export function dtypeBehind(binding: Binding): DType | undefined {
  switch (binding.kind) {
    case 'tensor':
      return binding.tensor.dtype;
    case 'weight':
      return binding.weight.tensor.dtype;
    case 'scratch':
      return binding.dtype ?? 'f32';
    case 'table':
    case 'scalars':
      return 'f32';
    case 'none':
      return undefined;
  }
}

/** One kernel launch per run and chunk of pictures; the third dimension of the grid is the picture. */
export interface Dispatch {
  /** A file of shaders/, without extension. */
  readonly kernel: string;
  /** All that the kernel declares, but those that it works out itself. */
  readonly overrides: Overrides;
  /** What stands behind each binding, by the name that the kernel declares. */
  readonly bindings: Readonly<Record<string, Binding>>;
  /** Workgroups in x and y. */
  readonly groups: readonly [number, number];
  /** Floating point operations per picture (a multiply-add is two); 0 where memory is all that counts. */
  readonly flop: number;
  /** Where there was a choice of kernels or tilings: which was taken. */
  readonly choice?: TakenChoice;
}

/** Invocations of a workgroup in kernels without a reason for another number. */
export const WORKGROUP = 64;

/** Storage buffers that a kernel may bind: two more than every WebGPU has (maxStorageBuffersPerShaderStage), as GPUs do. */
export const MOST_BINDINGS = 10;

/** Workgroups that one dimension of a dispatch holds in every WebGPU (maxComputeWorkgroupsPerDimension). */
export const MAX_GROUPS = 65_535;

/** A grid of x and y for `size` values at `workgroup` per group: two dimensions where one is too short. */
export function grid(size: number, workgroup: number): [number, number] {
  const groups = Math.ceil(size / workgroup);
  if (groups <= MAX_GROUPS) return [groups, 1];
  const rows = Math.ceil(groups / MAX_GROUPS);
  return [Math.ceil(groups / rows), rows];
}

/** The smallest power of two that is at least `value`, within [low, high] (both powers of two). */
export function powerOfTwo(value: number, low: number, high: number): number {
  let power = low;
  while (power < value && power < high) power *= 2;
  return power;
}
