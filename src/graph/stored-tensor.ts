/** Tensors that are described but not yet read: what a file holds, before anybody asked for its numbers. */

import type { DType } from './dtype.js';
import { float32Values, type HostTensor, type HostTensors, hostTensor } from './host-tensor.js';

/** A tensor that lies in a file. Its shape is known, its numbers are read when they are asked for. */
export interface StoredTensor {
  readonly shape: readonly number[];
  /** The type that its numbers have once they are read. */
  readonly dtype: DType;
  /**
   * Reads the numbers. Each call gives a new tensor, which shares no memory with the file or with another.
   *
   * @throws FacewrightError when the bytes are not there, or are damaged
   */
  read(): HostTensor;
}

/** Named tensors of a file. */
export type StoredTensors = ReadonlyMap<string, StoredTensor>;

/** A tensor, in memory or yet to be read. */
export type TensorSource = HostTensor | StoredTensor;

/** Named tensors of either kind. */
export type TensorSources = ReadonlyMap<string, TensorSource>;

/**
 * A tensor's numbers as float32; not to be written to. What is yet to be read is read, anew each time: whoever drops the
 * numbers after use holds no memory for it.
 *
 * @throws FacewrightError as `StoredTensor.read` does
 */
export function sourceValues(source: TensorSource): Float32Array {
  return float32Values('data' in source ? source : source.read());
}

/** The same tensors, read. @throws FacewrightError as `StoredTensor.read` does */
export function readAll(tensors: StoredTensors): HostTensors {
  return new Map([...tensors].map(([name, tensor]) => [name, tensor.read()]));
}

/** What a file says of a network beside its tensors: `architecture`, `conv_clamp`. */
export type Fact = string | number | boolean | null;

/** Named facts, under names that begin as those of the tensors they are about. */
export type Facts = ReadonlyMap<string, Fact>;

/** The number of numbers in a tensor. */
export function countOf(tensor: Pick<StoredTensor, 'shape'>): number {
  return tensor.shape.reduce((product, side) => product * side, 1);
}

/** The same numbers with one axis. */
export function flattened(tensor: StoredTensor): StoredTensor {
  return inShape(tensor, [countOf(tensor)]);
}

/** The tensor without its first axis, where that has a side of 1; any other as it is. */
export function unwrapped(tensor: StoredTensor): StoredTensor {
  return tensor.shape[0] === 1 ? inShape(tensor, tensor.shape.slice(1)) : tensor;
}

/** The same numbers in another shape of as many. */
export function inShape(tensor: StoredTensor, shape: readonly number[]): StoredTensor {
  return { shape, dtype: tensor.dtype, read: () => ({ ...tensor.read(), shape }) };
}

/**
 * The tensor with its axes in another order: axis i of the result is axis `axes[i]` of the tensor, as NumPy's transpose has it.
 * One with another number of axes is left as it is: that it does not fit is for its reader to say.
 *
 * @param axes each axis once
 */
export function permuted(tensor: StoredTensor, axes: readonly number[]): StoredTensor {
  if (tensor.shape.length !== axes.length) return tensor;
  const steps = rowMajorSteps(tensor.shape);
  const shape = axes.map((axis) => tensor.shape[axis]!);
  return rearranged(tensor, { shape, steps: axes.map((axis) => steps[axis]!), first: 0 });
}

/** The tensor read backwards along its last two axes: a convolution kernel is turned round so. */
export function turned(tensor: StoredTensor): StoredTensor {
  const { shape } = tensor;
  const steps = rowMajorSteps(shape);
  let first = 0;
  for (let axis = Math.max(0, shape.length - 2); axis < shape.length; axis++) {
    first += Math.max(0, shape[axis]! - 1) * steps[axis]!;
    steps[axis]! *= -1;
  }
  return rearranged(tensor, { shape, steps, first });
}

/** The tensor plus a number, in float32. */
export function plus(tensor: StoredTensor, addend: number): StoredTensor {
  const read = () => {
    const host = tensor.read();
    // What read() gives is ours: the sum takes its place.
    const values = float32Values(host);
    for (let i = 0; i < values.length; i++) values[i]! += addend;
    return hostTensor(host.shape, values);
  };
  return { shape: tensor.shape, dtype: 'f32', read };
}

/** A walk over a tensor's numbers: where the first lies, and how far apart neighbours on each axis are. */
export interface Walk {
  readonly shape: readonly number[];
  readonly steps: readonly number[];
  readonly first: number;
}

function rearranged(tensor: StoredTensor, walk: Walk): StoredTensor {
  const read = (): HostTensor => {
    const host = tensor.read();
    const { shape } = walk;
    if (host.dtype === 'f32') return hostTensor(shape, gather(host.data, new Float32Array(host.data.length), walk));
    return { shape, dtype: host.dtype, data: gather(host.data, new Uint16Array(host.data.length), walk) };
  };
  return { shape: walk.shape, dtype: tensor.dtype, read };
}

/**
 * Writes `to.length` numbers of `from` one after another, in the order of a walk; the last axis runs fastest.
 *
 * @returns `to`
 */
export function gather<T extends { [index: number]: number; readonly length: number }>(from: T, to: T, walk: Walk): T {
  let at = 0;
  eachRow(walk, (place, step, length) => {
    for (let i = 0; i < length; i++, place += step) to[at++] = from[place]!;
  });
  return to;
}

/** Calls with the rows along the last axis, one after another: where each begins, how far apart its numbers are, how many. */
export function eachRow(
  { shape, steps, first }: Walk,
  visit: (place: number, step: number, length: number) => void,
): void {
  if (shape.includes(0)) return;
  const outer = shape.slice(0, -1);
  const length = shape.at(-1) ?? 1;
  const step = steps.at(-1) ?? 0;
  const index = outer.map(() => 0);
  for (let place = first; ; ) {
    visit(place, step, length);
    let axis = outer.length - 1;
    for (; axis >= 0; axis--) {
      place += steps[axis]!;
      if (++index[axis]! < outer[axis]!) break;
      place -= outer[axis]! * steps[axis]!;
      index[axis] = 0;
    }
    if (axis < 0) return;
  }
}

function rowMajorSteps(shape: readonly number[]): number[] {
  const steps = shape.map(() => 1);
  for (let axis = shape.length - 2; axis >= 0; axis--) steps[axis] = steps[axis + 1]! * shape[axis + 1]!;
  return steps;
}
