import { FacewrightError } from '../../errors.js';
import type { Constant, Constants } from '../../graph/constant.js';
import { elements, type Graph, type Op, shapeText, type Tensor } from '../../graph/graph.js';
import type { RunScalars } from '../../graph/ops.js';
import { planMemory } from '../../graph/plan.js';
import { checkConstants } from '../check-constants.js';
import { describe } from '../describe.js';
import type { Executable, KernelTime } from '../engine.js';
import type { GuardedDevice } from './device.js';
import type { Binding, Dispatch } from './dispatch.js';
import { lower } from './lower.js';
import { type ConstantStore, FLOAT, readBuffer, storageBuffer } from './memory.js';
import type { PipelineCache } from './pipelines.js';
import type { ConvolutionKernels } from './tiles.js';
import { readTimestamps } from './timestamps.js';

/** What an executable shares with its engine. */
export interface Shared {
  readonly guard: GuardedDevice;
  readonly pipelines: PipelineCache;
  readonly constants: ConstantStore;
  readonly convolutions: ConvolutionKernels;
  /** The most bytes that one binding may hold. */
  readonly bindingLimit: number;
}

/** A dispatch with its op, its pipeline and its bind group for each chunk of pictures. */
interface Launch {
  readonly op: Op;
  readonly dispatch: Dispatch;
  readonly pipeline: GPUComputePipeline;
  readonly bindGroups: readonly GPUBindGroup[];
}

/** Pictures [first, first + count) of the batch, processed together. */
interface Chunk {
  readonly first: number;
  readonly count: number;
}

/** GPUMapMode.READ; the global of that name exists only where WebGPU is built in. */
const MAP_MODE_READ = 1;
/** Scalars as the kernels see them: rate, root_correction, step. */
const SCALARS = 4;

/**
 * A graph on the device: buffers by the memory plan, a pipeline and bind groups for every kernel.
 *
 * Where a batch is too large for one binding (lavapipe: 128 MiB), it is cut into chunks of pictures which run one after
 * the other through the same temporaries. Since every kernel works picture by picture, nothing else changes.
 */
export class WebGpuExecutable implements Executable {
  readonly bytes: number;
  readonly #graph: Graph;
  readonly #shared: Shared;
  readonly #launches: readonly Launch[];
  readonly #chunks: readonly Chunk[];
  readonly #buffers: Buffers;
  #closed = false;

  private constructor(graph: Graph, shared: Shared, launches: Launch[], chunks: Chunk[], buffers: Buffers) {
    this.#graph = graph;
    this.#shared = shared;
    this.#launches = launches;
    this.#chunks = chunks;
    this.#buffers = buffers;
    this.bytes = buffers.bytes;
  }

  static async create(graph: Graph, constants: Constants, shared: Shared): Promise<WebGpuExecutable> {
    checkConstants(graph, constants);
    const plan = planMemory(graph);
    const work = plan.ops.flatMap((op) => lower(op, shared.convolutions).map((dispatch) => ({ op, dispatch })));
    const scratch = Math.max(0, ...work.flatMap(({ dispatch }) => dispatch.bindings.map(scratchSize)));
    const largest = Math.max(
      scratch,
      ...plan.slots,
      ...graph.tensors.filter((t) => t.kind === 'input' || t.kind === 'state').map(elementsPerPicture),
    );
    const chunks = chunksOf(graph.batch, largest * FLOAT, shared.bindingLimit);
    const pipelines = await Promise.all(
      work.map(({ dispatch }) => shared.pipelines.get(dispatch.kernel, dispatch.overrides)),
    );
    const buffers = new Buffers(shared, constants);
    try {
      return await shared.guard.scoped('the network', () => {
        buffers.allocate(graph, chunks, plan.slots, plan.slotOf, scratch);
        const launches = work.map(({ op, dispatch }, index) => ({
          op,
          dispatch,
          pipeline: pipelines[index],
          bindGroups: chunks.map((_, chunk) => buffers.bindGroup(pipelines[index], dispatch, chunk)),
        }));
        return new WebGpuExecutable(graph, shared, launches, chunks, buffers);
      });
    } catch (error) {
      buffers.destroy();
      throw error;
    }
  }

  write(name: string, data: Float32Array): void {
    this.#check();
    const tensor = this.#graph.find(name);
    if (tensor?.kind !== 'input' && tensor?.kind !== 'state') throw new Error(`the graph has no input ${name}`);
    const size = elementsPerPicture(tensor);
    if (data.length !== size * this.#graph.batch) {
      throw new Error(`${name}: ${data.length} values for ${shapeText(tensor.shape)}`);
    }
    this.#chunks.forEach(({ first, count }, chunk) => {
      const part = data.subarray(first * size, (first + count) * size) as Float32Array<ArrayBuffer>;
      this.#shared.guard.device.queue.writeBuffer(this.#buffers.of(tensor, chunk), 0, part);
    });
  }

  run(scalars: Partial<RunScalars> = {}): void {
    this.#check();
    const { device } = this.#shared.guard;
    this.#writeScalars(scalars);
    // A submit for each chunk: drivers that watch over the time of one submit see shorter ones.
    this.#chunks.forEach(({ count }, chunk) => {
      const encoder = device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      for (const launch of this.#launches) encodeLaunch(pass, launch, chunk, count);
      pass.end();
      device.queue.submit([encoder.finish()]);
    });
  }

  async read(names: readonly string[]): Promise<Record<string, Float32Array>> {
    this.#check();
    const { guard } = this.#shared;
    const tensors = names.map((name) => this.#readable(name));
    const staged: { buffer: GPUBuffer; into: Float32Array; at: number }[] = [];
    const results = tensors.map((tensor) => new Float32Array(elements(tensor.shape)));
    try {
      // A staging buffer for each chunk, no larger than what it is copied from.
      await guard.scoped('reading results', () => {
        const encoder = guard.device.createCommandEncoder();
        tensors.forEach((tensor, index) => {
          const size = elementsPerPicture(tensor);
          this.#chunks.forEach(({ first, count }, chunk) => {
            const bytes = count * size * FLOAT;
            const buffer = readBuffer(guard.device, bytes);
            encoder.copyBufferToBuffer(this.#buffers.readable(tensor, chunk), 0, buffer, 0, bytes);
            staged.push({ buffer, into: results[index], at: first * size });
          });
        });
        guard.device.queue.submit([encoder.finish()]);
      });
      await guard.orFailure(Promise.all(staged.map(({ buffer }) => buffer.mapAsync(MAP_MODE_READ))));
      this.#check();
      for (const { buffer, into, at } of staged) into.set(new Float32Array(buffer.getMappedRange()), at);
      return Object.fromEntries(names.map((name, index) => [name, results[index]]));
    } finally {
      for (const { buffer } of staged) buffer.destroy();
    }
  }

  async profile(scalars: Partial<RunScalars> = {}): Promise<KernelTime[]> {
    this.#check();
    const { device } = this.#shared.guard;
    this.#writeScalars(scalars);
    const steps = this.#chunks.flatMap(({ count }, chunk) =>
      this.#launches.map((launch) => ({ launch, chunk, count })),
    );
    const seconds = await readTimestamps(device, steps.length, (encoder, index, timestampWrites) => {
      const pass = encoder.beginComputePass({ timestampWrites });
      const { launch, chunk, count } = steps[index];
      encodeLaunch(pass, launch, chunk, count);
      pass.end();
    });
    this.#shared.guard.check();
    return steps.map(({ launch: { op, dispatch }, count }, index) => ({
      kernel: dispatch.kernel,
      op: describe(op),
      seconds: seconds[index],
      flop: dispatch.flop * count,
      bytes: this.#buffers.traffic(dispatch, count),
    }));
  }

  cancel(): void {
    // What was submitted cannot be called back: at most the steps in flight, which the device finishes.
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#buffers.destroy();
  }

  #check(): void {
    if (this.#closed) throw new FacewrightError('this executable was closed');
    this.#shared.guard.check();
  }

  #writeScalars({ rate = 0, rootCorrection = 1, step = 0 }: Partial<RunScalars>): void {
    this.#shared.guard.device.queue.writeBuffer(
      this.#buffers.scalars,
      0,
      new Float32Array([rate, rootCorrection, step, 0]),
    );
  }

  #readable(name: string): Tensor {
    const tensor = this.#graph.outputs.get(name) ?? this.#graph.find(name);
    if (!tensor || tensor.kind === 'constant') throw new Error(`the graph has no output ${name}`);
    return tensor;
  }
}

/** All buffers of one executable. */
class Buffers {
  bytes = 0;
  scalars!: GPUBuffer;
  readonly #shared: Shared;
  readonly #constants: Constants;
  readonly #own: GPUBuffer[] = [];
  readonly #acquired: { constant: Constant; key: string }[] = [];
  readonly #placed = new Map<Tensor, GPUBuffer[]>();
  readonly #tables = new Map<string, GPUBuffer>();
  readonly #absent: GPUBuffer[] = [];
  #scratch: GPUBuffer | undefined;

  constructor(shared: Shared, constants: Constants) {
    this.#shared = shared;
    this.#constants = constants;
  }

  /**
   * Inputs and states: a buffer for each chunk. Temporaries: a buffer for each slot of the plan, which the chunks use in
   * turn; but where there are several chunks, an output of the graph has one for each, or the next would overwrite it.
   */
  allocate(
    graph: Graph,
    chunks: readonly Chunk[],
    slots: readonly number[],
    slotOf: ReadonlyMap<Tensor, number>,
    scratch: number,
  ): void {
    const largest = Math.max(...chunks.map(({ count }) => count));
    for (const tensor of graph.tensors) {
      if (tensor.kind !== 'input' && tensor.kind !== 'state') continue;
      this.#placed.set(
        tensor,
        chunks.map(({ count }) => this.#allocate(tensor.name, count * elementsPerPicture(tensor))),
      );
    }
    const outputs = new Set(graph.outputs.values());
    const slotBuffers = new Map<number, GPUBuffer>();
    for (const [tensor, slot] of slotOf) {
      if (outputs.has(tensor) && chunks.length > 1) {
        const size = elementsPerPicture(tensor);
        this.#placed.set(
          tensor,
          chunks.map(({ count }) => this.#allocate('output', count * size)),
        );
        continue;
      }
      let buffer = slotBuffers.get(slot);
      if (!buffer) {
        buffer = this.#allocate(`slot ${slot}`, largest * slots[slot]);
        slotBuffers.set(slot, buffer);
      }
      const shared = buffer;
      this.#placed.set(
        tensor,
        chunks.map(() => shared),
      );
    }
    this.#scratch = this.#allocate('scratch', largest * scratch);
    this.scalars = this.#allocate('scalars', SCALARS);
  }

  of(tensor: Tensor, chunk: number): GPUBuffer {
    if (tensor.kind === 'constant') return this.#constant(tensor, 'plain', (data) => data);
    return this.#placed.get(tensor)![chunk];
  }

  readable(tensor: Tensor, chunk: number): GPUBuffer {
    const buffers = this.#placed.get(tensor);
    if (!buffers) throw new Error(`${tensor.name} is not kept`);
    return buffers[chunk];
  }

  bindGroup(pipeline: GPUComputePipeline, dispatch: Dispatch, chunk: number): GPUBindGroup {
    return this.#shared.guard.device.createBindGroup({
      label: dispatch.kernel,
      layout: pipeline.getBindGroupLayout(0),
      entries: dispatch.bindings.map((binding, index) => ({
        binding: index,
        resource: { buffer: this.#bufferOf(binding, index, chunk) },
      })),
    });
  }

  /** Bytes that a dispatch over `count` pictures reads and writes at least, each tensor once. */
  traffic(dispatch: Dispatch, count: number): number {
    let values = 0;
    for (const binding of dispatch.bindings) {
      if (binding.kind === 'tensor') {
        values +=
          binding.tensor.kind === 'constant'
            ? elements(binding.tensor.shape)
            : count * elementsPerPicture(binding.tensor);
      } else if (binding.kind === 'constant') values += elements(binding.constant.tensor.shape);
      else if (binding.kind === 'scratch') values += count * binding.size;
      else if (binding.kind === 'table') values += binding.data.length;
    }
    return values * FLOAT;
  }

  destroy(): void {
    for (const buffer of this.#own) buffer.destroy();
    for (const { constant, key } of this.#acquired) this.#shared.constants.release(constant, key);
    this.#own.length = 0;
    this.#acquired.length = 0;
  }

  #bufferOf(binding: Binding, index: number, chunk: number): GPUBuffer {
    switch (binding.kind) {
      case 'tensor':
        return this.of(binding.tensor, chunk);
      case 'constant':
        return this.#constant(binding.constant.tensor, binding.constant.key, binding.constant.pack);
      case 'table':
        return this.#table(binding.key, binding.data);
      case 'scratch':
        return this.#scratch!;
      case 'scalars':
        return this.scalars;
      case 'none':
        // One for each place: the same buffer must not stand at two places that are written.
        this.#absent[index] ??= this.#allocate('absent', 4);
        return this.#absent[index];
    }
  }

  #constant(tensor: Tensor, key: string, pack: (data: Float32Array) => Float32Array): GPUBuffer {
    const constant = this.#constants.get(tensor.name)!;
    const buffer = this.#shared.constants.acquire(constant, key, tensor.name, pack);
    if (this.#acquired.some((entry) => entry.constant === constant && entry.key === key)) {
      this.#shared.constants.release(constant, key);
    } else {
      this.#acquired.push({ constant, key });
      this.bytes += buffer.size;
    }
    return buffer;
  }

  #table(key: string, data: Float32Array | Uint32Array): GPUBuffer {
    let buffer = this.#tables.get(key);
    if (!buffer) {
      buffer = this.#allocate(key, data.length);
      this.#shared.guard.device.queue.writeBuffer(
        buffer,
        0,
        data as Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>,
      );
      this.#tables.set(key, buffer);
    }
    return buffer;
  }

  #allocate(label: string, size: number): GPUBuffer {
    const buffer = storageBuffer(this.#shared.guard.device, label, size);
    this.#own.push(buffer);
    this.bytes += buffer.size;
    return buffer;
  }
}

function encodeLaunch(pass: GPUComputePassEncoder, launch: Launch, chunk: number, pictures: number): void {
  const [x, y] = launch.dispatch.groups;
  pass.setPipeline(launch.pipeline);
  pass.setBindGroup(0, launch.bindGroups[chunk]);
  pass.dispatchWorkgroups(x, y, pictures);
}

function scratchSize(binding: Binding): number {
  return binding.kind === 'scratch' ? binding.size : 0;
}

function elementsPerPicture(tensor: Tensor): number {
  return elements(tensor.shape.slice(1));
}

/** As few chunks of at most `limit` bytes per binding as possible, all but the last of one size. */
function chunksOf(batch: number, bytesPerPicture: number, limit: number): Chunk[] {
  if (bytesPerPicture > limit) {
    throw new FacewrightError(
      `one map of this network takes ${Math.ceil(bytesPerPicture / 2 ** 20)} MiB and this GPU binds at most ${Math.floor(limit / 2 ** 20)} MiB: a smaller network is needed`,
    );
  }
  // One dimension of a dispatch holds 65,535 pictures.
  const most = Math.min(batch, Math.floor(limit / bytesPerPicture), 65_535);
  const chunks: Chunk[] = [];
  for (let first = 0; first < batch; first += most) chunks.push({ first, count: Math.min(most, batch - first) });
  return chunks;
}
