import { bfloat16ToNumber, type DType, halfToNumber } from './dtype.js';

/** What the numbers of each type lie in: halves and bfloat16 as their bits, since JavaScript has no such numbers. */
interface ArrayOf {
  readonly f32: Float32Array;
  readonly f16: Uint16Array;
  readonly bf16: Uint16Array;
}

/**
 * A tensor in host memory: row-major, `data.length` = the product of `shape`. Numbers stay in the type that they came in
 * until somebody computes with them (`float32Values`). `HostTensor<'f32'>` is one whose `data` can be used as it is.
 */
export type HostTensor<D extends DType = DType> = {
  [K in D]: { readonly shape: readonly number[]; readonly dtype: K; readonly data: ArrayOf[K] };
}[D];

/** Named host tensors, for example the weights of a network. */
export type HostTensors<D extends DType = DType> = ReadonlyMap<string, HostTensor<D>>;

/** A tensor of float32 numbers that are there already; `data` is not copied. */
export function hostTensor(shape: readonly number[], data: Float32Array): HostTensor<'f32'> {
  return { shape, dtype: 'f32', data };
}

/** The numbers as float32, which holds all of them exactly: the tensor's own memory where it is f32, or else a new array. */
export function float32Values(tensor: HostTensor): Float32Array {
  return tensor.dtype === 'f32' ? tensor.data : fromBits(tensor.dtype, tensor.data);
}

/** The numbers that 16 bits each stand for. */
export function fromBits(dtype: 'f16' | 'bf16', bits: Uint16Array): Float32Array {
  const table = tableOf(dtype);
  const values = new Float32Array(bits.length);
  for (let i = 0; i < values.length; i++) values[i] = table[bits[i]];
  return values;
}

const tables = new Map<DType, Float32Array>();

/** The values of all 65,536 bit patterns of a type: looking one up takes a third of the time of working it out. */
function tableOf(dtype: 'f16' | 'bf16'): Float32Array {
  let table = tables.get(dtype);
  if (!table) {
    const value = dtype === 'f16' ? halfToNumber : bfloat16ToNumber;
    table = Float32Array.from({ length: 0x10000 }, (_, bits) => value(bits));
    tables.set(dtype, table);
  }
  return table;
}

/** The same tensors as float32. */
export function asFloat32(tensors: HostTensors): Map<string, HostTensor<'f32'>> {
  return new Map([...tensors].map(([name, tensor]) => [name, hostTensor(tensor.shape, float32Values(tensor))]));
}
