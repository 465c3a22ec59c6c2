/**
 * The opcodes of pickle protocols 0 to 5 of which data is made, each with what it does to the machine, and the names of
 * the others, for messages.
 */

import { sourceOf } from './byte-source.js';
import type { ByteReader } from './bytes.js';
import type { PickleMachine } from './pickle-machine.js';
import {
  BYTES_PER_OPERATION,
  bytesOfCharacters,
  PickleBytes,
  PickleDict,
  PickleObject,
  PickleText,
  PickleTuple,
} from './pickle-values.js';
import { unescapeString, unescapeUnicode } from './python-text.js';

export interface PickleOpcode {
  readonly name: string;
  /** Absent: known by name, not read. */
  readonly run?: (machine: PickleMachine, reader: ByteReader) => void;
}

type Run = NonNullable<PickleOpcode['run']>;

/** The newest protocol, of Python 3.8 and later. */
const NEWEST_PROTOCOL = 5;
/** Longer integers than 1 KiB do not occur, and converting them takes quadratic time. */
const LONGEST_INTEGER_BYTES = 1024;
/** Module and class names, and numbers written as text. */
const LONGEST_LINE_BYTES = 1024;
/** Protocol 0 writes any text on one line, a network's numbers too. */
const LONGEST_TEXT_LINE_BYTES = 2 ** 28;
/** Names are shorter; longer texts are sources of programs, or numbers, and stay in the file. */
const LONGEST_NAME_BYTES = 1024;

/** An integer as a number where that is exact. */
function narrow(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** A little-endian two's complement integer of any length. */
function readInteger(machine: PickleMachine, reader: ByteReader, length: number): number | bigint {
  if (length > LONGEST_INTEGER_BYTES) machine.damaged('an integer of absurd length');
  if (length === 0) return 0;
  const hex = Buffer.from(reader.take(length)).reverse().toString('hex');
  return narrow(BigInt.asIntN(8 * length, BigInt(`0x${hex}`)));
}

/** INT and LONG: decimal text; INT also spells False and True `00` and `01`. */
function readDecimal(machine: PickleMachine, reader: ByteReader): number | bigint | boolean {
  const text = shortLine(reader);
  if (text === '00' || text === '01') return text === '01';
  if (!/^-?\d+L?$/.test(text)) return machine.damaged('a malformed integer');
  return narrow(BigInt(text.replace('L', '')));
}

/** FLOAT: decimal text, or one of Python's words for what is no number. */
function readFloat(machine: PickleMachine, reader: ByteReader): number {
  const text = shortLine(reader);
  const word = { nan: Number.NaN, inf: Number.POSITIVE_INFINITY, '-inf': Number.NEGATIVE_INFINITY }[text];
  if (word !== undefined) return word;
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : machine.damaged('a malformed float');
}

function shortLine(reader: ByteReader): string {
  return latin1(reader.line(LONGEST_LINE_BYTES));
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

/** Python 2's str may hold any bytes; Latin-1 keeps each as one character. */
function readLatin1(reader: ByteReader, length: number): string | PickleText {
  return length > LONGEST_NAME_BYTES ? new PickleText(reader.span(length), 'latin1') : latin1(reader.take(length));
}

function readUtf8(reader: ByteReader, length: number): string | PickleText {
  return length > LONGEST_NAME_BYTES ? new PickleText(reader.span(length), 'utf-8') : reader.utf8(length);
}

function readBytes(reader: ByteReader, length: number): PickleBytes {
  return new PickleBytes(reader.span(length));
}

/** STRING: a literal of Python 2 in quotes. */
function readString(machine: PickleMachine, reader: ByteReader): string | PickleText {
  const literal = latin1(longLine(machine, reader));
  return keptText(unescapeString(literal) ?? machine.damaged('a malformed string'));
}

/** UNICODE: characters beyond ASCII, and backslashes and line feeds, are escaped. */
function readUnicode(machine: PickleMachine, reader: ByteReader): string | PickleText {
  const text = latin1(longLine(machine, reader));
  return keptText(unescapeUnicode(text) ?? machine.damaged('a malformed text'));
}

function longLine(machine: PickleMachine, reader: ByteReader): Uint8Array {
  const line = reader.line(LONGEST_TEXT_LINE_BYTES);
  machine.spend(line.length / BYTES_PER_OPERATION);
  return line;
}

/** A text that was put together: a long one as bytes, of which there is then one copy, however often it is named. */
function keptText(text: string): string | PickleText {
  if (text.length <= LONGEST_NAME_BYTES) return text;
  const bytes = bytesOfCharacters(text);
  return bytes ? new PickleText(bytes, 'latin1') : new PickleText(sourceOf(Buffer.from(text)), 'utf-8');
}

/** The topmost `count` values as a tuple. */
function tupleOf(machine: PickleMachine, count: number): PickleTuple {
  return new PickleTuple(Array.from({ length: count }, () => machine.pop()).reverse());
}

const protocol: Run = (machine, reader) => {
  const version = reader.u8();
  if (version > NEWEST_PROTOCOL) machine.damaged(`protocol ${version}`);
};

const frame: Run = (machine, reader) => {
  if (reader.u64() > reader.remaining) machine.damaged('a frame that ends behind the file');
};

const setItem: Run = (machine) => {
  const value = machine.pop();
  machine.setItems([machine.pop(), value]);
};

const addItems: Run = (machine: PickleMachine) => {
  const items = machine.popMark();
  const set = machine.top();
  if (!(set instanceof Set)) machine.damaged('members for something that is no set');
  for (const item of items) set.add(machine.key(item));
};

const stackGlobal: Run = (machine) => {
  const name = machine.pop();
  machine.global(machine.pop(), name);
};

/** REDUCE and NEWOBJ are the same here: a global knows one way of being built. */
const call: Run = (machine) => {
  const args = machine.pop();
  machine.call(machine.pop(), args);
};

/** NEWOBJ_EX: with arguments by name, of which data has none. */
const callWithNames: Run = (machine) => {
  const names = machine.pop();
  if (!(names instanceof PickleDict) || names.size > 0) machine.damaged('an object made with named arguments');
  call(machine, machine.reader);
};

/** INST and OBJ: the class stands before its arguments. */
const instance: Run = (machine, reader) => {
  const args = machine.popMark();
  machine.global(shortLine(reader), shortLine(reader));
  machine.call(machine.pop(), new PickleTuple(args));
};

const objectOfClass: Run = (machine) => {
  const [callee, ...args] = machine.popMark();
  machine.call(callee, new PickleTuple(args));
};

const dictOf: Run = (machine) => {
  const pairs = machine.popMark();
  machine.push(new PickleDict());
  machine.setItems(pairs);
};

/** PUT and GET: a place in the memo as decimal text. */
function readPlace(machine: PickleMachine, reader: ByteReader): number {
  const text = shortLine(reader);
  return /^\d{1,15}$/.test(text) ? Number(text) : machine.damaged('a malformed place in the memo');
}

const build: Run = (machine) => {
  const state = machine.pop();
  const target = machine.top();
  if (target instanceof PickleObject) target.setState(state, machine);
  else if (target instanceof PickleDict && (state instanceof PickleDict || state === null)) {
    target.attributes = state ?? undefined;
  } else machine.damaged('a state for something that has none');
};

/** [code, name, what it does]. */
const TABLE: readonly (readonly [code: number, name: string, run?: Run])[] = [
  // Structure
  [0x80, 'PROTO', protocol],
  [0x95, 'FRAME', frame],
  [0x28, 'MARK', (m) => m.mark()],
  [0x30, 'POP', (m) => m.discard()],
  [0x31, 'POP_MARK', (m) => void m.popMark()],
  [0x32, 'DUP', (m) => m.push(m.top())],
  // Plain values
  [0x4e, 'NONE', (m) => m.push(null)],
  [0x88, 'NEWTRUE', (m) => m.push(true)],
  [0x89, 'NEWFALSE', (m) => m.push(false)],
  [0x49, 'INT', (m, r) => m.push(readDecimal(m, r))],
  [0x4c, 'LONG', (m, r) => m.push(readDecimal(m, r))],
  [0x4a, 'BININT', (m, r) => m.push(r.i32())],
  [0x4b, 'BININT1', (m, r) => m.push(r.u8())],
  [0x4d, 'BININT2', (m, r) => m.push(r.u16())],
  [0x8a, 'LONG1', (m, r) => m.push(readInteger(m, r, r.u8()))],
  [0x8b, 'LONG4', (m, r) => m.push(readInteger(m, r, r.u32()))],
  [0x46, 'FLOAT', (m, r) => m.push(readFloat(m, r))],
  [0x47, 'BINFLOAT', (m, r) => m.push(r.f64BigEndian())],
  [0x53, 'STRING', (m, r) => m.push(readString(m, r))],
  [0x56, 'UNICODE', (m, r) => m.push(readUnicode(m, r))],
  [0x54, 'BINSTRING', (m, r) => m.push(readLatin1(r, r.u32()))],
  [0x55, 'SHORT_BINSTRING', (m, r) => m.push(readLatin1(r, r.u8()))],
  [0x58, 'BINUNICODE', (m, r) => m.push(readUtf8(r, r.u32()))],
  [0x8c, 'SHORT_BINUNICODE', (m, r) => m.push(readUtf8(r, r.u8()))],
  [0x8d, 'BINUNICODE8', (m, r) => m.push(readUtf8(r, r.u64()))],
  [0x42, 'BINBYTES', (m, r) => m.push(readBytes(r, r.u32()))],
  [0x43, 'SHORT_BINBYTES', (m, r) => m.push(readBytes(r, r.u8()))],
  [0x8e, 'BINBYTES8', (m, r) => m.push(readBytes(r, r.u64()))],
  [0x96, 'BYTEARRAY8', (m, r) => m.push(readBytes(r, r.u64()))],
  // Containers
  [0x29, 'EMPTY_TUPLE', (m) => m.push(tupleOf(m, 0))],
  [0x85, 'TUPLE1', (m) => m.push(tupleOf(m, 1))],
  [0x86, 'TUPLE2', (m) => m.push(tupleOf(m, 2))],
  [0x87, 'TUPLE3', (m) => m.push(tupleOf(m, 3))],
  [0x74, 'TUPLE', (m) => m.push(new PickleTuple(m.popMark()))],
  [0x6c, 'LIST', (m) => m.push(m.popMark())],
  [0x5d, 'EMPTY_LIST', (m) => m.push([])],
  [0x61, 'APPEND', (m) => m.appendItems([m.pop()])],
  [0x65, 'APPENDS', (m) => m.appendItems(m.popMark())],
  [0x64, 'DICT', dictOf],
  [0x7d, 'EMPTY_DICT', (m) => m.push(new PickleDict())],
  [0x73, 'SETITEM', setItem],
  [0x75, 'SETITEMS', (m) => m.setItems(m.popMark())],
  [0x8f, 'EMPTY_SET', (m) => m.push(new Set())],
  [0x90, 'ADDITEMS', addItems],
  [0x91, 'FROZENSET', (m) => m.push(new Set(m.popMark().map((item) => m.key(item))))],
  // Memo
  [0x70, 'PUT', (m, r) => m.memoize(readPlace(m, r))],
  [0x67, 'GET', (m, r) => m.recall(readPlace(m, r))],
  [0x71, 'BINPUT', (m, r) => m.memoize(r.u8())],
  [0x72, 'LONG_BINPUT', (m, r) => m.memoize(r.u32())],
  [0x94, 'MEMOIZE', (m) => m.memoize()],
  [0x68, 'BINGET', (m, r) => m.recall(r.u8())],
  [0x6a, 'LONG_BINGET', (m, r) => m.recall(r.u32())],
  // Objects: only what the caller's table lists
  [0x63, 'GLOBAL', (m, r) => m.global(shortLine(r), shortLine(r))],
  [0x93, 'STACK_GLOBAL', stackGlobal],
  [0x52, 'REDUCE', call],
  [0x81, 'NEWOBJ', call],
  [0x92, 'NEWOBJ_EX', callWithNames],
  [0x69, 'INST', instance],
  [0x6f, 'OBJ', objectOfClass],
  [0x62, 'BUILD', build],
  [0x51, 'BINPERSID', (m) => m.persistent(m.pop())],
  [0x50, 'PERSID', (m, r) => m.persistent(shortLine(r))],
  // Known by name only: they refer to what is not in the file
  [0x82, 'EXT1'],
  [0x83, 'EXT2'],
  [0x84, 'EXT4'],
  [0x97, 'NEXT_BUFFER'],
  [0x98, 'READONLY_BUFFER'],
];

/** All opcodes but STOP, by their byte. */
export const OPCODES: ReadonlyMap<number, PickleOpcode> = new Map(
  TABLE.map(([code, name, run]) => [code, { name, run }]),
);
