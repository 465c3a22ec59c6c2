import type { Geometry, KernelName, Optimiser, PACKINGS } from './table.js';

/** Buffers by name, each as whoever holds the step knows it; an absent one may be left out or undefined. */
type Buffers<B> = Readonly<Record<string, B | undefined>>;

/**
 * How a kernel reads a blocked map: x as it is; the styled map a·(x − mean) + b; factor·x; or a gradient that is passed back,
 * through the styled map, or through an activation whose result is x, and then times a factor. That is made of g, or where
 * g = Σ_o weights[o]·planar[o] (times planarFactor) is a 1×1 convolution's adjoint that nobody stored, of those.
 */
export type Read<B> =
  | { readonly form: 'plain'; readonly buffers: { readonly x: B } }
  | { readonly form: 'styled'; readonly buffers: { readonly x: B; readonly coefficients: B } }
  | {
      readonly form: 'gradient';
      readonly buffers: SourceBuffers<B> & {
        readonly x: B;
        readonly coefficients: B;
        readonly moments: B;
        readonly sums: B;
      };
      readonly sizes?: SourceSizes;
      readonly values: { readonly slope: number };
    }
  | { readonly form: 'scaled'; readonly buffers: { readonly x: B; readonly factor: B } }
  | {
      readonly form: 'unactivated';
      readonly buffers: SourceBuffers<B> & { readonly x: B; readonly factor?: B };
      readonly sizes?: SourceSizes;
      readonly values: { readonly slope: number; readonly clamp: number };
    };

/** Where a gradient comes from. */
export type SourceBuffers<B> =
  | { readonly g: B }
  | { readonly planar: B; readonly weights: B; readonly planarFactor?: B };
/** Where it is made again. */
export type SourceSizes = { readonly planarChannels: number };

/** What is added before an activation. */
type BeforeActivation<B> = {
  readonly noise?: B;
  /** Where there is noise. */
  readonly noiseWeight?: B;
  readonly bias: B;
};

/**
 * What becomes of the map that a kernel makes: it is stored; or goes through StyleGAN1's epilogue, and its statistics are
 * taken along; or through StyleGAN2's; or it is a gradient whose sums with a stored map x are taken along, and which may be
 * scaled and added to another.
 */
export type Write<B> =
  | { readonly form: 'plain'; readonly buffers: { readonly y: B } }
  | {
      readonly form: 'styled';
      readonly buffers: BeforeActivation<B> & {
        readonly style: B;
        readonly y: B;
        readonly coefficients: B;
        readonly moments: B;
      };
      readonly values: { readonly slope: number; readonly epsilon: number };
    }
  | {
      readonly form: 'summed';
      /** `y` is absent where the sums alone are wanted. */
      readonly buffers: { readonly y?: B; readonly x: B; readonly moments: B; readonly sums: B };
    }
  | {
      readonly form: 'activated';
      readonly buffers: BeforeActivation<B> & { readonly factor?: B; readonly y: B };
      readonly values: { readonly slope: number; readonly clamp: number };
    }
  | {
      readonly form: 'scaled';
      readonly buffers: {
        readonly factor?: B;
        readonly plus?: B;
        /** Absent where the sums alone are wanted. */
        readonly y?: B;
        readonly x: B;
        readonly sums?: B;
      };
    }
  | {
      /** The same, with the sums of the gradient of the factors `demodulation`. */
      readonly form: 'scaled';
      readonly buffers: BeforeActivation<B> & {
        readonly factor?: B;
        readonly plus?: B;
        readonly y?: B;
        readonly x: B;
        readonly sums?: B;
        readonly demodulation: B;
        readonly demodulationSums: B;
      };
      readonly values: { readonly slope: number; readonly clamp: number };
    };

/** What a kernel is told beside its two maps. */
export interface StepFields<B> {
  readonly buffers?: Buffers<B>;
  /** Whole numbers, and flags as 0 and 1. */
  readonly sizes?: Readonly<Record<string, number>>;
  readonly values?: Readonly<Record<string, number>>;
  readonly names?: { readonly geometry?: Geometry; readonly kind?: Optimiser };
}

/** One kernel call. Kernels over blocked maps have a `read`, a `write` or both (native/map-steps.cc). */
export interface Step<B> extends StepFields<B> {
  readonly kernel: KernelName;
  readonly read?: Read<B>;
  readonly write?: Write<B>;
}

/** How a constant is laid out for the kernels that read it (native/pack.h); weights have a geometry. */
export type Packing =
  | { readonly form: Exclude<(typeof PACKINGS)[number], 'direct' | 'winograd'> }
  | {
      readonly form: 'direct' | 'winograd';
      readonly geometry: Geometry;
      /** The weights are those of the adjoint: inputs and outputs exchanged, taps turned round where sizes stay the same. */
      readonly adjoint: boolean;
    };

/** The same text for packings that are alike. */
export function packingKey(packing: Packing): string {
  if (!('geometry' in packing)) return packing.form;
  return `${packing.form} ${packing.geometry}${packing.adjoint ? ' adjoint' : ''}`;
}

/** All buffers of a step, in no particular order, some perhaps twice. */
export function buffersOf<B>({ buffers, read, write }: Step<B>): B[] {
  const groups: readonly (Buffers<B> | undefined)[] = [buffers, read?.buffers, write?.buffers];
  return groups.flatMap((group) => Object.values(group ?? {}).filter((buffer) => buffer !== undefined));
}

/** The same step, its buffers known by something else. */
export function withBuffers<B, C>(
  { kernel, buffers, sizes, values, names, read, write }: Step<B>,
  of: (buffer: B) => C,
): Step<C> {
  const mapped = (group: Buffers<B> = {}) =>
    Object.fromEntries(
      Object.entries(group).flatMap(([name, buffer]) => (buffer === undefined ? [] : [[name, of(buffer)]])),
    );
  return {
    kernel,
    buffers: mapped(buffers),
    sizes,
    values,
    names,
    read: read && ({ ...read, buffers: mapped(read.buffers) } as Read<C>),
    write: write && ({ ...write, buffers: mapped(write.buffers) } as Write<C>),
  };
}
