/** Python's own classes and functions of which plain data is made. */

import {
  isPickleKey,
  latin1Bytes,
  PickleBytes,
  type PickleContext,
  PickleDict,
  type PickleGlobal,
  PickleObject,
  PickleTuple,
} from './pickle-values.js';

/** A dict from a list of pairs, as older Pythons pickle an OrderedDict; or empty. */
function dictOfPairs(args: readonly unknown[], context: PickleContext): PickleDict {
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
}

/** `collections.OrderedDict`. */
export const ORDERED_DICT: PickleGlobal = { name: 'collections.OrderedDict', construct: dictOfPairs };

/** Another kind of dict. Of its arguments only a first content is data; a factory of what is missing is none. */
export function dictLike(name: string): PickleGlobal {
  const construct = ([first]: readonly unknown[], context: PickleContext) => {
    if (!(first instanceof PickleDict)) return new PickleDict();
    context.spend(first.size);
    return new PickleDict(first);
  };
  return { name, construct };
}

/** An object that is its attributes: rosinality's checkpoints hold their command line so. */
class Attributes extends PickleObject {
  readonly values = new PickleDict();

  override setState(state: unknown, context: PickleContext): void {
    if (!(state instanceof PickleDict)) context.fail('an object in it has something other than attributes');
    context.spend(state.size);
    for (const [key, value] of state) this.values.set(key, value);
  }
}

/** The attributes of an object, where `value` is one. */
export function attributesOf(value: unknown): PickleDict | undefined {
  return value instanceof Attributes ? value.values : undefined;
}

function setOf(items: unknown, context: PickleContext): Set<unknown> {
  const list = items instanceof PickleTuple ? items.items : (items ?? []);
  if (!Array.isArray(list) && !(list instanceof Set)) return context.fail('its pickle makes a set from no list');
  const members = [...(list as Iterable<unknown>)];
  context.spend(members.length);
  return new Set(members);
}

/** `_codecs.encode(text, 'latin1')`: how protocols before 3 write bytes. */
const ENCODE: PickleGlobal = {
  name: '_codecs.encode',
  construct([text, encoding], context) {
    const source = /^latin-?1$/.test(String(encoding)) ? latin1Bytes(text, context) : undefined;
    return source ? new PickleBytes(source) : context.fail('its pickle encodes something other than bytes');
  },
};

/** `bytes()`, and `bytearray(…)` of bytes. */
const bytesLike = (name: string): PickleGlobal => ({
  name,
  construct([value], context) {
    if (value instanceof PickleBytes) return value;
    const source = latin1Bytes(value ?? '', context);
    return source ? new PickleBytes(source) : context.fail(`its pickle makes ${name} from something other than bytes`);
  },
});

/** `copyreg._reconstructor(class, base, state)`: how protocols 0 and 1 make an object of a class. */
const reconstructor = (name: string): PickleGlobal => ({
  name,
  construct([cls, , state], context) {
    const made = (cls as PickleGlobal | null)?.construct?.(state === null ? [] : [state], context);
    return made ?? context.fail('its pickle makes an object of no class');
  },
});

/** A copy of a list. */
function listOf([items]: readonly unknown[], context: PickleContext): unknown[] {
  if (!Array.isArray(items)) return [];
  context.spend(items.length);
  return [...items];
}

/** Built-ins have been in two modules. */
const BUILTINS: readonly PickleGlobal[] = ['builtins', '__builtin__'].flatMap((module) => [
  { name: `${module}.object` },
  dictLike(`${module}.dict`),
  { name: `${module}.list`, construct: listOf },
  { name: `${module}.set`, construct: ([items], context) => setOf(items, context) },
  { name: `${module}.frozenset`, construct: ([items], context) => setOf(items, context) },
  bytesLike(`${module}.bytes`),
  bytesLike(`${module}.bytearray`),
]);

export const PYTHON_GLOBALS: readonly PickleGlobal[] = [
  ORDERED_DICT,
  dictLike('collections.defaultdict'),
  dictLike('collections.Counter'),
  { name: 'argparse.Namespace', construct: () => new Attributes() },
  { name: 'types.SimpleNamespace', construct: () => new Attributes() },
  ENCODE,
  reconstructor('copyreg._reconstructor'),
  reconstructor('copy_reg._reconstructor'),
  ...BUILTINS,
];
