/** PyTorch's storages and tensors as pickles describe them, and their way to host tensors. */

import type { DType } from '../graph/dtype.js';
import type { HostTensor } from '../graph/host-tensor.js';
import { eachRow, gather, type StoredTensor } from '../graph/stored-tensor.js';
import type { ByteSource } from './byte-source.js';
import { ByteReader } from './bytes.js';
import { decodeElements, dtypeOf, ELEMENT_TYPES, type ElementType, elementCount, isCount } from './elements.js';
import { type PickleContext, type PickleGlobal, PickleTuple } from './pickle-values.js';

/** Elements that a tensor may have beyond those of its storage: a blur is one kernel, repeated for each channel. */
const MOST_EXPANDED = 2 ** 20;

/** A strided tensor is read with what is between its elements, up to so many times their number. */
const MOST_SPREAD = 4;

/** A class such as `torch.FloatStorage`: it may be named, never called. */
export class StorageType implements PickleGlobal {
  constructor(
    readonly name: string,
    readonly element: ElementType,
  ) {}
}

/** A run of memory that tensors look into. The legacy container delivers `bytes` after the tensors that use it. */
export interface Storage {
  readonly type: StorageType;
  /** In elements. */
  readonly count: number;
  /** `count` elements, little-endian. */
  bytes: ByteSource | undefined;
}

/** A storage, or a part of one that an old PyTorch saved as a view. Counted in elements. */
export class StorageView {
  constructor(
    readonly storage: Storage,
    readonly offset: number,
    readonly count: number,
  ) {}
}

/** A tensor that is described but not yet read. Its elements are known to lie within its storage. */
export class TorchTensor implements StoredTensor {
  constructor(
    readonly storage: Storage,
    /** In elements, as the strides are. */
    readonly offset: number,
    readonly shape: readonly number[],
    readonly strides: readonly number[],
    readonly count: number,
  ) {}

  get dtype(): DType {
    return dtypeOf(this.storage.type.element);
  }

  /** The tensor in row-major order. */
  read(): HostTensor {
    const { element } = this.storage.type;
    const { shape, strides, count } = this;
    if (this.#isContiguous()) return decodeElements(element, this.#bytes(count), shape);
    const reach = count === 0 ? 0 : 1 + shape.reduce((sum, side, axis) => sum + (side - 1) * strides[axis]!, 0);
    if (reach > MOST_SPREAD * count) return decodeElements(element, this.#scattered(), shape);
    const run = decodeElements(element, this.#bytes(reach), [reach]);
    const walk = { shape, steps: strides, first: 0 };
    if (run.dtype === 'f32') return { shape, dtype: 'f32', data: gather(run.data, new Float32Array(count), walk) };
    return { shape, dtype: run.dtype, data: gather(run.data, new Uint16Array(count), walk) };
  }

  /** The elements one by one: they lie far apart, and what is between them may be most of the file. */
  #scattered(): Uint8Array {
    const { bytes: width } = this.storage.type.element;
    const reader = new ByteReader(this.#source, '');
    const elements = new Uint8Array(this.count * width);
    let at = 0;
    eachRow({ shape: this.shape, steps: this.strides, first: this.offset }, (place, step, length) => {
      for (let i = 0; i < length; i++, place += step, at += width) {
        reader.offset = place * width;
        elements.set(reader.take(width), at);
      }
    });
    return elements;
  }

  #isContiguous(): boolean {
    let expected = 1;
    for (let axis = this.shape.length - 1; axis >= 0; axis--) {
      if (this.shape[axis] !== 1 && this.strides[axis] !== expected) return false;
      expected *= this.shape[axis]!;
    }
    return true;
  }

  /** So many elements from the first on, where they lie. */
  #bytes(count: number): Uint8Array {
    const { bytes: width } = this.storage.type.element;
    const begin = this.offset * width;
    return this.#source.copy(begin, begin + count * width);
  }

  get #source(): ByteSource {
    // Both containers refuse a file in which a storage has no data, before any tensor is read.
    if (this.storage.bytes === undefined) throw new Error('a torch storage was used before its data was there');
    return this.storage.bytes;
  }
}

/**
 * `_rebuild_tensor_v2(storage, offset, size, stride, requires_grad, backward_hooks[, metadata])`; before that,
 * `_rebuild_tensor` had the first four.
 */
const rebuildTensor = (name: string): PickleGlobal => ({
  name,
  construct([view, offset, size, stride], context: PickleContext) {
    if (!(view instanceof StorageView)) return context.fail('a tensor in it has no storage');
    if (!(size instanceof PickleTuple && stride instanceof PickleTuple))
      return context.fail('a tensor in it has no shape or no strides');
    const count = elementCount(size.items);
    const strides = stride.items.filter(isCount);
    if (count === undefined) return context.fail('a tensor in it has an impossible shape');
    const shape = size.items as readonly number[];
    if (!isCount(offset) || strides.length !== stride.items.length || strides.length !== shape.length) {
      return context.fail(`a tensor of shape [${shape.join(', ')}] in it has an impossible offset or strides`);
    }
    const last = shape.reduce((sum, side, axis) => sum + (side - 1) * strides[axis]!, offset);
    if (count > 0 && last >= view.count) {
      return context.fail(
        `a tensor of shape [${shape.join(', ')}] in it reaches to element ${last} of a storage of ${view.count}; the file is damaged`,
      );
    }
    if (count > MOST_EXPANDED + view.count) {
      return context.fail(
        `a tensor in it makes ${count} elements of a storage of ${view.count}; no network repeats itself so`,
      );
    }
    return new TorchTensor(view.storage, view.offset + offset, shape, strides, count);
  },
});

/** `_rebuild_parameter(tensor, requires_grad, backward_hooks[, attributes])`: the tensor. */
const rebuildParameter = (name: string): PickleGlobal => ({
  name,
  construct([tensor], context) {
    return tensor instanceof TorchTensor ? tensor : context.fail('a parameter in it holds no tensor');
  },
});

/** `torch.device('cuda', 0)`: where a tensor was says nothing of it. */
const DEVICE: PickleGlobal = { name: 'torch.device', construct: () => null };

/** Types of numbers and layouts that options and modules name; tensors say theirs by storage and strides. */
const WORDS = [
  ...['float64', 'float32', 'float16', 'bfloat16', 'int64', 'int32', 'int16', 'int8', 'uint8', 'bool'],
  ...['strided', 'contiguous_format', 'channels_last', 'preserve_format'],
];

/** `torch.Size((…))`: a tuple. */
const SIZE: PickleGlobal = {
  name: 'torch.Size',
  construct([sides], context) {
    return sides instanceof PickleTuple ? sides : context.fail('a torch.Size in it holds no tuple');
  },
};

const STORAGE_TYPES: readonly StorageType[] = [
  new StorageType('torch.DoubleStorage', ELEMENT_TYPES.F64),
  new StorageType('torch.FloatStorage', ELEMENT_TYPES.F32),
  new StorageType('torch.HalfStorage', ELEMENT_TYPES.F16),
  new StorageType('torch.BFloat16Storage', ELEMENT_TYPES.BF16),
  new StorageType('torch.LongStorage', ELEMENT_TYPES.I64),
  new StorageType('torch.IntStorage', ELEMENT_TYPES.I32),
  new StorageType('torch.ShortStorage', ELEMENT_TYPES.I16),
  new StorageType('torch.CharStorage', ELEMENT_TYPES.I8),
  new StorageType('torch.ByteStorage', ELEMENT_TYPES.U8),
  new StorageType('torch.BoolStorage', ELEMENT_TYPES.BOOL),
];

/** What PyTorch's own part of a pickle may name. */
export const TENSOR_GLOBALS: readonly PickleGlobal[] = [
  rebuildTensor('torch._utils._rebuild_tensor_v2'),
  rebuildTensor('torch._utils._rebuild_tensor'),
  rebuildParameter('torch._utils._rebuild_parameter'),
  rebuildParameter('torch._utils._rebuild_parameter_with_state'),
  rebuildParameter('torch.nn.parameter.Parameter'),
  SIZE,
  DEVICE,
  ...WORDS.map((name) => ({ name: `torch.${name}` })),
  ...STORAGE_TYPES,
];
