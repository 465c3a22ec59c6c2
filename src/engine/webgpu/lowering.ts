import type { PlainOpName } from '../../graph/fuse/fused-op.js';
import { elements, type Op, type Tensor } from '../../graph/graph.js';
import { type Binding, type Dispatch, grid, type Overrides, powerOfTwo, WORKGROUP } from './dispatch.js';

/** From one op to the kernels that compute it, in order. */
export type Lowering<N extends PlainOpName> = (op: Op<N>) => Dispatch[];

/** The scalars of a run. */
export const scalars: Binding = { kind: 'scalars' };

/** A tensor, or its absence. */
export function bind(tensor: Tensor | undefined): Binding {
  return tensor ? { kind: 'tensor', tensor } : { kind: 'none' };
}

/** Tensors that are to lie in one buffer. */
export function bindTogether(tensors: readonly Tensor[]): Binding {
  return { kind: 'tensors', tensors: [...new Set(tensors)] };
}

/** Sizes as data, as a kernel's `shape` declares them: one pipeline then serves all shapes. */
export function sizes(...numbers: readonly number[]): Binding {
  return { kind: 'table', key: `sizes ${numbers}`, data: Uint32Array.from(numbers) };
}

/** Elements per picture. */
export function size(tensor: Pick<Tensor, 'shape'>): number {
  return elements(tensor.shape.slice(1));
}

/** The largest float32. */
const LARGEST = (2 - 2 ** -23) * 2 ** 127;

/** A clamp as an override, which has to be finite: the largest number clamps nothing. */
export function clampOverride(clamp: number): number {
  return Math.min(clamp, LARGEST);
}

type Bindings = Readonly<Record<string, Binding>>;

/** A kernel that makes one value per invocation, `count` of them per picture (shaders/lib/one-value.wgsl). */
export function valuewise(kernel: string, count: number, overrides: Overrides, bindings: Bindings): Dispatch[] {
  return [{ kernel, overrides: { ...overrides, WORKGROUP }, bindings, groups: grid(count, WORKGROUP), flop: 0 }];
}

/** A kernel over the pixels of every channel: x pixels, y channels. */
export function perPixel(kernel: string, map: Tensor, overrides: Overrides, bindings: Bindings): Dispatch {
  const [, c, h, w] = map.shape;
  return {
    kernel,
    overrides: { C: c, PIXELS: h * w, ...overrides, WORKGROUP },
    bindings,
    groups: [Math.ceil((h * w) / WORKGROUP), c],
    flop: 0,
  };
}

/** A kernel with a workgroup for each channel of a map. */
export function perChannel(kernel: string, map: Tensor, overrides: Overrides, bindings: Bindings): Dispatch {
  const [, c, h, w] = map.shape;
  const WORKGROUP = powerOfTwo(Math.ceil((h * w) / 16), 8, 128);
  return { kernel, overrides: { C: c, PIXELS: h * w, ...overrides, WORKGROUP }, bindings, groups: [c, 1], flop: 0 };
}

/** Adds up `tiles` partial sums for each of `rows` rows. */
export function sumTiles(rows: number, tiles: number, scale: number, from: Binding, to: Tensor): Dispatch {
  return {
    kernel: 'sum_tiles',
    overrides: { ROWS: rows, TILES: tiles, SCALE: scale, WORKGROUP: powerOfTwo(tiles, 8, 128) },
    bindings: { tiles: from, sums: bind(to) },
    groups: [rows, 1],
    flop: 0,
  };
}
