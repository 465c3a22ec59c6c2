import { assembleKernel, type KernelText, type ShaderTexts, type StoragePrecision } from './assemble.js';
import { type Declarations, readDeclarations } from './declarations.js';

/** A kernel's text with its libraries, and what it declares. */
export interface Kernel extends KernelText {
  readonly declarations: Declarations;
}

/** The kernels of shaders/, each assembled and read once. */
export class Kernels {
  readonly #kernels = new Map<string, Kernel>();

  constructor(
    private readonly shaders: ShaderTexts,
    private readonly precision: StoragePrecision,
  ) {}

  /** @throws Error when there is no kernel of that name */
  get(name: string): Kernel {
    let kernel = this.#kernels.get(name);
    if (!kernel) {
      const text = assembleKernel(this.shaders, name, this.precision);
      kernel = { ...text, declarations: readDeclarations(text.code) };
      this.#kernels.set(name, kernel);
    }
    return kernel;
  }
}
