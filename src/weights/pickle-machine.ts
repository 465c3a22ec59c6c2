/** What a pickle's opcodes work on, with every check that a hostile file makes necessary. */

import { quoted } from '../words.js';
import type { ByteReader } from './bytes.js';
import {
  Budget,
  isPickleKey,
  type PickleContext,
  PickleDict,
  type PickleGlobal,
  type PickleGlobals,
  type PickleKey,
  PickleTuple,
} from './pickle-values.js';
import { FETCH_AGAIN, OPENS } from './words.js';

/** More than any network needs (a StyleGAN2's takes 13,000), few enough to end within seconds and some 100 MB. */
const MOST_OPERATIONS = 1_000_000;

export interface UnpickleOptions {
  /** The classes and functions that the pickle may name. */
  readonly globals: PickleGlobals;
  /** What a persistent id stands for; without it one is an error. */
  readonly persistentLoad?: (id: unknown) => unknown;
  /** The operations that may be taken; by default as many as a file of its own may. */
  readonly budget?: Budget;
}

/** The stack, marks and memo of one pickle. The opcodes work on it; each method checks what a hostile file may break. */
export class PickleMachine implements PickleContext {
  readonly #stack: unknown[] = [];
  /** The heights of the stack at which marks lie. */
  readonly #marks: number[] = [];
  readonly #memo = new Map<number, unknown>();
  readonly budget: Budget;
  readonly fail: (message: string) => never;
  /** Where the opcode at hand begins, for messages. */
  at = 0;

  constructor(
    readonly reader: ByteReader,
    readonly options: UnpickleOptions,
  ) {
    this.budget = options.budget ?? new Budget(MOST_OPERATIONS);
    this.fail = (message) => reader.fail(message);
  }

  get source(): string {
    return this.reader.source;
  }

  spend(operations: number): void {
    if (!this.budget.spend(operations)) {
      this.fail(`its pickle takes more than ${this.budget.most} operations, more than any network needs; ${OPENS}`);
    }
  }

  /** Says that the pickle contradicts itself. */
  damaged(what: string): never {
    return this.fail(`its pickle is damaged: ${what} at byte ${this.at}; ${FETCH_AGAIN}`);
  }

  push(value: unknown): void {
    this.#stack.push(value);
  }

  pop(): unknown {
    this.#requireValue();
    return this.#stack.pop();
  }

  top(): unknown {
    this.#requireValue();
    return this.#stack.at(-1);
  }

  mark(): void {
    this.#marks.push(this.#stack.length);
  }

  /** Takes everything above the topmost mark, and the mark. */
  popMark(): unknown[] {
    const height = this.#marks.pop();
    if (height === undefined) return this.damaged('a missing mark');
    return this.#stack.splice(height);
  }

  /** POP also drops a mark when that is what lies on top. */
  discard(): void {
    if (this.#marks.at(-1) === this.#stack.length) this.#marks.pop();
    else this.pop();
  }

  memoize(index = this.#memo.size): void {
    this.#memo.set(index, this.top());
  }

  recall(index: number): void {
    if (!this.#memo.has(index)) this.damaged(`an unknown memo ${index}`);
    this.#stack.push(this.#memo.get(index));
  }

  global(module: unknown, name: unknown): void {
    if (typeof module !== 'string' || typeof name !== 'string') this.damaged('a global without a name');
    const full = `${module}.${name}`;
    const found = this.options.globals.get(full);
    if (found === undefined) {
      this.fail(
        `its pickle names ${quoted(full)} at byte ${this.at}, which facewright does not build (nothing in a file is ever run); ${OPENS}`,
      );
    }
    this.push(found);
  }

  /** Calls a global with a tuple of arguments. What may be called is only ever code of facewright's own. */
  call(callee: unknown, args: unknown): void {
    if (!(args instanceof PickleTuple)) this.damaged('arguments that are no tuple');
    // Globals enter the stack through global() alone, so membership in the table is what makes a value callable.
    const global = callee as Partial<PickleGlobal> | null;
    const known = typeof global?.name === 'string' && this.options.globals.get(global.name) === callee;
    if (!known) this.damaged('a call of something that is no class');
    if (global?.construct === undefined) {
      this.fail(
        `its pickle calls ${global?.name} at byte ${this.at}, which facewright does not build from a pickle; ${OPENS}`,
      );
    }
    this.push(global.construct(args.items, this));
  }

  /** Sets pairs, given as [key, value, key, value, …], on the dict on top. */
  setItems(pairs: readonly unknown[]): void {
    const dict = this.top();
    if (!(dict instanceof PickleDict)) this.damaged('items for something that is no dict');
    if (pairs.length % 2 !== 0) this.damaged('a key without a value');
    for (let i = 0; i < pairs.length; i += 2) dict.set(this.key(pairs[i]), pairs[i + 1]);
  }

  appendItems(items: readonly unknown[]): void {
    const list = this.top();
    if (!Array.isArray(list)) this.damaged('elements for something that is no list');
    for (const item of items) list.push(item);
  }

  /** A value as the key of a dict or the member of a set. */
  key(value: unknown): PickleKey {
    return isPickleKey(value) ? value : this.damaged('a key that is neither text nor a number');
  }

  persistent(id: unknown): void {
    const load = this.options.persistentLoad;
    if (load === undefined) this.damaged('a reference to data outside the pickle');
    this.push(load(id));
  }

  #requireValue(): void {
    if (this.#stack.length <= (this.#marks.at(-1) ?? 0)) this.damaged('an empty stack');
  }
}
