import { AbortedError, FacewrightError, OutOfMemoryError } from '../../errors.js';
import type { Constants } from '../../graph/constant.js';
import type { Program } from '../../graph/fuse/program.js';
import { elements, type Graph, shapeText, type Tensor } from '../../graph/graph.js';
import type { RunScalars } from '../../graph/ops.js';
import { Turns } from '../../turns.js';
import { checkConstants } from '../check-constants.js';
import type { Executable, KernelTime } from '../engine.js';
import type { AddonKernels, AddonProgram, NativeAddon } from './addon.js';
import type { ConstantStore, ConstantUse } from './constants.js';
import type { KernelChoice } from './kernel-choice.js';
import { lower } from './lower.js';
import type { PlannedBuffer, PlannedStep, ProgramPlan } from './program.js';
import { buffersOf, withBuffers } from './step.js';

/** What an executable shares with its engine. */
export interface Shared {
  readonly addon: NativeAddon;
  readonly kernels: AddonKernels;
  readonly threads: number;
  /** Fewer of them while the machine is busy. */
  readonly yielding: boolean;
  readonly constants: ConstantStore;
  readonly choice: KernelChoice;
}

const FLOAT = 4;
/**
 * Runs that are in the hands of the addon, of all executables together. One computes, as the threads are the same, and the next is
 * there when it ends; more would only sit in Node's pool, whose four threads read and write files as well.
 */
const RUNS_AT_ONCE = 2;
const runs = new Turns(RUNS_AT_ONCE);
/** Constants that are packed at once: each is copied for it, and a network's weights are a hundred megabytes. */
const PACKED_AT_ONCE = 2;

/**
 * A graph as a program of the addon. Calls are queued here and carried out one after another: a run is done by other
 * threads, and the program must be left alone meanwhile.
 */
export class NativeExecutable implements Executable {
  readonly bytes: number;
  readonly #graph: Graph;
  readonly #plan: ProgramPlan;
  readonly #program: AddonProgram;
  readonly #uses: readonly ConstantUse[];
  readonly #indices: ReadonlyMap<PlannedBuffer, number>;
  /** Ends when everything queued so far is done. */
  #queue: Promise<unknown> = Promise.resolve();
  /** Calls that are queued and not done. */
  #queued = 0;
  /** Counts cancellations: what was queued before one is not begun after it. */
  #generation = 0;
  #closed = false;
  /** What a run failed with, until a read has told it. */
  #failure: unknown;

  private constructor(
    graph: Graph,
    plan: ProgramPlan,
    program: AddonProgram,
    uses: readonly ConstantUse[],
    indices: ReadonlyMap<PlannedBuffer, number>,
  ) {
    this.#graph = graph;
    this.#plan = plan;
    this.#program = program;
    this.#uses = uses;
    this.#indices = indices;
    const constants = new Set(uses.map(({ constant }) => constant));
    this.bytes = program.bytes() + [...constants].reduce((sum, constant) => sum + constant.bytes(), 0);
  }

  static async create(
    work: Program,
    constants: Constants,
    { addon, kernels, threads, yielding, constants: store, choice }: Shared,
  ): Promise<NativeExecutable> {
    const { graph } = work;
    checkConstants(graph, constants);
    const plan = lower(work, choice);
    const acquired = new Map<PlannedBuffer, ConstantUse>();
    const waiting = plan.buffers.filter(({ constant }) => constant !== undefined);
    try {
      const packing = await Promise.allSettled(
        Array.from({ length: PACKED_AT_ONCE }, async () => {
          for (let buffer = waiting.pop(); buffer; buffer = waiting.pop()) {
            const { tensor, packing } = buffer.constant!;
            acquired.set(buffer, await store.acquire(constants.get(tensor.name)!, packing, tensor.shape));
          }
        }),
      );
      for (const result of packing) if (result.status === 'rejected') throw result.reason;
      const indices = new Map(plan.buffers.map((buffer, index) => [buffer, index]));
      const program = new addon.Program({
        batch: graph.batch,
        threads,
        yielding,
        kernels,
        slots: plan.slots,
        buffers: plan.buffers.map((buffer) => {
          const { size } = buffer;
          // How large a constant is depends on the kernels for which it was packed.
          const constant = acquired.get(buffer)?.constant;
          if (constant) return { size: constant.bytes() / FLOAT, constant };
          return buffer.kind === 'kept' ? { size } : { size, slot: plan.slotOf.get(buffer)! };
        }),
        steps: plan.steps.map((step) => withBuffers(step, (buffer) => indices.get(buffer)!)),
      });
      return new NativeExecutable(graph, plan, program, [...acquired.values()], indices);
    } catch (error) {
      for (const use of acquired.values()) use.release();
      throw outOfMemory(error);
    }
  }

  write(name: string, data: Float32Array): void {
    this.#check();
    const tensor = this.#graph.find(name);
    if (tensor?.kind !== 'input' && tensor?.kind !== 'state') throw new Error(`the graph has no input ${name}`);
    if (data.length !== elements(tensor.shape)) {
      throw new Error(`${name}: ${data.length} values for ${shapeText(tensor.shape)}`);
    }
    if (this.#queued === 0) {
      this.#program.write(this.#index(tensor), data);
      return;
    }
    const copy = data.slice();
    this.#enqueue(() => this.#program.write(this.#index(tensor), copy)).catch(() => undefined);
  }

  run(scalars: Partial<RunScalars> = {}): void {
    this.#check();
    this.#enqueueRun(scalars, false).catch((error) => {
      if (!(error instanceof AbortedError) && !this.#closed) this.#failure ??= error;
    });
  }

  async read(names: readonly string[]): Promise<Record<string, Float32Array>> {
    this.#check();
    const tensors = names.map((name) => this.#readable(name));
    return this.#enqueue(() => {
      const failure = this.#failure;
      this.#failure = undefined;
      if (failure !== undefined) throw failure;
      const results = tensors.map((tensor) => new Float32Array(elements(tensor.shape)));
      tensors.forEach((tensor, i) => {
        this.#program.read(this.#index(tensor), results[i]);
      });
      return Object.fromEntries(names.map((name, i) => [name, results[i]]));
    });
  }

  async profile(scalars: Partial<RunScalars> = {}): Promise<KernelTime[]> {
    this.#check();
    const seconds = await this.#enqueueRun(scalars, true);
    if (!seconds) throw new AbortedError('stopped');
    return this.#plan.steps.map((planned, index) => ({
      kernel: planned.kernel,
      op: planned.op,
      seconds: seconds[index],
      flop: planned.flop * this.#graph.batch,
      executed: (planned.executed ?? planned.flop) * this.#graph.batch,
      bytes: traffic(planned) * this.#graph.batch,
    }));
  }

  cancel(): void {
    this.#generation++;
    this.#program.cancel();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    // What runs holds the memory until it ends, which is at its next kernel.
    this.#program.close();
    for (const use of this.#uses) use.release();
  }

  /** Does something after everything that was queued before, unless it was cancelled meanwhile. */
  #enqueue<T>(action: () => T | Promise<T>): Promise<T> {
    const generation = this.#generation;
    this.#queued++;
    const result = this.#queue.then(async () => {
      this.#checkGeneration(generation);
      try {
        return await action();
      } catch (error) {
        throw outOfMemory(error);
      }
    });
    const done = () => {
      this.#queued--;
    };
    this.#queue = result.then(done, done);
    return result;
  }

  /** A run, after everything that was queued before, when it is this executable's turn. */
  #enqueueRun(
    { rate = 0, rootCorrection = 1, step = 0 }: Partial<RunScalars>,
    profile: boolean,
  ): Promise<Float64Array | null> {
    const generation = this.#generation;
    return this.#enqueue(() =>
      runs.take(async () => {
        this.#checkGeneration(generation);
        return this.#program.run(rate, rootCorrection, step, profile);
      }),
    );
  }

  /** @throws when what was queued then is not wanted any more */
  #checkGeneration(generation: number): void {
    if (this.#closed) throw new FacewrightError('this executable was closed');
    if (generation !== this.#generation) throw new AbortedError('stopped');
  }

  #check(): void {
    if (this.#closed) throw new FacewrightError('this executable was closed');
  }

  #readable(name: string): Tensor {
    const tensor = this.#graph.outputs.get(name) ?? this.#graph.find(name);
    if (!tensor || tensor.kind === 'constant') throw new Error(`the graph has no output ${name}`);
    return tensor;
  }

  #index(tensor: Tensor): number {
    return this.#indices.get(this.#plan.kept.get(tensor)!)!;
  }
}

/** Bytes that a step reads and writes at least, for one picture. */
function traffic(step: PlannedStep): number {
  return buffersOf(step).reduce((sum, { size }) => sum + size, 0) * FLOAT;
}

function outOfMemory(error: unknown): unknown {
  if (!(error instanceof Error) || error.message !== 'out of memory') return error;
  return new OutOfMemoryError('there is not enough memory for this network and batch: a smaller batch may do');
}
