/**
 * The container of `torch.save` before PyTorch 1.6: five pickles (a magic number, a version, the system, the object, the
 * sorted keys of its storages), then for each key an int64 count of elements and the data, all little-endian. In a plain
 * pickle, each storage is such a container of its own, nested in bytes.
 */

import type { ByteSource } from './byte-source.js';
import { ByteReader } from './bytes.js';
import { unpickle } from './pickle.js';
import { type Budget, PickleDict, type PickleGlobals, pickleGlobals } from './pickle-values.js';
import { StorageTable } from './torch-storage.js';
import { FETCH_AGAIN, OPENS } from './words.js';

const MAGIC = 0x1950a86a20f9469cfc6cn;
const VERSION = 1001;

/** The magic number as LONG1, and STOP. */
const MAGIC_OPCODES = [0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e];
const PROTO = 0x80;
const FRAME = 0x95;
const FRAME_BYTES = 9;

/** Whether bytes begin like a legacy container: with PROTO, from protocol 4 on perhaps FRAME, and the magic number. */
export function isTorchLegacy(head: Uint8Array): boolean {
  const first = head[2] === FRAME ? 2 + FRAME_BYTES : 2;
  return head[0] === PROTO && MAGIC_OPCODES.every((byte, at) => head[first + at] === byte);
}

/**
 * The object in a legacy container: a tree of pickled values with a `TorchTensor` for each tensor.
 *
 * @param globals what the pickle of the object may name
 * @param budget what is left of the operations of the file around it
 * @throws FacewrightError when the file is damaged or another kind of pickle.
 */
export function loadTorchLegacy(bytes: ByteSource, source: string, globals: PickleGlobals, budget?: Budget): unknown {
  const reader = new ByteReader(bytes, source);
  const plain = { globals: pickleGlobals(), budget };
  if (unpickle(reader, plain) !== MAGIC) reader.fail(`a pickle that torch.save did not write; ${OPENS}`);
  const version = unpickle(reader, plain);
  if (version !== VERSION) {
    reader.fail(
      `not of the version of PyTorch's legacy format that facewright reads (${VERSION}); save it again with a newer PyTorch`,
    );
  }
  const system = unpickle(reader, plain);
  if (!(system instanceof PickleDict) || system.get('little_endian') !== true) {
    reader.fail('saved on a big-endian machine; save it again on a little-endian one');
  }
  const table = new StorageTable((message) => reader.fail(message));
  const root = unpickle(reader, { globals, budget, persistentLoad: (id) => table.load(id) });
  readStorages(reader, table, unpickle(reader, plain));
  if (reader.remaining > 0) reader.fail(`${reader.remaining} bytes follow its last tensor; ${FETCH_AGAIN}`);
  return root;
}

/** Finds the data behind the pickles for the storages that the object refers to. */
function readStorages(reader: ByteReader, table: StorageTable, keys: unknown): void {
  if (!Array.isArray(keys)) reader.fail(`its list of storages is missing; ${FETCH_AGAIN}`);
  for (const key of keys as unknown[]) {
    const storage = typeof key === 'string' ? table.storages.get(key) : undefined;
    if (storage === undefined || storage.bytes !== undefined) {
      reader.fail(`its list of storages does not match its tensors; ${FETCH_AGAIN}`);
    }
    const count = reader.u64();
    if (count !== storage.count) {
      reader.fail(`a storage has ${count} elements where its tensors expect ${storage.count}; ${FETCH_AGAIN}`);
    }
    table.attach(key as string, storage, reader.span(count * storage.type.element.bytes));
  }
  for (const { bytes } of table.storages.values()) {
    if (bytes === undefined) reader.fail(`its list of storages lacks some of its tensors; ${FETCH_AGAIN}`);
  }
}
