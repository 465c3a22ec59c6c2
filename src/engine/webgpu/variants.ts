import type { Binding, Overrides } from './dispatch.js';
import type { WeightLayout } from './pack.js';
import type { SubgroupMatrices } from './subgroup-matrices.js';

/** What of a device decides which kernels run on it. */
export interface KernelDevice {
  /** The smallest and the largest subgroup; undefined where kernels cannot use them. */
  readonly subgroups: readonly [number, number] | undefined;
  /** Whether kernels may use f16. */
  readonly f16: boolean;
  /** How kernels multiply subgroup matrices; absent where they cannot, or may not for the sake of precision. */
  readonly matrices?: SubgroupMatrices;
  /** Whether its compiler takes minutes for long kernels, so that shorter ones are better which are slower elsewhere. */
  readonly shortKernels?: boolean;
  /** Memory of a workgroup, in bytes. */
  readonly workgroupMemory: number;
  /** What was found to be fastest here; empty where nothing was measured. */
  readonly measured: MeasuredChoices;
}

/** How a variant cuts its work, in numbers that only it understands. */
export type Tiling = Readonly<Record<string, number>>;

/** One way to compute an op with weights: a kernel, and how it cuts its work. */
export interface Choice {
  /** A file of shaders/, without extension. */
  readonly kernel: string;
  readonly tiling: Tiling;
}

/** A choice that was taken: for which op, at which shape of one picture. */
export interface TakenChoice extends Choice {
  readonly op: string;
  readonly shape: object;
  /** Whether it was because of what was measured, or else the device's usual one. */
  readonly measured: boolean;
}

/**
 * The fastest of the possible choices for an op at a shape, of which the first is taken where it answers undefined. An answer that
 * is not among them is passed over.
 */
export type MeasuredChoices = (op: string, shape: object, possible: readonly Choice[]) => Choice | undefined;

/** Takes one of `kernels` wherever it is possible, as if it had been measured: for tests and the bench. */
export function preferring(kernels: readonly string[]): MeasuredChoices {
  return (_op, _shape, possible) => possible.find(({ kernel }) => kernels.includes(kernel));
}

/** Whether two choices are the same. */
export function sameChoice(a: Choice, b: Choice): boolean {
  const names = Object.keys(a.tiling);
  return (
    a.kernel === b.kernel &&
    names.length === Object.keys(b.tiling).length &&
    names.every((name) => a.tiling[name] === b.tiling[name])
  );
}

/** What a GPUDevice tells of itself. */
export function kernelDevice(
  device: {
    readonly features: ReadonlySet<string>;
    readonly limits: { readonly maxComputeWorkgroupStorageSize: number };
    readonly adapterInfo: { readonly subgroupMinSize?: number; readonly subgroupMaxSize?: number };
  },
  measured: MeasuredChoices = () => undefined,
  matrices?: SubgroupMatrices,
): KernelDevice {
  const { subgroupMinSize, subgroupMaxSize } = device.adapterInfo;
  const known = device.features.has('subgroups') && subgroupMinSize !== undefined && subgroupMaxSize !== undefined;
  return {
    subgroups: known ? [subgroupMinSize, subgroupMaxSize] : undefined,
    f16: device.features.has('shader-f16'),
    workgroupMemory: device.limits.maxComputeWorkgroupStorageSize,
    ...(matrices && { matrices }),
    measured,
  };
}

/** One of the kernels that compute an op with weights. All of them follow from the shape of one picture. */
export interface Variant<Shape> {
  /** A file of shaders/, without extension. */
  readonly kernel: string;
  /** Whether it runs, and is worth running, on this device. */
  readonly supports: (device: KernelDevice, shape: Shape) => boolean;
  /**
   * Whether it goes before all others at this shape where nothing was measured; by default it does not, and stands where it stands in
   * its table.
   */
  readonly isPreferred?: (device: KernelDevice, shape: Shape) => boolean;
  /** The ways to cut its work that are worth a try and that the device can do; the first is taken where nothing was measured. */
  readonly tilings: (shape: Shape, device: KernelDevice) => readonly Tiling[];
  /** How it wants its weights. */
  readonly pack: WeightLayout;
  /** What a launch has beside the op's own bindings. */
  readonly dispatch: (
    shape: Shape,
    tile: Tiling,
  ) => {
    readonly overrides: Overrides;
    readonly groups: readonly [number, number];
    readonly tables?: Readonly<Record<string, Binding>>;
    /** Of how many parts its result is the sum, which a kernel behind adds up; by default it is whole. */
    readonly parts?: number;
  };
}

/** A variant that was chosen, and how it cuts its work. */
export interface Chosen<Shape, V extends Variant<Shape> = Variant<Shape>> {
  readonly variant: V;
  readonly tiling: Tiling;
  /** Whether it was because of what was measured. */
  readonly measured: boolean;
}

/** Every way to compute an op at a shape on a device, the preferred ones first. */
export function possibleChoices<Shape, V extends Variant<Shape>>(
  variants: readonly V[],
  shape: Shape,
  device: KernelDevice,
): readonly (Choice & { readonly variant: V })[] {
  const suiting = variants.filter(({ supports }) => supports(device, shape));
  const first = suiting.filter(({ isPreferred }) => isPreferred?.(device, shape));
  return [...first, ...suiting.filter((variant) => !first.includes(variant))].flatMap((variant) =>
    variant.tilings(shape, device).map((tiling) => ({ kernel: variant.kernel, tiling, variant })),
  );
}

/**
 * The variant of `variants` that runs, and its tiling: what was measured to be fastest, or else the first that the device supports.
 *
 * @throws Error when it supports none
 */
export function choose<Shape extends object, V extends Variant<Shape>>(
  variants: readonly V[],
  op: string,
  shape: Shape,
  device: KernelDevice,
): Chosen<Shape, V> {
  const possible = possibleChoices(variants, shape, device);
  const answer = device.measured(
    op,
    shape,
    possible.map(({ kernel, tiling }) => ({ kernel, tiling })),
  );
  const fastest = answer && possible.find((one) => sameChoice(one, answer));
  const { variant, tiling } = fastest ?? possible[0] ?? {};
  if (!variant || !tiling) throw new Error(`${op}: no kernel runs on this device at ${JSON.stringify(shape)}`);
  return { variant, tiling, measured: fastest !== undefined };
}
