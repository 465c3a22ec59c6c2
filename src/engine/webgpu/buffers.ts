import { type Constant, type Constants, constantValues } from '../../graph/constant.js';
import { bytesOf, elements, type Graph, type Tensor } from '../../graph/graph.js';
import { type Arena, inElements, layOutArena } from './arenas.js';
import type { Chunk } from './chunks.js';
import type { Binding, PackedWeight } from './dispatch.js';
import { type BufferDevice, type ConstantSource, FLOAT, storageBuffer, wholeWords } from './memory.js';
import { plainWeight } from './pack.js';

/** Scalars as the kernels see them: rate, root_correction, step, and nothing. */
const SCALARS = 4;

/** Where the temporaries of a graph lie. */
export interface Places {
  readonly slotOf: ReadonlyMap<Tensor, number>;
  /** Bytes per picture of each slot. */
  readonly slots: readonly number[];
  /** Bytes per picture of the two places for what is passed on within an op, which all ops share. */
  readonly scratch: readonly number[];
  /** Tensors that lie together. None of them has a slot. */
  readonly arenas: readonly Arena[];
}

/** Where in a buffer something lies; without an offset, it has the buffer for itself. */
export interface Place {
  readonly buffer: GPUBuffer;
  readonly offset?: number;
  readonly size?: number;
}

/** All buffers of one executable, and its share of the engine's constants. */
export class Buffers {
  bytes = 0;
  /** Those of `bytes` that are the engine's constants. */
  constantBytes = 0;
  scalars!: GPUBuffer;
  readonly #device: BufferDevice;
  readonly #store: ConstantSource;
  readonly #constants: Constants;
  readonly #own: GPUBuffer[] = [];
  readonly #acquired: { constant: Constant; key: string }[] = [];
  readonly #placed = new Map<Tensor, Place[]>();
  readonly #places = new Map<Binding, GPUBuffer>();
  readonly #tables = new Map<string, GPUBuffer>();
  readonly #absent = new Map<string, GPUBuffer>();
  #scratch: readonly GPUBuffer[] = [];

  constructor(device: BufferDevice, store: ConstantSource, constants: Constants) {
    this.#device = device;
    this.#store = store;
    this.#constants = constants;
  }

  /**
   * Inputs and states: a buffer for each chunk. Temporaries: a buffer for each slot of the plan, which the chunks use in
   * turn; but where there are several chunks, an output of the graph has one for each, or the next would overwrite it. So it is
   * with arenas: one for each chunk, where one of its tensors needs that.
   */
  allocate(graph: Graph, chunks: readonly Chunk[], { slotOf, slots, scratch, arenas }: Places): void {
    const largest = Math.max(...chunks.map(({ count }) => count));
    const outputs = new Set(graph.outputs.values());
    for (const arena of arenas) this.#placeArena(arena, outputs, chunks);
    for (const tensor of graph.tensors) {
      const isKept = tensor.kind === 'input' || tensor.kind === 'state';
      if (isKept && !this.#placed.has(tensor)) this.#placeInChunks(tensor, tensor.name, chunks);
    }
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
        chunks.map(() => ({ buffer })),
      );
    }
    this.#scratch = scratch.map((bytes, place) => this.#allocate(`scratch ${place}`, largest * bytes));
    this.scalars = this.#allocate('scalars', SCALARS * FLOAT);
  }

  /** Where a tensor lies in one chunk. @throws Error for a temporary that no op makes */
  of(tensor: Tensor, chunk: number): Place {
    if (tensor.kind === 'constant') return { buffer: this.#weights([plainWeight(tensor)]) };
    const places = this.#placed.get(tensor);
    if (!places) throw new Error(`${tensor.name} is not kept`);
    return places[chunk];
  }

  /** What stands behind the binding `name` of a kernel. */
  behind(name: string, binding: Binding, chunk: number): Place {
    switch (binding.kind) {
      case 'tensor':
        return this.of(binding.tensor, chunk);
      case 'tensors':
        return { buffer: this.of(binding.tensors[0], chunk).buffer };
      case 'weight':
        return { buffer: this.#weights([binding.weight]) };
      case 'weights':
        return { buffer: this.#weights(binding.weights) };
      case 'table':
        return { buffer: this.#table(binding.key, binding.data) };
      case 'places':
        return { buffer: this.#placesOf(binding) };
      case 'scratch':
        return { buffer: this.#scratch[binding.place ?? 0] };
      case 'scalars':
        return { buffer: this.scalars };
      case 'none':
        return { buffer: this.#nothing(name) };
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
      chunks.map(({ count }) => ({ buffer: this.#allocate(label, count * bytesOf(tensor)) })),
    );
  }

  /** All chunks have the places of the largest one: a table of them serves all. */
  #placeArena(arena: Arena, outputs: ReadonlySet<Tensor>, chunks: readonly Chunk[]): void {
    const { offsetOf, bytes } = layOutArena(arena, Math.max(...chunks.map(({ count }) => count)));
    const isShared = arena.tensors.every((tensor) => tensor.kind === 'temp' && !outputs.has(tensor));
    const label = `${arena.tensors[0].name}, …`;
    const shared = isShared ? this.#allocate(label, bytes) : undefined;
    const buffers = chunks.map(() => shared ?? this.#allocate(label, bytes));
    for (const tensor of arena.tensors) {
      const at = (buffer: GPUBuffer, { count }: Chunk): Place => ({
        buffer,
        offset: offsetOf.get(tensor)!,
        size: Math.max(16, wholeWords(count * bytesOf(tensor))),
      });
      this.#placed.set(
        tensor,
        chunks.map((chunk, index) => at(buffers[index], chunk)),
      );
    }
  }

  /** Packed constants of one number format, one behind the other. */
  #weights(weights: readonly PackedWeight[]): GPUBuffer {
    const constants = weights.map(({ tensor }) => this.#constants.get(tensor.name)!);
    const [constant] = constants;
    const [{ tensor }] = weights;
    const keyOf = ({ key }: PackedWeight, index: number) => `${key} of ${this.#store.numberOf(constants[index])}`;
    const layout = weights.length === 1 ? weights[0].key : weights.map(keyOf).join(', ');
    const key = tensor.dtype === 'f32' ? layout : `${layout}, ${tensor.dtype}`;
    const buffer = this.#store.acquire(constant, {
      key,
      label: tensor.name,
      dtype: tensor.dtype,
      numbers: () => weights.reduce((sum, weight) => sum + numbersIn(weight), 0),
      make: () => joined(weights.map(({ pack }, index) => pack(constantValues(constants[index])))),
    });
    if (this.#acquired.some((entry) => entry.constant === constant && entry.key === key)) {
      this.#store.release(constant, key);
    } else {
      this.#acquired.push({ constant, key });
      this.bytes += buffer.size;
      this.constantBytes += buffer.size;
    }
    return buffer;
  }

  #table(key: string, data: Float32Array | Uint32Array): GPUBuffer {
    const buffer = this.#tables.get(key) ?? this.#written(key, data);
    this.#tables.set(key, buffer);
    return buffer;
  }

  #placesOf(binding: Extract<Binding, { kind: 'places' }>): GPUBuffer {
    const placeOf = (tensor: Tensor) => inElements(this.of(tensor, 0).offset ?? 0, tensor);
    const buffer = this.#places.get(binding) ?? this.#written('places', binding.make(placeOf));
    this.#places.set(binding, buffer);
    return buffer;
  }

  #written(label: string, data: Float32Array | Uint32Array): GPUBuffer {
    const buffer = this.#allocate(label, data.byteLength);
    this.#device.queue.writeBuffer(buffer, 0, data as Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>);
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

function joined(parts: readonly Float32Array[]): Float32Array {
  if (parts.length === 1) return parts[0];
  const whole = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** How many numbers a packed weight has; worked out by packing where it is not said. */
function numbersIn({ tensor, pack, numbers }: PackedWeight): number {
  return numbers ?? pack(new Float32Array(elements(tensor.shape))).length;
}
