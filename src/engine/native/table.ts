/**
 * The names that TypeScript and C++ have in common: native/tables.h has the same lists, with what each name means, and a test
 * holds the two together.
 */

import type { Precision } from '../engine.js';
import type { Read, Write } from './step.js';

/** How a kernel reads a blocked map. */
export const READ_FORMS = [
  'plain',
  'styled',
  'gradient',
  'scaled',
  'unactivated',
] as const satisfies readonly Read<unknown>['form'][];

/** What becomes of the map that a kernel makes. */
export const WRITE_FORMS = [
  'plain',
  'styled',
  'summed',
  'activated',
  'scaled',
] as const satisfies readonly Write<unknown>['form'][];

/** Convolutions by how input and output pixels meet. */
export const GEOMETRIES = ['same', 'down', 'up'] as const;
export type Geometry = (typeof GEOMETRIES)[number];

export const OPTIMISERS = ['sgd', 'sgdm', 'adam', 'adamax'] as const;
export type Optimiser = (typeof OPTIMISERS)[number];

/** The form of a packed constant. */
export const PACKINGS = ['plain', 'blocked', 'pointwise', 'direct', 'winograd'] as const;

/** What products are computed in. */
export const PRECISIONS = ['f32', 'bf16'] as const satisfies readonly Precision[];

/** The kernels that a step may name. */
export const KERNELS = [
  'convolution',
  'winograd_up',
  'winograd',
  'transpose_weights',
  'pass',
  'pointwise',
  'pointwise_adjoint',
  'noise_gradient',
  'to_blocked',
  'to_planar',
  'linear',
  'bicubic',
  'add',
  'affine',
  'fill',
  'lrelu_gradient',
  'copy',
  'latent_to_w',
  'latent_gradient',
  'pixel_norm',
  'pixel_loss',
  'geocross',
  'objective',
  'objective_gradient',
  'optimise',
  'sphere',
  'keep_best',
  'keep_if',
  'repeat',
  'add_noise',
  'bias_act',
  'instance_norm',
  'instance_norm_gradient',
  'modulate',
  'modulate_sums',
  'modulate_gradient',
  'scale',
  'scale_sums',
  'upsample',
  'demodulate',
  'demodulate_gradient',
] as const;
export type KernelName = (typeof KERNELS)[number];
