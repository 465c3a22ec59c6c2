import type { Binding, Overrides } from './dispatch.js';
import type { WeightLayout } from './pack.js';

/** What of a device decides which kernels run on it. */
export interface KernelDevice {
  /** The smallest and the largest subgroup; undefined where kernels cannot use them. */
  readonly subgroups: readonly [number, number] | undefined;
  /** Whether kernels may use f16. */
  readonly f16: boolean;
  /** Memory of a workgroup, in bytes. */
  readonly workgroupMemory: number;
  /** What was found to be fastest here; empty where nothing was measured. */
  readonly measured: MeasuredChoices;
}

/** The fastest of the possible kernels of an op at a shape; undefined where that was not measured. */
export type MeasuredChoices = (op: string, shape: object, possible: readonly string[]) => string | undefined;

/** Takes one of `kernels` wherever it is possible, as if it had been measured: for tests and the bench. */
export function preferring(kernels: readonly string[]): MeasuredChoices {
  return (_op, _shape, possible) => possible.find((kernel) => kernels.includes(kernel));
}

/** What a GPUDevice tells of itself. */
export function kernelDevice(
  device: {
    readonly features: ReadonlySet<string>;
    readonly limits: { readonly maxComputeWorkgroupStorageSize: number };
    readonly adapterInfo: { readonly subgroupMinSize?: number; readonly subgroupMaxSize?: number };
  },
  measured: MeasuredChoices = () => undefined,
): KernelDevice {
  const { subgroupMinSize, subgroupMaxSize } = device.adapterInfo;
  const known = device.features.has('subgroups') && subgroupMinSize !== undefined && subgroupMaxSize !== undefined;
  return {
    subgroups: known ? [subgroupMinSize, subgroupMaxSize] : undefined,
    f16: device.features.has('shader-f16'),
    workgroupMemory: device.limits.maxComputeWorkgroupStorageSize,
    measured,
  };
}

/** How a variant cuts its work, in numbers that only it understands. */
export type Tiling = Readonly<Record<string, number>>;

/** One of the kernels that compute an op with weights. All of them follow from the shape of one picture. */
export interface Variant<Shape> {
  /** A file of shaders/, without extension. */
  readonly kernel: string;
  /** Whether it runs, and is worth running, on this device. */
  readonly supports: (device: KernelDevice, shape: Shape) => boolean;
  readonly tile: (shape: Shape) => Tiling;
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
  };
}

/**
 * The variant of `variants` that runs: the one that was measured to be fastest, or else the first that the device supports.
 *
 * @throws Error when it supports none
 */
export function choose<Shape extends object>(
  variants: readonly Variant<Shape>[],
  op: string,
  shape: Shape,
  device: KernelDevice,
): Variant<Shape> {
  const possible = variants.filter(({ supports }) => supports(device, shape));
  const measured = device.measured(
    op,
    shape,
    possible.map(({ kernel }) => kernel),
  );
  const variant = possible.find(({ kernel }) => kernel === measured) ?? possible[0];
  if (!variant) throw new Error(`${op}: no kernel runs on this device at ${JSON.stringify(shape)}`);
  return variant;
}
