/** NumPy's arrays, scalars and dtypes as pickles describe them. */

import type { Fact, StoredTensor } from '../graph/stored-tensor.js';
import { storedArray } from './array.js';
import type { ByteSource } from './byte-source.js';
import { ELEMENT_TYPES, type ElementType, elementCount } from './elements.js';
import { bytesOfValue, type PickleContext, type PickleGlobal, PickleObject, PickleTuple } from './pickle-values.js';
import { FETCH_AGAIN } from './words.js';

/** The formats that numbers have, by the kind and the width that a dtype's name consists of. */
const FORMATS: Readonly<Record<string, ElementType>> = {
  f8: ELEMENT_TYPES.F64,
  f4: ELEMENT_TYPES.F32,
  f2: ELEMENT_TYPES.F16,
  i8: ELEMENT_TYPES.I64,
  i4: ELEMENT_TYPES.I32,
  i2: ELEMENT_TYPES.I16,
  i1: ELEMENT_TYPES.I8,
  u8: ELEMENT_TYPES.U64,
  u4: ELEMENT_TYPES.U32,
  u2: ELEMENT_TYPES.U16,
  u1: ELEMENT_TYPES.U8,
  b1: ELEMENT_TYPES.BOOL,
};

/** `numpy.dtype`: of numbers, or of something else, whose arrays are then not read. */
class NumpyDtype extends PickleObject {
  bigEndian: boolean;
  readonly element: ElementType | undefined;

  constructor(code: string) {
    super();
    this.bigEndian = code.startsWith('>');
    const name = code.replace(/^[<>=|]/, '');
    this.element = Object.hasOwn(FORMATS, name) ? FORMATS[name] : undefined;
  }

  /** (version, byte order, …): what follows is of dtypes with fields. */
  override setState(state: unknown): void {
    const order = state instanceof PickleTuple ? state.items[1] : undefined;
    if (order === '>') this.bigEndian = true;
    if (order === '<') this.bigEndian = false;
  }
}

/** `numpy.ndarray`, empty until BUILD gives it its state. Of numbers, it can be read as a tensor. */
export class NumpyArray extends PickleObject {
  #tensor: StoredTensor | undefined;

  /** The array as a tensor; undefined for one of texts, objects or fields. */
  get tensor(): StoredTensor | undefined {
    return this.#tensor;
  }

  /** (version, shape, dtype, whether in Fortran's order, bytes); the oldest have no version. */
  override setState(state: unknown, context: PickleContext): void {
    const items = state instanceof PickleTuple ? state.items : [];
    const [shape, dtype, fortran, data] = items.length === 5 ? items.slice(1) : items;
    if (!(shape instanceof PickleTuple) || !(dtype instanceof NumpyDtype)) {
      context.fail(`an array in it has no shape or no dtype; ${FETCH_AGAIN}`);
    }
    const bytes = bytesOfValue(data);
    if (dtype.element === undefined || bytes === undefined) return; // objects come as a list
    this.#tensor = arrayTensor(bytes, dtype, shape.items, fortran === true, context);
  }
}

/** `numpy.core.multiarray.scalar`: one number, as a fact and as a tensor without axes. */
export class NumpyScalar {
  constructor(readonly tensor: StoredTensor) {}

  get fact(): Fact {
    const { dtype, data } = this.tensor.read();
    return dtype === 'f32' ? data[0]! : null;
  }
}

function arrayTensor(
  bytes: ByteSource,
  dtype: NumpyDtype,
  sides: readonly unknown[],
  fortran: boolean,
  context: PickleContext,
): StoredTensor {
  const { element, bigEndian } = dtype;
  const count = elementCount(sides);
  if (count === undefined || element === undefined) return context.fail('an array in it has an impossible shape');
  const shape = sides as readonly number[];
  return storedArray({ element, shape, bigEndian, fortran }, () => {
    const expected = count * element.bytes;
    if (bytes.length !== expected) {
      return context.fail(
        `an array of shape [${shape.join(', ')}] in it has ${bytes.length} bytes where ${expected} are expected; ${FETCH_AGAIN}`,
      );
    }
    return bytes.copy(0, expected);
  });
}

/** `numpy.dtype(code, align, copy)`. */
const DTYPE: PickleGlobal = {
  name: 'numpy.dtype',
  construct([code], context) {
    if (typeof code !== 'string') return context.fail('a dtype in it has no name');
    return new NumpyDtype(code);
  },
};

/** `_reconstruct(class, shape, code)`: an array that BUILD will fill. */
function reconstruct(): NumpyArray {
  return new NumpyArray();
}

/** `_frombuffer(bytes, dtype, shape, order)`: an array of protocol 5. */
function fromBuffer([data, dtype, shape, order]: readonly unknown[], context: PickleContext): NumpyArray {
  const array = new NumpyArray();
  array.setState(new PickleTuple([shape, dtype, order === 'F', data]), context);
  return array;
}

/** `scalar(dtype, bytes)`; of something else than a number: its dtype, which says nothing. */
function scalar([dtype, data]: readonly unknown[], context: PickleContext): unknown {
  if (!(dtype instanceof NumpyDtype)) return context.fail('a NumPy scalar in it has no dtype');
  const bytes = bytesOfValue(data);
  if (dtype.element === undefined || bytes === undefined) return dtype;
  if (bytes.length !== dtype.element.bytes)
    return context.fail(`a NumPy scalar in it has ${bytes.length} bytes; ${FETCH_AGAIN}`);
  return new NumpyScalar(arrayTensor(bytes, dtype, [], false, context));
}

/** NumPy 2 has moved its modules behind an underscore. */
function moved(name: string, construct: PickleGlobal['construct']): PickleGlobal[] {
  return ['core', '_core'].map((core) => ({ name: `numpy.${core}.${name}`, construct }));
}

export const NUMPY_GLOBALS: readonly PickleGlobal[] = [
  DTYPE,
  { name: 'numpy.ndarray', construct: reconstruct },
  ...moved('multiarray._reconstruct', reconstruct),
  ...moved('multiarray.scalar', scalar),
  ...moved('multiarray._frombuffer', fromBuffer),
  ...moved('numeric._frombuffer', fromBuffer),
];
