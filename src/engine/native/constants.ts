import { type Constant, constantValues } from '../../graph/constant.js';
import { SharedConstants } from '../shared-constants.js';
import type { AddonConstant, AddonKernels, NativeAddon } from './addon.js';
import { type Packing, packingKey } from './step.js';

/** A constant, until it is released: once. */
export interface ConstantUse {
  readonly constant: AddonConstant;
  release(): void;
}

/** Constants in the addon's memory, packed for their kernels and shared by executables. */
export class ConstantStore {
  readonly #shared = new SharedConstants<{ constant: AddonConstant; packed: Promise<void> }>(({ constant }) =>
    constant.release(),
  );

  constructor(
    private readonly addon: NativeAddon,
    private readonly kernels: AddonKernels,
  ) {}

  /** A constant of that shape, packed by the time it is returned. */
  async acquire(source: Constant, packing: Packing, shape: readonly number[]): Promise<ConstantUse> {
    const key = `${packingKey(packing)} ${shape.join()}`;
    const { constant, packed } = this.#shared.acquire(source, key, () => {
      const made = new this.addon.Constant();
      // What `pack` throws at once is a rejection like any other.
      return {
        constant: made,
        packed: (async () => made.pack(constantValues(source), { ...packing, shape }, this.kernels))(),
      };
    });
    const release = () => this.#shared.release(source, key);
    try {
      await packed;
      return { constant, release };
    } catch (error) {
      release();
      throw error;
    }
  }
}
