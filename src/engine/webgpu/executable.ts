import { FacewrightError } from '../../errors.js';
import type { Constants } from '../../graph/constant.js';
import type { ProgramOp } from '../../graph/fuse/fused-op.js';
import { type Program, withoutJoined } from '../../graph/fuse/program.js';
import { elements, type Graph, shapeText, type Tensor } from '../../graph/graph.js';
import type { RunScalars } from '../../graph/ops.js';
import { checkConstants } from '../check-constants.js';
import { describe } from '../describe.js';
import type { Executable, KernelTime } from '../engine.js';
import { arenasOf, canBind } from './arenas.js';
import { Buffers } from './buffers.js';
import type { Chunk } from './chunks.js';
import type { GuardedDevice } from './device.js';
import { type HostWatch, timed } from './host-spans.js';
import { bindLaunch, encodeLaunch, type Launch, makeWork, trafficOf, type Workshop, workgroupsOf } from './launches.js';
import { layOut } from './lay-out.js';
import { lower } from './lower.js';
import { type ConstantStore, packNumbers } from './memory.js';
import { Readback } from './readback.js';
import { readPassTicks, type TimedEncoding } from './timestamps.js';

/** What an executable shares with its engine. */
export interface Shared extends Workshop {
  readonly guard: GuardedDevice;
  readonly constants: ConstantStore;
  /** The most bytes that one binding may hold. */
  readonly bindingLimit: number;
  /** Told what the processor does in runs, profiles and reads. */
  readonly watch?: HostWatch;
}

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
  readonly #readback: Readback;
  /** The scalars of a run, as the kernels see them (`Buffers.scalars`). */
  readonly #scalars = new Float32Array(4);
  #closed = false;

  private constructor(
    graph: Graph,
    shared: Shared,
    launches: readonly Launch[],
    chunks: readonly Chunk[],
    buffers: Buffers,
  ) {
    this.#graph = graph;
    this.#shared = shared;
    this.#launches = launches;
    this.#chunks = chunks;
    this.#buffers = buffers;
    this.#readback = new Readback(shared.guard, shared.watch);
    this.bytes = buffers.bytes;
  }

  static async create(program: Program, constants: Constants, shared: Shared): Promise<WebGpuExecutable> {
    const { graph } = program;
    checkConstants(graph, constants);
    const bound = bindable(program.ops, shared);
    const work = await makeWork(bound, shared);
    const dispatches = work.map(({ dispatch }) => dispatch);
    const { places, chunks } = layOut({ graph, ops: bound }, dispatches, shared.bindingLimit, graph.batch);
    const { device } = shared.guard;
    const buffers = new Buffers(device, shared.constants, constants);
    try {
      return await shared.guard.scoped('the network', () => {
        buffers.allocate(graph, chunks, places);
        const launches = work.map((one) => bindLaunch(device, one, shared.kernels, buffers, chunks));
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
    const size = elements(tensor.shape.slice(1));
    if (data.length !== size * this.#graph.batch) {
      throw new Error(`${name}: ${data.length} values for ${shapeText(tensor.shape)}`);
    }
    this.#chunks.forEach(({ first, count }, chunk) => {
      const part = packNumbers(data.subarray(first * size, (first + count) * size), tensor.dtype);
      const { buffer, offset = 0 } = this.#buffers.of(tensor, chunk);
      this.#shared.guard.device.queue.writeBuffer(buffer, offset, part);
    });
  }

  run(scalars: Partial<RunScalars> = {}): void {
    this.#check();
    const { guard, watch } = this.#shared;
    const { device } = guard;
    this.#writeScalars(scalars);
    // A submit for each chunk: drivers that watch over the time of one submit see shorter ones.
    this.#chunks.forEach(({ count }, chunk) => {
      const commands = timed(watch, 'encode', () => {
        const encoder = device.createCommandEncoder();
        const pass = encoder.beginComputePass();
        for (const launch of this.#launches) encodeLaunch(pass, launch, chunk, count);
        pass.end();
        return encoder.finish();
      });
      timed(watch, 'submit', () => device.queue.submit([commands]));
    });
  }

  async read(names: readonly string[]): Promise<Record<string, Float32Array>> {
    this.#check();
    const tensors = names.map((name) => this.#readable(name));
    const results = tensors.map((tensor) => new Float32Array(elements(tensor.shape)));
    const copies = tensors.flatMap((tensor, index) => {
      const size = elements(tensor.shape.slice(1));
      return this.#chunks.map(({ first, count }, chunk) => ({
        from: this.#buffers.of(tensor, chunk),
        dtype: tensor.dtype,
        length: count * size,
        into: results[index],
        at: first * size,
      }));
    });
    await this.#readback.read(copies);
    this.#check();
    return Object.fromEntries(names.map((name, index) => [name, results[index]]));
  }

  async profile(scalars: Partial<RunScalars> = {}): Promise<KernelTime[]> {
    this.#check();
    const { guard, watch } = this.#shared;
    this.#writeScalars(scalars);
    const steps = this.#chunks.flatMap(({ count }, chunk) =>
      this.#launches.map((launch) => ({ launch, chunk, count })),
    );
    const record: TimedEncoding = (encoder, index, timestampWrites) => {
      const pass = encoder.beginComputePass({ timestampWrites });
      const { launch, chunk, count } = steps[index];
      encodeLaunch(pass, launch, chunk, count);
      pass.end();
    };
    const ticks = await readPassTicks(guard.device, steps.length, record, watch);
    guard.check();
    return steps.map(({ launch: { op, dispatch }, count }, index) => ({
      kernel: dispatch.kernel,
      op: describe(op),
      start: Number(ticks[index].begin - ticks[0].begin) * 1e-9,
      seconds: Number(ticks[index].end - ticks[index].begin) * 1e-9,
      workgroups: workgroupsOf(dispatch, count),
      flop: dispatch.flop * count,
      bytes: trafficOf(dispatch, count),
    }));
  }

  cancel(): void {
    // What was submitted cannot be called back: at most the steps in flight, which the device finishes.
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#buffers.destroy();
    this.#readback.destroy();
  }

  #check(): void {
    if (this.#closed) throw new FacewrightError('this executable was closed');
    this.#shared.guard.check();
  }

  #writeScalars({ rate = 0, rootCorrection = 1, step = 0 }: Partial<RunScalars>): void {
    this.#scalars.set([rate, rootCorrection, step]);
    this.#shared.guard.device.queue.writeBuffer(this.#buffers.scalars, 0, this.#scalars);
  }

  #readable(name: string): Tensor {
    const tensor = this.#graph.outputs.get(name) ?? this.#graph.find(name);
    if (!tensor || tensor.kind === 'constant') throw new Error(`the graph has no output ${name}`);
    return tensor;
  }
}

/** Ops as they are, where all that lies together can be bound; or else the joined ones' parts. */
function bindable(ops: readonly ProgramOp[], { device, kernels }: Shared): readonly ProgramOp[] {
  const dispatches = ops.flatMap((op) => lower(op, device));
  const isBindable = canBind(dispatches, arenasOf(dispatches), (kernel) => kernels.get(kernel).declarations);
  return isBindable ? ops : withoutJoined(ops);
}
