import type { Constant, Constants } from '../../graph/constant.js';
import { bytesOf, type Graph, type Tensor } from '../../graph/graph.js';
import type { Chunk } from './chunks.js';
import type { Binding } from './dispatch.js';
import { type ConstantStore, FLOAT, storageBuffer } from './memory.js';

/** Scalars as the kernels see them: rate, root_correction, step, and nothing. */
const SCALARS = 4;

/** Where the temporaries of a graph lie. */
export interface Places {
  readonly slotOf: ReadonlyMap<Tensor, number>;
  /** Bytes per picture of each slot. */
  readonly slots: readonly number[];
  /** Bytes per picture of the two places for what is passed on within an op, which all ops share. */
  readonly scratch: readonly number[];
}

/** All buffers of one executable, and its share of the engine's constants. */
export class Buffers {
  bytes = 0;
  scalars!: GPUBuffer;
  readonly #device: GPUDevice;
  readonly #store: ConstantStore;
  readonly #constants: Constants;
  readonly #own: GPUBuffer[] = [];
  readonly #acquired: { constant: Constant; key: string }[] = [];
  readonly #placed = new Map<Tensor, GPUBuffer[]>();
  readonly #tables = new Map<string, GPUBuffer>();
  readonly #absent = new Map<string, GPUBuffer>();
  #scratch: readonly GPUBuffer[] = [];

  constructor(device: GPUDevice, store: ConstantStore, constants: Constants) {
    this.#device = device;
    this.#store = store;
    this.#constants = constants;
  }

  /**
   * Inputs and states: a buffer for each chunk. Temporaries: a buffer for each slot of the plan, which the chunks use in
   * turn; but where there are several chunks, an output of the graph has one for each, or the next would overwrite it.
   */
  allocate(graph: Graph, chunks: readonly Chunk[], { slotOf, slots, scratch }: Places): void {
    const largest = Math.max(...chunks.map(({ count }) => count));
    for (const tensor of graph.tensors) {
      if (tensor.kind === 'input' || tensor.kind === 'state') this.#placeInChunks(tensor, tensor.name, chunks);
    }
    const outputs = new Set(graph.outputs.values());
    const slotBuffers = new Map<number, GPUBuffer>();
    for (const [tensor, slot] of slotOf) {
      if (outputs.has(tensor) && chunks.length > 1) {
        this.#placeInChunks(tensor, 'output', chunks);
        continue;
      }
      const buffer = slotBuffers.get(slot) ?? this.#allocate(`slot ${slot}`, largest * slots[slot]);
      slotBuffers.set(slot, buffer);
      this.#placed.set(
        tensor,
        chunks.map(() => buffer),
      );
    }
    this.#scratch = scratch.map((bytes, place) => this.#allocate(`scratch ${place}`, largest * bytes));
    this.scalars = this.#allocate('scalars', SCALARS * FLOAT);
  }

  /** The buffer of a tensor in one chunk. @throws Error for a temporary that no op makes */
  of(tensor: Tensor, chunk: number): GPUBuffer {
    if (tensor.kind === 'constant') return this.#constant(tensor, 'plain', (data) => data);
    const buffers = this.#placed.get(tensor);
    if (!buffers) throw new Error(`${tensor.name} is not kept`);
    return buffers[chunk];
  }

  /** What stands behind the binding `name` of a kernel. */
  behind(name: string, binding: Binding, chunk: number): GPUBuffer {
    switch (binding.kind) {
      case 'tensor':
        return this.of(binding.tensor, chunk);
      case 'weight':
        return this.#constant(binding.weight.tensor, binding.weight.key, binding.weight.pack);
      case 'table':
        return this.#table(binding.key, binding.data);
      case 'scratch':
        return this.#scratch[binding.place ?? 0];
      case 'scalars':
        return this.scalars;
      case 'none':
        return this.#nothing(name);
    }
  }

  destroy(): void {
    for (const buffer of this.#own) buffer.destroy();
    for (const { constant, key } of this.#acquired) this.#store.release(constant, key);
    this.#own.length = 0;
    this.#acquired.length = 0;
  }

  #placeInChunks(tensor: Tensor, label: string, chunks: readonly Chunk[]): void {
    this.#placed.set(
      tensor,
      chunks.map(({ count }) => this.#allocate(label, count * bytesOf(tensor))),
    );
  }

  #constant(tensor: Tensor, key: string, pack: (data: Float32Array) => Float32Array): GPUBuffer {
    const constant = this.#constants.get(tensor.name)!;
    const buffer = this.#store.acquire(constant, key, tensor.name, pack);
    if (this.#acquired.some((entry) => entry.constant === constant && entry.key === key)) {
      this.#store.release(constant, key);
    } else {
      this.#acquired.push({ constant, key });
      this.bytes += buffer.size;
    }
    return buffer;
  }

  #table(key: string, data: Float32Array | Uint32Array): GPUBuffer {
    let buffer = this.#tables.get(key);
    if (!buffer) {
      buffer = this.#allocate(key, data.byteLength);
      this.#device.queue.writeBuffer(buffer, 0, data as Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>);
      this.#tables.set(key, buffer);
    }
    return buffer;
  }

  /** One for each name: the same buffer must not stand at two bindings of a kernel that are written. */
  #nothing(name: string): GPUBuffer {
    const buffer = this.#absent.get(name) ?? this.#allocate(`no ${name}`, 0);
    this.#absent.set(name, buffer);
    return buffer;
  }

  #allocate(label: string, bytes: number): GPUBuffer {
    const buffer = storageBuffer(this.#device, label, bytes);
    this.#own.push(buffer);
    this.bytes += buffer.size;
    return buffer;
  }
}
