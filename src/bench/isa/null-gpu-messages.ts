// What is said between compile.ts and the process that it starts, compile-child.ts.

import type { KernelStorage } from '../../engine/webgpu/assemble.js';
import type { Overrides } from '../../engine/webgpu/dispatch.js';
import type { KernelDevice } from '../../engine/webgpu/variants.js';

/** What the child has opened, as far as it decides which kernels run there. */
export interface NullDevice {
  readonly adapter: string;
  /** `Mesa 25.0.7-2` */
  readonly driver: string;
  readonly kernelDevice: Omit<KernelDevice, 'measured'>;
}

/** A kernel, what it stores, and the values of its overrides. */
export interface Pipeline {
  readonly kernel: string;
  /** By default f32 throughout. */
  readonly storage?: KernelStorage;
  readonly overrides: Overrides;
}

/** From the child: it has a device; all is compiled; something failed, with a sentence where that is meant for people. */
export type FromChild =
  | { readonly kind: 'opened'; readonly device: NullDevice }
  | { readonly kind: 'compiled' }
  | { readonly kind: 'failed'; readonly message: string; readonly forPeople: boolean };

/** To the child: what to compile, one after the other. */
export interface ToChild {
  readonly pipelines: readonly Pipeline[];
}

/** Stands in what the child prints before all that the compiler prints of a pipeline; its number follows. */
export const MARK = '@@ facewright pipeline ';
