// Subgroup matrices: what an adapter offers of them, and what of that kernels can use.

import { SIDE } from './matrix-tiles.js';

/** Dawn's feature, which WebGPU does not have yet. */
export const MATRIX_FEATURE = 'chromium-experimental-subgroup-matrix';

/** Subgroup matrices of 16 × 16, with factors in f16 and sums in f32. */
export interface SubgroupMatrices {
  /** Invocations of the largest subgroup: Dawn wants workgroups of whole ones. */
  readonly lanes: number;
  /** In plain loops, for tests: shaders/lib/matrix-emulated.wgsl. */
  readonly emulated: boolean;
}

/** A product that an adapter offers, of M × K by K × N. */
export interface MatrixConfiguration {
  /** f16, f32, u8, … */
  readonly componentType: string;
  readonly resultComponentType: string;
  readonly M: number;
  readonly N: number;
  readonly K: number;
}

/** What an adapter tells of itself; Dawn's devices do not repeat it. */
export interface MatrixAdapter {
  readonly features: { has(name: string): boolean };
  readonly info: { readonly subgroupMaxSize?: number; readonly subgroupMatrixConfigs?: Iterable<MatrixConfiguration> };
}

/**
 * The subgroup matrices that kernels can use on a device of an adapter, with MATRIX_FEATURE and `shader-f16`; undefined where there
 * are none. NVIDIA's GPUs and AMD's of RDNA 3 have them. Apple's have 8 × 8 with sums of their factors' type, which in f16 would be
 * too coarse, and Intel's 8 × 16 × 16.
 */
export function subgroupMatrices({ features, info }: MatrixAdapter): SubgroupMatrices | undefined {
  const { subgroupMaxSize, subgroupMatrixConfigs = [] } = info;
  if (!features.has(MATRIX_FEATURE) || !features.has('shader-f16') || subgroupMaxSize === undefined) return undefined;
  const suits = ({ componentType, resultComponentType, M, N, K }: MatrixConfiguration) =>
    componentType === 'f16' && resultComponentType === 'f32' && [M, N, K].every((size) => size === SIDE);
  return [...subgroupMatrixConfigs].some(suits) ? { lanes: subgroupMaxSize, emulated: false } : undefined;
}
