/** PyTorch's storages and tensors as pickles describe them, and their way to host tensors. */

import type { HostTensor } from '../graph/host-tensor.js';
import { decodeElements, ELEMENT_TYPES, type ElementType, elementCount, isCount } from './elements.js';
import {
  ORDERED_DICT,
  type PickleContext,
  type PickleGlobal,
  type PickleGlobals,
  PickleTuple,
  pickleGlobals,
} from './pickle-values.js';

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
  bytes: Uint8Array | undefined;
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
export class TorchTensor {
  #host: HostTensor | undefined;

  constructor(
    readonly storage: Storage,
    /** In elements, as the strides are. */
    readonly offset: number,
    readonly shape: readonly number[],
    readonly strides: readonly number[],
    readonly count: number,
  ) {}

  /** The tensor in row-major order; the same object each time, so that names may share it. */
  toHost(): HostTensor {
    const run = () => (this.#isContiguous() ? this.#run() : this.#gather());
    this.#host ??= decodeElements(this.storage.type.element, run(), this.shape);
    return this.#host;
  }

  #isContiguous(): boolean {
    let expected = 1;
    for (let axis = this.shape.length - 1; axis >= 0; axis--) {
      if (this.shape[axis] !== 1 && this.strides[axis] !== expected) return false;
      expected *= this.shape[axis]!;
    }
    return true;
  }

  #bytes(): Uint8Array {
    // Both containers refuse a file in which a storage has no data, before any tensor is read.
    if (this.storage.bytes === undefined) throw new Error('a torch storage was used before its data was read');
    return this.storage.bytes;
  }

  /** The elements where they lie. */
  #run(): Uint8Array {
    const { bytes } = this.storage.type.element;
    return this.#bytes().subarray(this.offset * bytes, (this.offset + this.count) * bytes);
  }

  /** The elements in row-major order: walks the index like an odometer, the last axis fastest. */
  #gather(): Uint8Array {
    const { bytes: width } = this.storage.type.element;
    const bytes = this.#bytes();
    const row = new Uint8Array(this.count * width);
    const index = this.shape.map(() => 0);
    let at = this.offset;
    for (let to = 0; to < row.length; to += width) {
      for (let byte = 0; byte < width; byte++) row[to + byte] = bytes[at * width + byte];
      for (let axis = index.length - 1; axis >= 0; axis--) {
        at += this.strides[axis]!;
        if (++index[axis]! < this.shape[axis]!) break;
        at -= this.shape[axis]! * this.strides[axis]!;
        index[axis] = 0;
      }
    }
    return row;
  }
}

/** `_rebuild_tensor_v2(storage, offset, size, stride, requires_grad, backward_hooks[, metadata])`. */
const REBUILD_TENSOR: PickleGlobal = {
  name: 'torch._utils._rebuild_tensor_v2',
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
    return new TorchTensor(view.storage, view.offset + offset, shape, strides, count);
  },
};

/** `_rebuild_parameter(tensor, requires_grad, backward_hooks)`: the tensor. */
const REBUILD_PARAMETER: PickleGlobal = {
  name: 'torch._utils._rebuild_parameter',
  construct([tensor], context) {
    return tensor instanceof TorchTensor ? tensor : context.fail('a parameter in it holds no tensor');
  },
};

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

/** Everything that the pickle of a state dict may name. */
export const TORCH_GLOBALS: PickleGlobals = pickleGlobals(
  ORDERED_DICT,
  REBUILD_TENSOR,
  REBUILD_PARAMETER,
  SIZE,
  ...STORAGE_TYPES,
);
