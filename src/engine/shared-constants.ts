import type { Constant } from '../graph/constant.js';

/**
 * Packed constants that are shared and counted: two executables of one network hold its weights once. The object given to
 * `compile` is the identity of a constant (graph/constant.ts), and a key names the form that it was packed in.
 */
export class SharedConstants<T> {
  readonly #entries = new Map<Constant, Map<string, { value: T; users: number }>>();
  readonly #numbers = new WeakMap<Constant, number>();
  #numbered = 0;

  /** @param free lets go of a packed constant that nobody uses any more */
  constructor(private readonly free: (value: T) => void) {}

  /** The packed constant, made by `pack` where it is not there yet; every `acquire` is followed by one `release` of the same. */
  acquire(constant: Constant, key: string, pack: () => T): T {
    let forms = this.#entries.get(constant);
    let entry = forms?.get(key);
    if (!entry) {
      entry = { value: pack(), users: 0 };
      forms ??= new Map();
      forms.set(key, entry);
      this.#entries.set(constant, forms);
    }
    entry.users++;
    return entry.value;
  }

  release(constant: Constant, key: string): void {
    const forms = this.#entries.get(constant);
    const entry = forms?.get(key);
    if (!forms || !entry || --entry.users > 0) return;
    this.free(entry.value);
    forms.delete(key);
    if (forms.size === 0) this.#entries.delete(constant);
  }

  /** A number of a constant's own, for keys of what is packed of several. */
  numberOf(constant: Constant): number {
    const number = this.#numbers.get(constant) ?? this.#numbered++;
    this.#numbers.set(constant, number);
    return number;
  }
}
