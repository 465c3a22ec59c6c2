import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ByteReader } from '../../dist/weights/bytes.js';
import { unpickle } from '../../dist/weights/pickle.js';
import {
  type PickleBytes,
  type PickleDict,
  type PickleGlobal,
  PickleObject,
  PickleTuple,
  pickleGlobals,
} from '../../dist/weights/pickle-values.js';
import { ORDERED_DICT, PYTHON_GLOBALS } from '../../dist/weights/python-globals.js';
import { bytesOf, call, dict, global, int, list, pickle, text, tuple, u32, u64 } from './assemble.js';
import { refuses, SOURCE } from './refuses.js';

const GLOBALS = pickleGlobals(ORDERED_DICT);

function read(bytes: Uint8Array, globals = GLOBALS): unknown {
  return unpickle(new ByteReader(bytes, SOURCE), { globals });
}

/** A protocol 4 string and its place in the memo. */
const short = (value: string) => bytesOf(0x8c, value.length, value, 0x94);

test('plain values of every protocol', () => {
  const cases: [bytes: Uint8Array, expected: unknown][] = [
    [bytesOf('N'), null],
    [bytesOf(0x88), true],
    [bytesOf(0x89), false],
    [bytesOf('I01\n'), true],
    [bytesOf('I00\n'), false],
    [bytesOf('I-12\n'), -12],
    [bytesOf('L119547037146038801333356L\n'), 119547037146038801333356n],
    [int(-5), -5],
    [bytesOf('K', 200), 200],
    [bytesOf('M', 0xe9, 3), 1001],
    [bytesOf(0x8a, 0), 0],
    [bytesOf(0x8a, 1, 0xff), -1],
    [bytesOf(0x8a, 3, 0, 0, 0x80), -8388608],
    [bytesOf(0x8a, 9, 0, 0, 0, 0, 0, 0, 0, 0x80, 0), 2n ** 63n],
    [bytesOf(0x8b, u32(2), 1, 1), 257],
    [bytesOf('G', 0x3f, 0xf8, 0, 0, 0, 0, 0, 0), 1.5],
    [bytesOf('U', 2, 'a\xff'), 'aÿ'],
    [bytesOf('T', u32(1), 'b'), 'b'],
    [text('ünï'), 'ünï'],
    [bytesOf(0x8c, 1, 'c'), 'c'],
    [bytesOf(0x8d, u64(1), 'd'), 'd'],
    [bytesOf('K', 1, '(K', 2, '1'), 1],
    [bytesOf('K', 1, '(0'), 1],
    [bytesOf('K', 1, 'K', 2, '0'), 1],
    [bytesOf('K', 1, '20'), 1],
  ];
  for (const [bytes, expected] of cases) assert.is(read(pickle(bytes)), expected);
  for (const opcode of [bytesOf('C', 2), bytesOf('B', u32(2)), bytesOf(0x8e, u64(2)), bytesOf(0x96, u64(2))]) {
    const { source } = read(pickle(opcode, 7, 9)) as PickleBytes;
    assert.equal([...source.copy(0, source.length)], [7, 9]);
  }
});

test('containers', () => {
  assert.equal((read(pickle(int(1), int(2), int(3), 0x87)) as PickleTuple).items, [1, 2, 3]);
  assert.equal((read(pickle(tuple(int(1), int(2)))) as PickleTuple).items, [1, 2]);
  assert.equal(read(pickle(list(int(1), text('b')))), [1, 'b']);
  assert.equal(read(pickle(']', int(1), 'a')), [1]);
  assert.equal(
    [...(read(pickle(dict({ a: int(1), b: int(2) }))) as PickleDict)],
    [
      ['a', 1],
      ['b', 2],
    ],
  );
  assert.equal(read(pickle(0x8f, '(', int(1), int(1), 0x90)), new Set([1]));
  assert.equal(read(pickle('(', int(4), 0x91)), new Set([4]));
  const older = call('collections', 'OrderedDict', list(list(text('k'), int(3)), tuple(text('l'), int(4))));
  assert.equal(
    [...(read(pickle(older)) as PickleDict)],
    [
      ['k', 3],
      ['l', 4],
    ],
  );
});

test('BUILD on an OrderedDict sets attributes, not entries', () => {
  const bytes = pickle(call('collections', 'OrderedDict'), text('x'), int(1), 's', dict({ _metadata: int(7) }), 'b');
  const value = read(bytes) as PickleDict;
  assert.equal([...value], [['x', 1]]);
  assert.is(value.attributes?.get('_metadata'), 7);
});

test('the memo in its three forms, and values that contain themselves', () => {
  assert.is(read(pickle(text('a'), 'q', 3, '0h', 3)) as string, 'a');
  const own = read(pickle(']r', u32(70000), 'j', u32(70000), 'a')) as unknown[];
  assert.is(own[0], own);
  const shared = read(pickle(']', 0x94, 'h', 0, 0x86)) as PickleTuple;
  assert.is(shared.items[0], shared.items[1]);
});

test('several pickles one after another', () => {
  const reader = new ByteReader(bytesOf(pickle(int(1)), pickle(int(2))), SOURCE);
  assert.is(unpickle(reader, { globals: GLOBALS }), 1);
  assert.is(unpickle(reader, { globals: GLOBALS }), 2);
  assert.is(reader.remaining, 0);
});

test('a global that is not listed is refused by name, however it is spelled', () => {
  const viaGlobal = pickle(global('os', 'system'), tuple(text('touch /tmp/owned')), 'R');
  const viaStack = pickle(short('os'), short('system'), 0x93, tuple(text('true')), 'R');
  const viaPosix = pickle(short('posix'), short('system'), 0x93);
  const dotted = pickle(short('collections'), short('OrderedDict.__init__.__globals__'), 0x93);
  refuses(() => read(viaGlobal), /names os\.system at byte \d+, /);
  refuses(() => read(viaStack), /names os\.system at byte \d+, /);
  refuses(() => read(viaPosix), /names posix\.system at byte \d+, /);
  refuses(() => read(dotted), /names collections\.OrderedDict\.__init__\.__globals__ at byte /);
  refuses(() => read(pickle(global('__builtin__', 'eval'))), /names __builtin__\.eval at byte 2, /);
  refuses(() => read(pickle(global('a\x1b[31m', 'b'))), /names a\?\[31m\.b at byte 2, /);
  refuses(() => read(pickle(global('m'.repeat(500), 'b'))), /names m{80}… at byte 2, /);
  refuses(() => read(pickle(global('m'.repeat(5000), 'b'))), /the line .* has no end/);
});

test('opcodes that are not listed are refused by name', () => {
  const cases: [opcode: Uint8Array, name: RegExp][] = [
    [bytesOf(0x82, 1), /opcode EXT1 at byte 2, /],
    [bytesOf('NN', 0x84, '\0\0\0\0'), /opcode EXT4 at byte 4, /],
    [bytesOf(0x97), /opcode NEXT_BUFFER/],
    [bytesOf(0xff), /opcode 0xff/],
    [bytesOf(0), /opcode 0x00/],
  ];
  for (const [opcode, name] of cases) refuses(() => read(pickle(opcode)), name);
});

test('the text of protocol 0', () => {
  const cases: [bytes: Uint8Array, expected: unknown][] = [
    [bytesOf('F1.5\n'), 1.5],
    [bytesOf('F-2e-3\n'), -0.002],
    [bytesOf('Finf\n'), Number.POSITIVE_INFINITY],
    [bytesOf('Fnan\n'), Number.NaN],
    [bytesOf("S'a\\x41\\n\\'\\101\\\\'\n"), "aA\n'A\\"],
    [bytesOf('S"it\'s"\n'), "it's"],
    [bytesOf('Va\\u0041\\U0001f600\xff\n'), 'aA😀ÿ'],
    [bytesOf('Vx\np7\n0g7\n'), 'x'],
  ];
  for (const [bytes, expected] of cases) assert.ok(Object.is(read(bytesOf(bytes, '.')), expected), String(expected));
  assert.equal(read(bytesOf('(lI1\naI2\na.')), [1, 2]);
  assert.equal(read(bytesOf('(I1\nI2\nl.')), [1, 2]);
  assert.equal([...(read(bytesOf("(S'a'\nI1\nd.")) as PickleDict)], [['a', 1]]);
  assert.instance(read(bytesOf('(icollections\nOrderedDict\n.')), Map);
  assert.instance(read(bytesOf('(ccollections\nOrderedDict\no.')), Map);
  refuses(() => read(bytesOf('(ios\nsystem\n.')), /names os\.system at byte 1, /);
  refuses(() => read(bytesOf("(cos\nsystem\nS'x'\no.")), /names os\.system at byte 1, /);
  for (const wrong of ["S'a\n", 'Sa\n', "S'\\'\n", 'F1,5\n', 'F\n', 'V\\Uffffffff\n', 'g1x\n', 'I1.\n']) {
    refuses(() => read(bytesOf(wrong, '.')), /its pickle is damaged: a malformed/);
  }
});

test('bytes that old protocols write as text', () => {
  const GLOBALS_ALL = pickleGlobals(...PYTHON_GLOBALS);
  const encode = (value: Uint8Array) => read(pickle(call('_codecs', 'encode', value, text('latin1'))), GLOBALS_ALL);
  for (const count of [3, 70_000]) {
    const bytes = Uint8Array.from({ length: count }, (_, at) => (at * 7) & 0xff);
    const { source } = encode(text(Buffer.from(bytes).toString('latin1'))) as PickleBytes;
    assert.is(source.length, count);
    assert.equal(source.copy(0, count), bytes);
    // Places about the borders of its pieces, in the middle of characters.
    for (let at = 0; at + 7 < count; at += 997) assert.equal(source.copy(at, at + 7), bytes.slice(at, at + 7));
  }
  refuses(() => encode(text('日本')), /encodes something other than bytes/);
  const long = encode(text('日'.repeat(1000))) as PickleBytes;
  refuses(() => long.source.copy(0, 1), /a text in which some characters are no bytes/);
});

test('an object is made without named arguments', () => {
  const made = (names: string) => read(pickle(global('collections', 'OrderedDict'), ')', names, 0x92));
  assert.instance(made('}'), Map);
  refuses(() => made('N'), /an object made with named arguments/);
  const other: Uint8Array = pickle(global('collections', 'OrderedDict'), ')', dict({ a: int(1) }), 0x92);
  refuses(() => read(other), /an object made with named arguments/);
});

test('only listed globals can be called, and only those with a way to be built', () => {
  const bare: PickleGlobal = { name: 'torch.FloatStorage' };
  refuses(() => read(pickle(call('torch', 'FloatStorage')), pickleGlobals(bare)), /calls torch\.FloatStorage/);
  refuses(() => read(pickle(text('construct'), ')R')), /a call of something that is no class/);
  refuses(
    () => read(pickle(dict({ name: text('collections.OrderedDict') }), ')R')),
    /a call of something that is no class/,
  );
  refuses(() => read(pickle(global('collections', 'OrderedDict'), ']R')), /arguments that are no tuple/);
  refuses(
    () => read(pickle(call('collections', 'OrderedDict', int(3)))),
    /OrderedDict from something other than a list/,
  );
  refuses(
    () => read(pickle(call('collections', 'OrderedDict', list(int(3))))),
    /OrderedDict from something other than pairs/,
  );
});

test('a later format adds globals by passing a table', () => {
  class Network extends PickleObject {
    state: unknown;
    override setState(state: unknown): void {
      this.state = state;
    }
  }
  const globals = pickleGlobals(ORDERED_DICT, { name: 'dnnlib.Network', construct: () => new Network() });
  const value = read(pickle(short('dnnlib'), short('Network'), 0x93, ')', 0x81, dict({ v: int(3) }), 'b'), globals);
  assert.instance(value, Network);
  assert.is(((value as Network).state as PickleDict).get('v'), 3);
});

test('a pickle that contradicts itself is a sentence', () => {
  const cases: [bytes: Uint8Array, expected: RegExp][] = [
    [pickle(), /an empty stack/],
    [pickle('t'), /a missing mark/],
    [pickle('(', '('), /an empty stack/],
    [pickle('h', 9), /an unknown memo 9/],
    [pickle('q', 0), /an empty stack/],
    [pickle('}(', int(1), 'u'), /a key without a value/],
    [pickle('}', ']', int(1), 's'), /a key that is neither text nor a number/],
    [pickle(int(1), int(2), int(3), 's'), /items for something that is no dict/],
    [pickle(int(1), int(2), 'a'), /elements for something that is no list/],
    [pickle('](', int(2), 0x90), /members for something that is no set/],
    [pickle(int(1), 'Q'), /a reference to data outside the pickle/],
    [pickle(']', '}', 'b'), /a state for something that has none/],
    [pickle(int(1), int(2), 0x93), /a global without a name/],
    [pickle('I1x\n'), /a malformed integer/],
    [pickle(0x8b, u32(0xffffffff)), /an integer of absurd length/],
    [pickle(0x95, u64(2 ** 40)), /a frame that ends behind the file/],
    [pickle('X', u32(2), '\xff\xfe'), /is not UTF-8/],
    [bytesOf(0x80, 9, 'N.'), /protocol 9/],
    [bytesOf(0x80, 2, 'X', u32(0xfffffff0), 'abc'), /ends too early.*truncated/],
    [bytesOf(0x80, 2, 'B', u32(0xfffffff0)), /ends too early/],
    [bytesOf(0x80, 2, 'cos'), /ends too early/],
    [bytesOf(0x80), /ends too early/],
    [bytesOf(), /ends too early/],
  ];
  for (const [bytes, expected] of cases) refuses(() => read(bytes), expected);
});

test('the work is bounded', () => {
  refuses(() => read(bytesOf(0x80, 2, 'N0'.repeat(600_000), 'N.')), /more than 1000000 operations/);
  // The same list of a thousand pairs, given again and again in a handful of bytes each.
  const pairs = Array.from({ length: 1000 }, (_, i) => tuple(int(i), int(i)));
  const again = bytesOf('0', global('collections', 'OrderedDict'), 'h', 0, 0x85, 'R');
  const bomb = pickle(list(...pairs), 'q', 0, ...Array.from({ length: 1200 }, () => again));
  refuses(() => read(bomb), /more than 1000000 operations/);
});

test('deep nesting neither recurses nor hangs', () => {
  const deep = read(pickle(']', '\x85'.repeat(300_000)));
  assert.instance(deep, PickleTuple);
});

test.run();
