/** The persistent ids by which both of PyTorch's containers refer from a pickle to the data of its tensors. */

import { quoted } from '../words.js';
import type { ByteSource } from './byte-source.js';
import { isCount } from './elements.js';
import { PickleTuple } from './pickle-values.js';
import { type Storage, StorageType, StorageView } from './torch-tensor.js';
import { FETCH_AGAIN } from './words.js';

/** The storages of one file, by key. */
export class StorageTable {
  readonly storages = new Map<string, Storage>();
  readonly #fail: (message: string) => never;
  /** Called once per key. The zip container answers with the data; the legacy one, where it comes later, with nothing. */
  readonly #read: (key: string) => ByteSource | undefined;

  constructor(fail: (message: string) => never, read: (key: string) => ByteSource | undefined = () => undefined) {
    this.#fail = fail;
    this.#read = read;
  }

  /**
   * Resolves ('storage', type, key, location, count[, view]), where view is None or (key, offset, count) and the counts
   * are of elements. The location, a device's name, is of no interest.
   */
  load(id: unknown): StorageView {
    const [kind, type, key, , count, view] = id instanceof PickleTuple ? id.items : [];
    if (kind !== 'storage' || !(type instanceof StorageType) || typeof key !== 'string' || !isCount(count)) {
      return this.#fail(`a tensor's data is referred to in an unknown way; ${FETCH_AGAIN}`);
    }
    const storage = this.#storage(key, type, count);
    if (view === undefined || view === null) return new StorageView(storage, 0, count);
    const [, offset, length] = view instanceof PickleTuple ? view.items : [];
    if (!isCount(offset) || !isCount(length) || offset + length > count) {
      return this.#fail(`a view of the storage ${quoted(key)} reaches beyond it; ${FETCH_AGAIN}`);
    }
    return new StorageView(storage, offset, length);
  }

  /** Gives a storage its data. */
  attach(key: string, storage: Storage, bytes: ByteSource): void {
    const expected = storage.count * storage.type.element.bytes;
    if (bytes.length !== expected) {
      this.#fail(
        `the storage ${quoted(key)} has ${bytes.length} bytes where its tensors expect ${expected}; ${FETCH_AGAIN}`,
      );
    }
    storage.bytes = bytes;
  }

  #storage(key: string, type: StorageType, count: number): Storage {
    const known = this.storages.get(key);
    if (known === undefined) {
      const storage: Storage = { type, count, bytes: undefined };
      this.storages.set(key, storage);
      const bytes = this.#read(key);
      if (bytes !== undefined) this.attach(key, storage, bytes);
      return storage;
    }
    if (known.type !== type || known.count !== count) {
      this.#fail(`the storage ${quoted(key)} is described in two ways; ${FETCH_AGAIN}`);
    }
    return known;
  }
}
