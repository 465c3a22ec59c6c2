/**
 * Checkpoints of several networks as PyTorch and NVIDIA's code pickle them: what loading is measured on. Just enough of
 * pickling for that; tensors are handed on as they are, not copied.
 */

import type { HostTensor, HostTensors } from '../graph/host-tensor.js';

/** The bytes of a file or of a part of it, one run after another. */
type Runs = readonly Uint8Array[];
type Networks = Readonly<Record<string, HostTensors<'f32'>>>;

const run = (...bytes: readonly (string | number)[]): Uint8Array =>
  Buffer.concat(bytes.map((part) => (typeof part === 'number' ? Buffer.of(part) : Buffer.from(part, 'latin1'))));
const MARK = run('(');
const TUPLE = run('t');
const REDUCE = run('R');

function u32(opcode: string, value: number): Uint8Array {
  const bytes = Buffer.alloc(5);
  bytes.write(opcode, 'latin1');
  bytes.writeUInt32LE(value, 1);
  return bytes;
}

const integer = (value: number) => u32('J', value);
const text = (value: string) => Buffer.concat([u32('X', Buffer.byteLength(value)), Buffer.from(value)]);
const global = (module: string, name: string) => run(`c${module}\n${name}\n`);
const tuple = (...items: readonly Runs[]): Runs => [MARK, ...items.flat(), TUPLE];
const call = (module: string, name: string, ...args: readonly Runs[]): Runs => [
  global(module, name),
  ...tuple(...args),
  REDUCE,
];
const dict = (entries: Iterable<readonly [string, Runs]>): Runs => [
  run('}('),
  ...[...entries].flatMap(([key, value]) => [text(key), ...value]),
  run('u'),
];
const pickle = (value: Runs): Runs => [run(0x80, 2), ...value, run('.')];

/** The reference to a storage by its key. */
const storage = (key: string, count: number): Runs => [
  ...tuple(
    [text('storage')],
    [global('torch', 'FloatStorage')],
    [text(key)],
    [text('cpu')],
    [integer(count)],
    [run('N')],
  ),
  run('Q'),
];

/** A tensor in a storage of its own. */
function tensor({ shape }: HostTensor, from: Runs): Runs {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, side) => product * side, 1));
  const sides = (all: readonly number[]) => tuple(...all.map((side) => [integer(side)]));
  const hooks = call('collections', 'OrderedDict');
  return call(
    'torch._utils',
    '_rebuild_tensor_v2',
    from,
    [integer(0)],
    sides(shape),
    sides(strides),
    [run(0x89)],
    hooks,
  );
}

/** A legacy container: an object, and the numbers of its storages by their keys. */
function container(object: Runs, storages: ReadonlyMap<string, Float32Array>): Runs {
  const keys = [...storages.keys()].sort();
  const numbers = keys.flatMap((key) => {
    const { buffer, byteOffset, byteLength, length } = storages.get(key)!;
    const count = Buffer.alloc(8);
    count.writeUInt32LE(length);
    return [count, new Uint8Array(buffer, byteOffset, byteLength)];
  });
  return [
    ...pickle([run(0x8a, 10, '\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19')]),
    ...pickle([integer(1001)]),
    ...pickle(dict([['little_endian', [run(0x88)]]])),
    ...pickle(object),
    ...pickle([run(']('), ...keys.map(text), run('e')]),
    ...numbers,
  ];
}

/** A file of torch.save: a dict of state dicts. */
export function torchCheckpoint(networks: Networks): Runs {
  const storages = new Map<string, Float32Array>();
  const stateDict = (tensors: HostTensors<'f32'>): Runs =>
    dict(
      [...tensors].map(([name, value]) => {
        const key = String(storages.size);
        storages.set(key, value.data);
        return [name, tensor(value, storage(key, value.data.length))];
      }),
    );
  return container(dict(Object.entries(networks).map(([name, tensors]) => [name, stateDict(tensors)])), storages);
}

/** A pickle of NVIDIA's PyTorch code: a dict of modules, each storage a container nested in bytes. */
export function persistentPickle(networks: Networks): Runs {
  return pickle(dict(Object.entries(networks).map(([name, tensors]) => [name, persistentModule([...tensors])])));
}

/** A module with those tensors, named from it on. */
function persistentModule(tensors: readonly (readonly [string, HostTensor<'f32'>])[]): Runs {
  const own: [string, Runs][] = [];
  const children = new Map<string, [string, HostTensor<'f32'>][]>();
  for (const [name, value] of tensors) {
    const [first, ...rest] = name.split('.') as [string, ...string[]];
    if (rest.length === 0) own.push([first, tensor(value, nested(value))]);
    else children.set(first, [...(children.get(first) ?? []), [rest.join('.'), value]]);
  }
  const modules = [...children].map(([name, inside]): [string, Runs] => [name, persistentModule(inside)]);
  const state = dict([
    ['_parameters', dict(own)],
    ['_modules', dict(modules)],
  ]);
  const meta = dict([
    ['class_name', [text('Module')]],
    ['state', state],
  ]);
  return call('torch_utils.persistence', '_reconstruct_persistent_obj', meta);
}

function nested({ data }: HostTensor<'f32'>): Runs {
  const bytes = container(storage('0', data.length), new Map([['0', data]]));
  const length = bytes.reduce((sum, part) => sum + part.length, 0);
  return call('torch.storage', '_load_from_bytes', [u32('B', length), ...bytes]);
}
