import { float32Values, type HostTensor } from './host-tensor.js';

/** Numbers that follow from a tensor, and are computed only when an engine packs them: the tensor stays as the file has it. */
export interface DerivedConstant {
  /** As a graph wants it. */
  readonly shape: readonly number[];
  readonly of: HostTensor;
  /** From the tensor's numbers to the constant's, in a new array; must always give the same. */
  readonly derive: (values: Float32Array) => Float32Array;
}

/**
 * What is given to `Engine.compile` for a constant of a graph. The object is the constant's identity: executables to which
 * the same object was given share one packed copy for each layout.
 */
export type Constant = HostTensor | DerivedConstant;

/** Named constants. */
export type Constants = ReadonlyMap<string, Constant>;

/** The numbers of a constant, row-major in its shape. The one place where weights become float32; not to be written to. */
export function constantValues(constant: Constant): Float32Array {
  return 'derive' in constant ? constant.derive(float32Values(constant.of)) : float32Values(constant);
}

/** A tensor's numbers times a factor: float32 from a product in double precision. */
export function scaledConstant(shape: readonly number[], of: HostTensor, factor: number): Constant {
  if (factor === 1) return { ...of, shape };
  return { shape, of, derive: (values) => values.map((value) => value * factor) };
}
