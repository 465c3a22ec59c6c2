/** Python's values, and a small pickler of them that knows every protocol: what Python itself would write, opcode by opcode. */

import { bytesOf, f64, long, u32, u64 } from './assemble.js';

export type Value =
  | null
  | boolean
  | number
  | string
  | Uint8Array
  | readonly Value[]
  | ReadonlySet<Value>
  | ReadonlyMap<string | number, Value>
  | Tuple
  | Global
  | Call;

export class Tuple {
  readonly items: readonly Value[];

  constructor(...items: readonly Value[]) {
    this.items = items;
  }
}

/** A class or function of a module. */
export class Global {
  constructor(
    readonly module: string,
    readonly name: string,
  ) {}
}

/** What REDUCE (or NEWOBJ, where `made` is new) makes of a global and arguments, and BUILD then gives a state. */
export class Call {
  constructor(
    readonly callee: Global,
    readonly args: Tuple,
    readonly state?: Value,
    readonly made: 'reduce' | 'new' = 'reduce',
  ) {}
}

/** A dict with text for keys. */
export function dictOf(entries: Readonly<Record<string, Value>>): ReadonlyMap<string, Value> {
  return new Map(Object.entries(entries));
}

/** A pickle of the value. Objects that occur again are taken from the memo. */
export function pickled(value: Value, protocol: number): Uint8Array {
  const body = new Pickler(protocol).write(value);
  const framed = protocol >= 4 ? bytesOf(0x95, u64(body.length + 1), body) : body;
  return bytesOf(...(protocol >= 2 ? [0x80, protocol] : []), framed, '.');
}

class Pickler {
  readonly #memo = new Map<Value, number>();

  constructor(private readonly protocol: number) {}

  write(value: Value): Uint8Array {
    if (value === null) return bytesOf('N');
    if (typeof value === 'boolean') return this.#boolean(value);
    if (typeof value === 'number') return this.#number(value);
    if (typeof value === 'string') return this.#text(value);
    const known = this.#memo.get(value);
    if (known !== undefined) return this.#get(known);
    if (value instanceof Uint8Array) return this.#bytes(value);
    if (value instanceof Tuple) return this.#tuple(value);
    if (Array.isArray(value)) return this.#list(value as readonly Value[]);
    if (value instanceof Set) return this.#set(value);
    if (value instanceof Map) return this.#dict(value);
    return this.#memoized(value, value instanceof Global ? this.#global(value) : this.#call(value as Call));
  }

  #boolean(value: boolean): Uint8Array {
    return this.protocol < 2 ? bytesOf(value ? 'I01\n' : 'I00\n') : bytesOf(value ? 0x88 : 0x89);
  }

  #number(value: number): Uint8Array {
    if (!Number.isInteger(value)) return this.protocol === 0 ? bytesOf(`F${value}\n`) : bytesOf('G', f64(value));
    if (this.protocol === 0) return bytesOf(`I${value}\n`);
    if (value >= 0 && value < 256) return bytesOf('K', value);
    if (value >= 0 && value < 65536) return bytesOf('M', value & 0xff, value >> 8);
    if (Math.abs(value) < 2 ** 31) return bytesOf('J', u32(value >>> 0));
    return this.protocol < 2 ? bytesOf(`L${value}L\n`) : long(value);
  }

  #text(value: string): Uint8Array {
    if (this.protocol === 0) {
      const escaped = [...value].map((character) => {
        const code = character.codePointAt(0)!;
        if (code < 0x100 && !'\\\0\n\r\x1a'.includes(character)) return character;
        const hex = code.toString(16);
        return hex.length > 4 ? `\\U${hex.padStart(8, '0')}` : `\\u${hex.padStart(4, '0')}`;
      });
      return bytesOf('V', escaped.join(''), '\n');
    }
    const utf8 = Buffer.from(value);
    return this.protocol >= 4 && utf8.length < 256
      ? bytesOf(0x8c, utf8.length, utf8)
      : bytesOf('X', u32(utf8.length), utf8);
  }

  #bytes(value: Uint8Array): Uint8Array {
    if (this.protocol < 3) {
      const text = Buffer.from(value).toString('latin1');
      return this.write(new Call(new Global('_codecs', 'encode'), new Tuple(text, 'latin1')));
    }
    return value.length < 256 ? bytesOf('C', value.length, value) : bytesOf('B', u32(value.length), value);
  }

  #tuple({ items }: Tuple): Uint8Array {
    const written = items.map((item) => this.write(item));
    if (items.length === 0 && this.protocol > 0) return bytesOf(')');
    if (items.length > 0 && items.length < 4 && this.protocol > 1) return bytesOf(...written, 0x84 + items.length);
    return bytesOf('(', ...written, 't');
  }

  #list(items: readonly Value[]): Uint8Array {
    const written = items.map((item) => this.write(item));
    if (this.protocol === 0) return bytesOf('(l', ...written.flatMap((item) => [item, 'a']));
    return bytesOf('](', ...written, 'e');
  }

  #set(items: ReadonlySet<Value>): Uint8Array {
    const list = [...items];
    if (this.protocol >= 4) return bytesOf(0x8f, '(', ...list.map((item) => this.write(item)), 0x90);
    return this.write(new Call(new Global(this.#builtins, 'set'), new Tuple(list)));
  }

  #dict(entries: ReadonlyMap<string | number, Value>): Uint8Array {
    const pairs = [...entries].map(([key, item]) => [this.write(key), this.write(item)]);
    if (this.protocol === 0) return bytesOf('(d', ...pairs.flatMap(([key, item]) => [key!, item!, 's']));
    return bytesOf('}(', ...pairs.flat(), 'u');
  }

  #global({ module, name }: Global): Uint8Array {
    if (this.protocol < 4) return bytesOf(`c${module}\n${name}\n`);
    return bytesOf(this.#text(module), this.#text(name), 0x93);
  }

  #call({ callee, args, state, made }: Call): Uint8Array {
    const object = this.#made(callee, args, made);
    return state === undefined ? object : bytesOf(object, this.write(state), 'b');
  }

  #made(callee: Global, args: Tuple, made: Call['made']): Uint8Array {
    if (made === 'reduce') return bytesOf(this.write(callee), this.write(args), 'R');
    if (this.protocol >= 2) return bytesOf(this.write(callee), this.write(args), 0x81);
    const reconstructor = new Global('copy_reg', '_reconstructor');
    const base = new Global(this.#builtins, 'object');
    return bytesOf(this.write(reconstructor), this.write(new Tuple(callee, base, null)), 'R');
  }

  get #builtins(): string {
    return this.protocol < 3 ? '__builtin__' : 'builtins';
  }

  #memoized(value: Value, written: Uint8Array): Uint8Array {
    const place = this.#memo.size;
    this.#memo.set(value, place);
    if (this.protocol === 0) return bytesOf(written, `p${place}\n`);
    if (this.protocol >= 4) return bytesOf(written, 0x94);
    return place < 256 ? bytesOf(written, 'q', place) : bytesOf(written, 'r', u32(place));
  }

  #get(place: number): Uint8Array {
    if (this.protocol === 0) return bytesOf(`g${place}\n`);
    return place < 256 ? bytesOf('h', place) : bytesOf('j', u32(place));
  }
}
