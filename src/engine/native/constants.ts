import type { AddonConstant, NativeAddon } from './addon.js';

interface Entry {
  readonly constant: AddonConstant;
  readonly packed: Promise<void>;
  users: number;
}

/**
 * Packed constants, shared: two executables of one network hold its weights once. The host's Float32Array is the identity
 * of a constant.
 */
export class ConstantStore {
  readonly #entries = new Map<Float32Array, Map<string, Entry>>();

  constructor(
    private readonly addon: NativeAddon,
    private readonly isa: string,
  ) {}

  /** A constant in a layout of native/pack.h, packed by the time it is returned. */
  async acquire(data: Float32Array, layout: string, sizes: readonly number[]): Promise<ConstantUse> {
    const layouts = this.#entries.get(data) ?? new Map<string, Entry>();
    this.#entries.set(data, layouts);
    const key = `${layout} ${sizes.join()}`;
    let entry = layouts.get(key);
    if (!entry) {
      const constant = new this.addon.Constant();
      // What `pack` throws at once is a rejection like any other.
      const packed = (async () => constant.pack(data, layout, sizes, this.isa))();
      entry = { constant, packed, users: 0 };
      layouts.set(key, entry);
    }
    entry.users++;
    const use = { constant: entry.constant, release: () => this.#release(data, key) };
    try {
      await entry.packed;
      return use;
    } catch (error) {
      use.release();
      throw error;
    }
  }

  #release(data: Float32Array, key: string): void {
    const layouts = this.#entries.get(data);
    const entry = layouts?.get(key);
    if (!layouts || !entry || --entry.users > 0) return;
    entry.constant.release();
    layouts.delete(key);
    if (layouts.size === 0) this.#entries.delete(data);
  }
}

/** A constant, until it is released: once. */
export interface ConstantUse {
  readonly constant: AddonConstant;
  release(): void;
}
