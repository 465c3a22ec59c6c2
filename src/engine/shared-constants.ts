/**
 * Packed constants that are shared and counted: two executables of one network hold its weights once. The host's
 * Float32Array is the identity of a constant, and a key names the form that it was packed in.
 */
export class SharedConstants<T> {
  readonly #entries = new Map<Float32Array, Map<string, { value: T; users: number }>>();

  /** @param free lets go of a packed constant that nobody uses any more */
  constructor(private readonly free: (value: T) => void) {}

  /** The packed constant, made by `pack` where it is not there yet; every `acquire` is followed by one `release` of the same. */
  acquire(data: Float32Array, key: string, pack: () => T): T {
    let forms = this.#entries.get(data);
    let entry = forms?.get(key);
    if (!entry) {
      entry = { value: pack(), users: 0 };
      forms ??= new Map();
      forms.set(key, entry);
      this.#entries.set(data, forms);
    }
    entry.users++;
    return entry.value;
  }

  release(data: Float32Array, key: string): void {
    const forms = this.#entries.get(data);
    const entry = forms?.get(key);
    if (!forms || !entry || --entry.users > 0) return;
    this.free(entry.value);
    forms.delete(key);
    if (forms.size === 0) this.#entries.delete(data);
  }
}
