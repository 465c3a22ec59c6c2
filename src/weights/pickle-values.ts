/**
 * What a pickle may hold, as data.
 *
 * Python → here: None → null, bool → boolean, int → number (bigint past 2⁵³), float → number, str → string (long ones
 * {@link PickleText}), bytes → {@link PickleBytes}, tuple → {@link PickleTuple}, list → array, set → Set, dict and its
 * kin → {@link PickleDict}, a class or function → {@link PickleGlobal}, and what a global makes of its arguments →
 * whatever that global returns. Values may be shared and may contain themselves, so whoever walks them must bound the walk.
 */

import { type ByteSource, sourceOf } from './byte-source.js';
import { Latin1Source } from './latin1.js';

/** A Python tuple. */
export class PickleTuple {
  constructor(readonly items: readonly unknown[]) {}
}

/** Bytes, which stay where they are until somebody reads them. */
export class PickleBytes {
  constructor(readonly source: ByteSource) {}
}

/** A text too long to be a name: its bytes stay where they are. Numbers are pickled so by old protocols. */
export class PickleText {
  constructor(
    readonly source: ByteSource,
    readonly encoding: 'utf-8' | 'latin1',
  ) {}
}

/** What a dict may be keyed by: the kinds that compare by value on both sides. */
export type PickleKey = string | number | bigint | boolean | null;

/** A Python dict, in order of insertion. */
export class PickleDict extends Map<PickleKey, unknown> {
  /** What BUILD set on an OrderedDict: PyTorch hangs a state dict's versions there, as `_metadata`. */
  attributes: PickleDict | undefined;
}

/** Whether a value can key a dict or stand in a set. */
export function isPickleKey(value: unknown): value is PickleKey {
  return value === null || ['string', 'number', 'bigint', 'boolean'].includes(typeof value);
}

/** The bytes that a value means where bytes are expected: a Python 2 str is text here; undefined where it means none. */
export function bytesOfValue(value: unknown): ByteSource | undefined {
  if (value instanceof PickleBytes) return value.source;
  if (value instanceof PickleText) return value.encoding === 'latin1' ? value.source : undefined;
  return typeof value === 'string' ? bytesOfCharacters(value) : undefined;
}

/** Work on so many bytes counts as one operation. */
export const BYTES_PER_OPERATION = 4096;

/** The bytes of a text whose characters are bytes; undefined where it is none such. */
export function latin1Bytes(value: unknown, context: PickleContext): ByteSource | undefined {
  if (value instanceof PickleBytes) return undefined;
  if (value instanceof PickleText && value.encoding === 'utf-8') {
    // The text is measured when its bytes are asked for, and the same text can be given again and again.
    context.spend(value.source.length / BYTES_PER_OPERATION);
    return new Latin1Source(value.source, context.fail);
  }
  return bytesOfValue(value);
}

/** The bytes that the characters of a text are; undefined where some are none. */
export function bytesOfCharacters(text: string): ByteSource | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: every byte is a character here
  return /^[\x00-\xff]*$/.test(text) ? sourceOf(Buffer.from(text, 'latin1')) : undefined;
}

/** What a global's code may ask of the interpreter. */
export interface PickleContext {
  /** The name of the file, with which errors begin. */
  readonly source: string;
  /** What is left to pickles inside this one. */
  readonly budget: Budget;
  /** Refuses bad arguments: throws an error that begins with the file's name. */
  readonly fail: (message: string) => never;
  /** Counts work that grows with an argument: the same argument can be given again and again in a few bytes. */
  spend(operations: number): void;
}

/** The operations that one file may take, in all the pickles that are nested in it. */
export class Budget {
  #left: number;

  constructor(readonly most: number) {
    this.#left = most;
  }

  /** Takes so many off; false when they are not left. */
  spend(operations: number): boolean {
    this.#left -= operations;
    return this.#left >= 0;
  }
}

/** A class or function that a pickle may name. Its methods build data and do nothing else. */
export interface PickleGlobal {
  /** Module and name with a dot between, for example `collections.OrderedDict`. */
  readonly name: string;
  /** What REDUCE, NEWOBJ, INST and OBJ make; without it the global may be named but not called. */
  construct?(args: readonly unknown[], context: PickleContext): unknown;
}

/** The globals that one kind of file may name, by {@link PickleGlobal.name}. */
export type PickleGlobals = ReadonlyMap<string, PickleGlobal>;

/** An object that BUILD may give a state to: the result of a global's `construct` may extend this. */
export abstract class PickleObject {
  abstract setState(state: unknown, context: PickleContext): void;
}

/** Makes a table of globals. */
export function pickleGlobals(...globals: readonly PickleGlobal[]): PickleGlobals {
  return new Map(globals.map((global) => [global.name, global]));
}
