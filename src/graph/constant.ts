import type { HostTensor } from './host-tensor.js';
import { inShape, type StoredTensor, sourceValues, type TensorSource } from './stored-tensor.js';

/** Numbers that follow from a tensor, and are computed only when an engine packs them: the tensor stays as the file has it. */
export interface DerivedConstant {
  /** As a graph wants it. */
  readonly shape: readonly number[];
  readonly of: TensorSource;
  /** From the tensor's numbers to the constant's, in a new array; must always give the same. */
  readonly derive: (values: Float32Array) => Float32Array;
}

/**
 * What is given to `Engine.compile` for a constant of a graph. The object is the constant's identity: executables to which
 * the same object was given share one packed copy for each layout. Its numbers are asked for when they are packed, and again
 * when they are packed once more: an engine keeps none of them as they were given.
 */
export type Constant = HostTensor | StoredTensor | DerivedConstant;

/** Named constants. */
export type Constants = ReadonlyMap<string, Constant>;

/**
 * The numbers of a constant, row-major in its shape. The one place where weights become float32; not to be written to.
 *
 * @throws FacewrightError when they lie in a file, and cannot be read there
 */
export function constantValues(constant: Constant): Float32Array {
  return 'derive' in constant ? constant.derive(sourceValues(constant.of)) : sourceValues(constant);
}

/** A tensor's numbers times a factor: float32 from a product in double precision. */
export function scaledConstant(shape: readonly number[], of: TensorSource, factor: number): Constant {
  if (factor !== 1) return { shape, of, derive: (values) => values.map((value) => value * factor) };
  return 'data' in of ? { ...of, shape } : inShape(of, shape);
}
