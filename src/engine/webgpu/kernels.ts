import { ALL_F32, assembleKernel, type KernelStorage, type KernelText, type ShaderTexts } from './assemble.js';
import { type Declarations, readDeclarations } from './declarations.js';

/** A kernel's text with its libraries, and what it declares. */
export interface Kernel extends KernelText {
  readonly declarations: Declarations;
}

/** The kernels of shaders/, each assembled and read once for what it stores. */
export class Kernels {
  readonly #kernels = new Map<string, Kernel>();

  constructor(private readonly shaders: ShaderTexts) {}

  /** @throws Error when there is no kernel of that name */
  get(name: string, storage: KernelStorage = ALL_F32): Kernel {
    const key = `${name} ${storageKey(storage)}`;
    let kernel = this.#kernels.get(key);
    if (!kernel) {
      const text = assembleKernel(this.shaders, name, storage);
      kernel = { ...text, declarations: readDeclarations(text.code) };
      this.#kernels.set(key, kernel);
    }
    return kernel;
  }
}

/** Tells what one kernel stores from what another does. */
export function storageKey({ stored, others }: KernelStorage): string {
  return [stored, ...others].join(' ');
}
