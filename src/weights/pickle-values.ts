/**
 * What a pickle may hold, as data.
 *
 * Python → here: None → null, bool → boolean, int → number (bigint past 2⁵³), float → number, str → string, bytes →
 * Uint8Array, tuple → {@link PickleTuple}, list → array, set → Set, dict and OrderedDict → {@link PickleDict}, a class
 * or function → {@link PickleGlobal}, and what a global makes of its arguments → whatever that global returns. Values
 * may be shared and may contain themselves, so whoever walks them must bound the walk.
 */

/** A Python tuple. */
export class PickleTuple {
  constructor(readonly items: readonly unknown[]) {}
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

/** What a global's code may ask of the interpreter. */
export interface PickleContext {
  /** Refuses bad arguments: throws an error that begins with the file's name. */
  fail(message: string): never;
  /** Counts work that grows with an argument: the same argument can be given again and again in a few bytes. */
  spend(operations: number): void;
}

/** A class or function that a pickle may name. Its methods build data and do nothing else. */
export interface PickleGlobal {
  /** Module and name with a dot between, for example `collections.OrderedDict`. */
  readonly name: string;
  /** What REDUCE and NEWOBJ make; without it the global may be named but not called. */
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

/** `collections.OrderedDict`: empty, or from a list of pairs as older Pythons pickle it. */
export const ORDERED_DICT: PickleGlobal = {
  name: 'collections.OrderedDict',
  construct(args, context: PickleContext) {
    const dict = new PickleDict();
    const pairs = args[0] ?? [];
    if (args.length > 1 || !Array.isArray(pairs))
      return context.fail('its pickle makes an OrderedDict from something other than a list');
    context.spend(pairs.length);
    for (const pair of pairs) {
      const [key, value, ...more] = pair instanceof PickleTuple ? pair.items : Array.isArray(pair) ? pair : [];
      if (!isPickleKey(key) || value === undefined || more.length > 0) {
        return context.fail('its pickle makes an OrderedDict from something other than pairs');
      }
      dict.set(key, value);
    }
    return dict;
  },
};
