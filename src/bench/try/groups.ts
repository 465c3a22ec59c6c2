// How many workgroups a launch has, as a shader's author says it: `//! groups ceil(W / 4), ceil(OUT / 8)`.

import { FacewrightError } from '../../errors.js';

/** What a name stands for; the values of a kernel's overrides. */
export type Values = Readonly<Record<string, number>>;

/** Two expressions, ready to be worked out. */
export interface GroupsExpression {
  /** As it was written. */
  readonly text: string;
  /**
   * Workgroups in x and y.
   *
   * @throws FacewrightError when a name has no value, or a result is no number of workgroups
   */
  readonly of: (values: Values) => [number, number];
}

type Node = (values: Values) => number;

interface Token {
  readonly text: string;
  /** Where it begins, in characters from 1. */
  readonly at: number;
}

/** Workgroups that one dimension of a dispatch holds in every WebGPU. */
const MOST = 65_535;
const TOKEN = /\s*(?:(\d+(?:\.\d+)?|[A-Za-z_]\w*|[-+*/%(),])|(\S))/gy;
const FUNCTIONS: Readonly<Record<string, { readonly arity: number; readonly of: (...values: number[]) => number }>> = {
  ceil: { arity: 1, of: Math.ceil },
  floor: { arity: 1, of: Math.floor },
  min: { arity: 2, of: Math.min },
  max: { arity: 2, of: Math.max },
};
const ALLOWED = 'numbers, overrides, + - * / % ( ), ceil, floor, min and max';

/**
 * Reads two expressions over overrides, parted by a comma. Division is exact: `ceil(W / 4)` is what it says.
 *
 * @param where the file and line, for errors
 * @throws FacewrightError when it is no such thing, saying where in it
 */
export function parseGroups(text: string, where: string): GroupsExpression {
  const parser = new Parser(text, where);
  const x = parser.expression();
  parser.expect(',', 'two expressions are wanted, for x and y, with a comma between them');
  const y = parser.expression();
  parser.end();
  const counted = (node: Node, axis: string, values: Values) => {
    const count = node(values);
    if (Number.isInteger(count) && count >= 1 && count <= MOST) return count;
    const given = Object.entries(values).map(([name, value]) => `${name} = ${value}`);
    throw new FacewrightError(
      `${where}: "${text.trim()}" gives ${count} workgroups in ${axis}, where a whole number from 1 to ${MOST} is wanted (${given.join(', ')})`,
    );
  };
  return { text: text.trim(), of: (values) => [counted(x, 'x', values), counted(y, 'y', values)] };
}

/** Recursive descent over sums, products and values. */
class Parser {
  readonly #tokens: readonly Token[];
  #next = 0;

  constructor(
    private readonly text: string,
    private readonly where: string,
  ) {
    this.#tokens = [...text.matchAll(TOKEN)].map((match) => ({
      text: match[1] ?? match[2],
      at: match.index + match[0].length - (match[1] ?? match[2]).length + 1,
    }));
  }

  expression(): Node {
    let left = this.#product();
    for (let sign = this.#take('+', '-'); sign; sign = this.#take('+', '-')) {
      const [a, b] = [left, this.#product()];
      left = sign === '+' ? (values) => a(values) + b(values) : (values) => a(values) - b(values);
    }
    return left;
  }

  expect(token: string, otherwise: string): void {
    if (!this.#take(token)) this.#fail(otherwise);
  }

  end(): void {
    if (this.#next < this.#tokens.length) this.#fail('nothing may follow');
  }

  #product(): Node {
    let left = this.#value();
    for (let sign = this.#take('*', '/', '%'); sign; sign = this.#take('*', '/', '%')) {
      const [a, b] = [left, this.#value()];
      if (sign === '*') left = (values) => a(values) * b(values);
      else if (sign === '/') left = (values) => a(values) / b(values);
      else left = (values) => a(values) % b(values);
    }
    return left;
  }

  #value(): Node {
    if (this.#take('-')) {
      const value = this.#value();
      return (values) => -value(values);
    }
    if (this.#take('(')) {
      const inner = this.expression();
      this.expect(')', 'a ) is missing');
      return inner;
    }
    const token = this.#tokens[this.#next];
    if (!token || !/^\w/.test(token.text)) this.#fail(`there may be ${ALLOWED}`);
    this.#next++;
    if (/^\d/.test(token.text)) {
      const number = Number(token.text);
      return () => number;
    }
    return this.#take('(') ? this.#call(token) : this.#name(token.text);
  }

  #call({ text: name, at }: Token): Node {
    const called = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
    if (!called) {
      throw new FacewrightError(
        `${this.where}: there is no function ${name} (character ${at}); there may be ${ALLOWED}`,
      );
    }
    const given = [this.expression()];
    while (this.#take(',')) given.push(this.expression());
    if (given.length !== called.arity) this.#fail(`${name} wants ${called.arity} of them and has ${given.length}`);
    this.expect(')', 'a ) is missing');
    return (values) => called.of(...given.map((node) => node(values)));
  }

  #name(name: string): Node {
    return (values) => {
      if (Object.hasOwn(values, name)) return values[name];
      throw new FacewrightError(
        `${this.where}: there is no override ${name} with a value; there are ${Object.keys(values).join(', ')}`,
      );
    };
  }

  #take(...wanted: readonly string[]): string | undefined {
    const token = this.#tokens[this.#next];
    if (!token || !wanted.includes(token.text)) return undefined;
    this.#next++;
    return token.text;
  }

  #fail(why: string): never {
    const token = this.#tokens[this.#next];
    const place = token ? `at "${token.text}" (character ${token.at})` : 'at its end';
    throw new FacewrightError(`${this.where}: "${this.text.trim()}" cannot be read ${place}: ${why}`);
  }
}
