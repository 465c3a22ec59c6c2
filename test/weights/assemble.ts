/** Assembles pickles, zip archives and PyTorch files byte by byte, correct ones and others. */

import { crc32 } from 'node:zlib';
import type { HostTensors } from '../../dist/graph/host-tensor.js';
import { byCodeUnits } from '../../dist/weights/words.js';

/** Joins bytes; numbers are single bytes, text is Latin-1. */
export function bytesOf(...parts: readonly (number | string | Uint8Array)[]): Uint8Array {
  return Buffer.concat(
    parts.map((part) =>
      typeof part === 'number' ? Buffer.of(part) : typeof part === 'string' ? Buffer.from(part, 'latin1') : part,
    ),
  );
}

export function u16(value: number): Uint8Array {
  return Buffer.of(value & 0xff, value >> 8);
}

export function u32(value: number): Uint8Array {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32LE(value);
  return buffer;
}

export function u64(value: number): Uint8Array {
  const buffer = Buffer.alloc(8);
  buffer.writeBigUInt64LE(BigInt.asUintN(64, BigInt(value))); // negative numbers in two's complement
  return buffer;
}

export function f32(...values: readonly number[]): Uint8Array {
  return new Uint8Array(Float32Array.from(values).buffer);
}

/** In network order, as pickles have them. */
export function f64(value: number): Uint8Array {
  const buffer = Buffer.alloc(8);
  buffer.writeDoubleBE(value);
  return buffer;
}

/* Pickles: each function gives the opcodes that leave one value on the stack. */

export const NONE = 'N';
export const pickle = (...parts: readonly (number | string | Uint8Array)[]) => bytesOf(0x80, 2, ...parts, '.');
export const text = (value: string) => bytesOf('X', u32(Buffer.byteLength(value)), Buffer.from(value));
export const int = (value: number) => bytesOf('J', u32(value >>> 0));
export const long = (value: number) => bytesOf(0x8a, 8, u64(value));
export const tuple = (...items: readonly Uint8Array[]) => bytesOf('(', ...items, 't');
export const list = (...items: readonly Uint8Array[]) => bytesOf('](', ...items, 'e');
export const dict = (entries: Readonly<Record<string, Uint8Array>>) =>
  bytesOf('}(', ...Object.entries(entries).flatMap(([key, value]) => [text(key), value]), 'u');
export const global = (module: string, name: string) => `c${module}\n${name}\n`;
export const call = (module: string, name: string, ...args: readonly Uint8Array[]) =>
  bytesOf(global(module, name), tuple(...args), 'R');

/* PyTorch's objects. */

export interface TensorSpec {
  readonly key?: string;
  /** Without 'torch.' and 'Storage'. */
  readonly type?: string;
  /** Of the storage, in elements. */
  readonly count: number;
  readonly view?: readonly [offset: number, count: number];
  readonly offset?: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

/** The opcodes of a storage. */
export function storage(spec: Pick<TensorSpec, 'key' | 'type' | 'count' | 'view'>): Uint8Array {
  const view = spec.view === undefined ? NONE : tuple(text('v'), long(spec.view[0]), long(spec.view[1]));
  return bytesOf(
    ...['(', text('storage'), global('torch', `${spec.type ?? 'Float'}Storage`), text(spec.key ?? '0')],
    ...[text('cpu'), long(spec.count), view, 't', 'Q'],
  );
}

/** The opcodes of a tensor. */
export function tensor(spec: TensorSpec): Uint8Array {
  const sides = tuple(...spec.shape.map(long));
  const strides = tuple(...spec.strides.map(long));
  const hooks = call('collections', 'OrderedDict');
  return call(
    'torch._utils',
    '_rebuild_tensor_v2',
    storage(spec),
    long(spec.offset ?? 0),
    sides,
    strides,
    bytesOf(0x89),
    hooks,
  );
}

export type StorageData = Readonly<Record<string, Uint8Array>>;

/** A file as torch.save writes it since 1.6. */
export function torchZip(
  object: Uint8Array,
  storages: StorageData,
  more: StorageData = {},
  options: ZipOptions = {},
): Uint8Array {
  const entries = {
    'w/data.pkl': pickle(object),
    ...Object.fromEntries(Object.entries(storages).map(([key, data]) => [`w/data/${key}`, data])),
    'w/version': bytesOf('3\n'),
    ...more,
  };
  return zip(entries, options);
}

/** A file as torch.save wrote it before 1.6; `elementBytes` is of every storage. */
export function torchLegacy(object: Uint8Array, storages: StorageData, elementBytes = 4): Uint8Array {
  const keys = Object.keys(storages).sort(byCodeUnits);
  return bytesOf(
    pickle(0x8a, 10, '\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19'),
    pickle(int(1001)),
    pickle(dict({ little_endian: bytesOf(0x88) })),
    pickle(object),
    pickle(list(...keys.map(text))),
    ...keys.flatMap((key) => [u64(storages[key]!.length / elementBytes), storages[key]!]),
  );
}

/* Zip archives. */

export interface ZipOptions {
  readonly method?: number;
  readonly flags?: number;
  /** Writes sizes, offsets and the end record in their 64-bit forms. */
  readonly zip64?: boolean;
  /** Every entry's data is said to begin here. */
  readonly header?: number;
  readonly crc?: number;
  readonly comment?: string;
}

/** A stored zip archive of the entries, in order. */
export function zip(
  entries: StorageData | readonly (readonly [string, Uint8Array])[],
  options: ZipOptions = {},
): Uint8Array {
  const list: readonly (readonly [string, Uint8Array])[] = Array.isArray(entries) ? entries : Object.entries(entries);
  const { method = 0, flags = 0, zip64 = false, comment = '' } = options;
  const local: Uint8Array[] = [];
  const central: Uint8Array[] = [];
  let place = 0;
  const narrow = (value: number) => u32(zip64 ? 0xffffffff : value);
  for (const [name, data] of list) {
    const crc = u32(options.crc ?? crc32(data));
    const header = options.header ?? place;
    // As torch writes them: local headers without sizes, and with an extra field that aligns the data.
    const entry = bytesOf(
      ...['PK\x03\x04', u16(0), u16(flags | 8), u16(method), u32(0), u32(0), u32(0), u32(0)],
      ...[u16(name.length), u16(6), name, 'FB', u16(2), 'ZZ', data],
    );
    const extra = zip64
      ? bytesOf(u16(9), u16(1), 'x', u16(1), u16(24), u64(data.length), u64(data.length), u64(header))
      : '';
    central.push(
      bytesOf(
        ...['PK\x01\x02', u32(0), u16(flags | 8), u16(method), u32(0), crc, narrow(data.length), narrow(data.length)],
        ...[u16(name.length), u16(extra.length), u16(0), u32(0), u32(0), narrow(header), name, extra],
      ),
    );
    local.push(entry);
    place += entry.length;
  }
  const directory = bytesOf(...central);
  const end64 = bytesOf(
    ...[
      'PK\x06\x06',
      u64(44),
      u32(0),
      u32(0),
      u32(0),
      u64(list.length),
      u64(list.length),
      u64(directory.length),
      u64(place),
    ],
    ...['PK\x06\x07', u32(0), u64(place + directory.length), u32(1)],
  );
  const count = u16(zip64 ? 0xffff : list.length);
  return bytesOf(
    ...[...local, directory, zip64 ? end64 : ''],
    ...['PK\x05\x06', u32(0), count, count, u32(directory.length), narrow(place), u16(comment.length), comment],
  );
}

/* Safetensors. */

/** A safetensors file of these tensors, with metadata where they are given. */
export function safetensors(tensors: HostTensors, metadata?: Readonly<Record<string, string>>): Uint8Array {
  const header: Record<string, unknown> = metadata === undefined ? {} : { __metadata__: metadata };
  const parts: Uint8Array[] = [];
  let place = 0;
  for (const [name, { shape, dtype, data }] of tensors) {
    header[name] = { dtype: dtype.toUpperCase(), shape, data_offsets: [place, place + data.byteLength] };
    parts.push(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    place += data.byteLength;
  }
  const json = Buffer.from(JSON.stringify(header));
  return bytesOf(u64(json.length), json, ...parts);
}
