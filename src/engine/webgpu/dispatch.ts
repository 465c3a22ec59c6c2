import { elements, type Tensor } from '../../graph/graph.js';

/** Values for the `override` constants of a kernel. */
export type Overrides = Readonly<Record<string, number>>;

/**
 * A weight in the layout that a kernel reads. `key` names the layout, so that one packed copy serves all ops that want it.
 */
export interface PackedConstant {
  readonly tensor: Tensor;
  readonly key: string;
  readonly pack: (data: Float32Array) => Float32Array;
}

/** What stands behind one `@binding` of a kernel. */
export type Binding =
  | { readonly kind: 'tensor'; readonly tensor: Tensor }
  | { readonly kind: 'constant'; readonly constant: PackedConstant }
  /** A table made by the engine, such as filter taps or sizes; the same for all pictures. */
  | { readonly kind: 'table'; readonly key: string; readonly data: Float32Array | Uint32Array }
  /** Memory for partial sums between the kernels of one op, in elements per picture. */
  | { readonly kind: 'scratch'; readonly size: number }
  /** The scalars of this run. */
  | { readonly kind: 'scalars' }
  /** An optional input that is absent; the kernel is told so by an override and never reads it. */
  | { readonly kind: 'none' };

/** One kernel launch per run and chunk of pictures; the third dimension of the grid is the picture. */
export interface Dispatch {
  /** A file of shaders/, without extension. */
  readonly kernel: string;
  readonly overrides: Overrides;
  readonly bindings: readonly Binding[];
  /** Workgroups in x and y. */
  readonly groups: readonly [number, number];
  /** Floating point operations per picture (a multiply-add is two); 0 where memory is all that counts. */
  readonly flop: number;
}

/** Workgroups that one dimension of a dispatch holds in every WebGPU (maxComputeWorkgroupsPerDimension). */
const MAX_GROUPS = 65_535;

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

/** Nothing is bound: an optional input that is absent. */
export const none: Binding = { kind: 'none' };
export const scalars: Binding = { kind: 'scalars' };

/** What stands for a tensor, if it is there. */
export function bind(tensor: Tensor | undefined): Binding {
  return tensor ? { kind: 'tensor', tensor } : none;
}

/** Elements per picture. */
export function size(tensor: Tensor): number {
  return elements(tensor.shape.slice(1));
}

/** A kernel that makes one value per invocation, `count` of them per picture. */
export function elementwise(
  kernel: string,
  count: number,
  overrides: Overrides,
  bindings: readonly Binding[],
): Dispatch[] {
  return [{ kernel, overrides, bindings, groups: grid(count, 64), flop: 0 }];
}

/** A kernel over the pixels of every channel: x pixels, y channels. */
export function perPixel(kernel: string, map: Tensor, overrides: Overrides, bindings: readonly Binding[]): Dispatch {
  const [, c, h, w] = map.shape;
  return {
    kernel,
    overrides: { C: c, PIXELS: h * w, ...overrides },
    bindings,
    groups: [Math.ceil((h * w) / 64), c],
    flop: 0,
  };
}

/** Adds up `tiles` partial sums for each of `rows` rows. */
export function sumTiles(rows: number, tiles: number, scale: number, from: Binding, to: Tensor): Dispatch {
  return {
    kernel: 'sum_tiles',
    overrides: { ROWS: rows, TILES: tiles, SCALE: scale, WORKGROUP: powerOfTwo(tiles, 8, 128) },
    bindings: [from, bind(to)],
    groups: [rows, 1],
    flop: 0,
  };
}

/** A kernel of one workgroup for each channel of a map. */
export function perChannel(kernel: string, map: Tensor, overrides: Overrides, bindings: readonly Binding[]): Dispatch {
  const [, c, h, w] = map.shape;
  return { kernel, overrides: { C: c, PIXELS: h * w, ...overrides }, bindings, groups: [c, 1], flop: 0 };
}
