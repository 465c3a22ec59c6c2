import type { Constant } from '../../graph/constant.js';
import { DTYPE_BYTES } from '../../graph/dtype.js';
import type { Program } from '../../graph/fuse/program.js';
import { bytesOf } from '../../graph/graph.js';
import { hostTensor } from '../../graph/host-tensor.js';
import type { DeviceMemory } from '../engine.js';
import { SharedConstants } from '../shared-constants.js';
import { Buffers } from './buffers.js';
import type { Dispatch } from './dispatch.js';
import { layOut } from './lay-out.js';
import { lower } from './lower.js';
import { type BufferDevice, type ConstantSource, type PackedForm, storageBuffer } from './memory.js';
import type { KernelDevice } from './variants.js';

/**
 * What an executable of a program takes of a device that need not be there. Its buffers are laid out and made as an executable's are
 * (`executable.ts`), of nothing.
 */
export class MemoryCount {
  readonly #program: Program;
  readonly #dispatches: readonly Dispatch[];
  readonly #bindingLimit: number;

  /** @param bindingLimit the most bytes that one binding may hold */
  constructor(program: Program, device: KernelDevice, bindingLimit: number) {
    this.#program = program;
    this.#dispatches = program.ops.flatMap((op) => lower(op, device));
    this.#bindingLimit = bindingLimit;
  }

  /** @param batch pictures in one run @throws FacewrightError when not even one picture fits */
  of(batch: number): DeviceMemory {
    const { graph } = this.#program;
    const constants = graph.tensors.filter(({ kind }) => kind === 'constant');
    const known = new Map<string, Constant>(constants.map(({ name, shape }) => [name, unread(shape)]));
    const { places, chunks } = layOut(this.#program, this.#dispatches, this.#bindingLimit, batch);
    const buffers = new Buffers(COUNTED, new CountedConstants(), known);
    buffers.allocate(graph, chunks, places);
    for (const { bindings } of this.#dispatches) {
      for (const [name, binding] of Object.entries(bindings)) {
        chunks.forEach((_, chunk) => void buffers.behind(name, binding, chunk));
      }
    }
    const kept = graph.tensors
      .filter(({ kind }) => kind === 'input' || kind === 'state')
      .reduce((sum, tensor) => sum + batch * bytesOf(tensor), 0);
    const { bytes, constantBytes } = buffers;
    return { bytes, weights: constantBytes, kept, temporaries: bytes - constantBytes - kept };
  }
}

/** Buffers that are as large as they would be. */
const COUNTED: BufferDevice = {
  createBuffer: ({ size }) => ({ size, destroy: () => undefined }) as GPUBuffer,
  queue: { writeBuffer: () => undefined },
};

class CountedConstants implements ConstantSource {
  readonly #shared = new SharedConstants<GPUBuffer>(() => undefined);

  acquire(constant: Constant, { key, label, dtype, numbers }: PackedForm): GPUBuffer {
    return this.#shared.acquire(constant, key, () => storageBuffer(COUNTED, label, numbers() * DTYPE_BYTES[dtype]));
  }

  release(constant: Constant, key: string): void {
    this.#shared.release(constant, key);
  }

  numberOf(constant: Constant): number {
    return this.#shared.numberOf(constant);
  }
}

/** A constant of which only the shape is asked. */
function unread(shape: readonly number[]): Constant {
  return { shape, of: hostTensor([0], new Float32Array()), derive: (values) => values };
}
