// Launches with a guard behind every buffer: what a kernel writes beyond an end is seen, and what it reads there is no number.

import type { BindingDeclaration } from '../../engine/webgpu/declarations.js';
import type { GuardedDevice } from '../../engine/webgpu/device.js';
import type { Binding, Dispatch } from '../../engine/webgpu/dispatch.js';
import type { Kernels } from '../../engine/webgpu/kernels.js';
import { FLOAT, readBuffer, storageBuffer } from '../../engine/webgpu/memory.js';
import type { PipelineCache } from '../../engine/webgpu/pipelines.js';
import { bytesOf, type Tensor } from '../../graph/graph.js';
import type { RunScalars } from '../../graph/ops.js';

/** What launches run on. */
export interface GuardedBench {
  readonly guard: GuardedDevice;
  readonly kernels: Kernels;
  readonly pipelines: PipelineCache;
}

/** What tensors hold: constants whole, all others for every picture. */
export type TensorValues = ReadonlyMap<Tensor, Float32Array>;

/** Launches to run, one after another, over the pictures of a batch. */
export interface GuardedRun {
  readonly launches: readonly Dispatch[];
  readonly batch: number;
  /** Of all tensors that are read before they are written. */
  readonly values: TensorValues;
  readonly scalars: RunScalars;
}

/** What a binding's buffer looks like after the launches. */
export interface GuardFault {
  readonly kernel: string;
  readonly binding: string;
  /** Values that lie behind its end and were written all the same; the first and the last of them, counted from 1 at the end. */
  readonly written: number;
  readonly first: number;
  readonly last: number;
  /** The last value that is looked at was written: so is, on a device that is `clamped`, whatever lies further on. */
  readonly further: boolean;
}

/** What launches have made. */
export interface GuardedResult {
  /** What a bound tensor holds afterwards, as bits: `UNWRITTEN` where nothing was. */
  readonly bits: (tensor: Tensor) => Uint32Array<ArrayBuffer>;
  readonly faults: readonly GuardFault[];
}

/** GPUMapMode.READ; the global of that name exists only where WebGPU is built in. */
const MAP_MODE_READ = 1;
/** What stands in all that is to be written, and behind it: a NaN that no arithmetic makes. */
export const UNWRITTEN = 0x7fc0_beef;
/** What stands behind all that is read: another, so that what was read there and stored is not taken for unwritten. */
const BEYOND = 0x7fc0_cafe;
/** Bytes of a guard: a picture more, so that a whole row, channel or picture too many is seen, within these. */
const LEAST_GUARD = 4096;
const MOST_GUARD = 2 ** 20;

interface Guarded {
  readonly buffer: GPUBuffer;
  /** Bytes before the guard. */
  readonly bytes: number;
  readonly beyond: number;
}

/**
 * Runs launches and looks at what they have left behind the ends of their buffers. The whole buffers are bound, guards included:
 * what is written beyond the data, and not beyond the binding, lands in the guard. Beyond the binding WebGPU drops it or moves it to
 * the end; a device that is `clamped` (node/dawn.ts) always moves it. (Indices are unsigned, so one below 0 is one far beyond.)
 *
 * @throws FacewrightError when the device refuses a pipeline or the work
 */
export async function runGuarded({ guard, kernels, pipelines }: GuardedBench, run: GuardedRun): Promise<GuardedResult> {
  const made = await Promise.all(run.launches.map(({ kernel, overrides }) => pipelines.get(kernel, overrides)));
  const buffers = new GuardedBuffers(guard.device, run);
  try {
    await guard.scoped(run.launches.map(({ kernel }) => kernel).join(), () => {
      const encoder = guard.device.createCommandEncoder();
      run.launches.forEach((launch, index) => {
        const { bindings } = kernels.get(launch.kernel).declarations;
        const entries = bindings.map((declared) => ({
          binding: declared.binding,
          resource: { buffer: buffers.behind(declared, launch.bindings[declared.name]).buffer },
        }));
        const pass = encoder.beginComputePass();
        pass.setPipeline(made[index]);
        pass.setBindGroup(0, guard.device.createBindGroup({ layout: made[index].getBindGroupLayout(0), entries }));
        pass.dispatchWorkgroups(...run.launches[index].groups, run.batch);
        pass.end();
      });
      guard.device.queue.submit([encoder.finish()]);
    });
    const contents = await buffers.read(guard);
    return {
      bits: (tensor) => {
        const found = buffers.of(tensor);
        return contents.get(found)!.slice(0, found.bytes / FLOAT);
      },
      faults: run.launches.flatMap((launch) =>
        kernels.get(launch.kernel).declarations.bindings.flatMap((declared) => {
          const found = buffers.behind(declared, launch.bindings[declared.name]);
          const fault = touched(contents.get(found)!, found);
          return fault ? [{ kernel: launch.kernel, binding: declared.name, ...fault }] : [];
        }),
      ),
    };
  } finally {
    buffers.destroy();
  }
}

/** What was written into a guard. */
function touched(words: Uint32Array, { bytes, beyond }: Guarded): Omit<GuardFault, 'kernel' | 'binding'> | undefined {
  const end = bytes / FLOAT;
  let [written, first, last] = [0, 0, 0];
  for (let at = end; at < words.length; at++) {
    if (words[at] === beyond) continue;
    written++;
    first ||= at - end + 1;
    last = at - end + 1;
  }
  return written > 0 ? { written, first, last, further: last === words.length - end } : undefined;
}

/** The buffers of a run, made when they are first asked for. */
class GuardedBuffers {
  readonly #known = new Map<Tensor | string, Guarded>();

  constructor(
    private readonly device: GPUDevice,
    private readonly run: GuardedRun,
  ) {}

  /** What stands behind a binding of a kernel. */
  behind({ name, access }: BindingDeclaration, binding: Binding): Guarded {
    const { values, batch, scalars } = this.run;
    switch (binding.kind) {
      case 'tensor': {
        const { tensor } = binding;
        const bytes = (tensor.kind === 'constant' ? 1 : batch) * bytesOf(tensor);
        return this.#of(tensor, bytes, access, values.get(tensor));
      }
      case 'weight': {
        const { tensor, key, pack } = binding.weight;
        const data = pack(values.get(tensor)!);
        return this.#of(`${tensor.name}: ${key}`, data.byteLength, access, data);
      }
      case 'table':
        return this.#of(binding.key, binding.data.byteLength, access, binding.data);
      case 'scratch':
        return this.#of(`scratch ${binding.place ?? 0} ${binding.size}`, batch * binding.size * FLOAT, access);
      case 'scalars': {
        const data = Float32Array.of(scalars.rate, scalars.rootCorrection, scalars.step, 0);
        return this.#of('scalars', data.byteLength, access, data);
      }
      case 'none':
        return this.#of(`no ${name}`, 0, access);
    }
  }

  /** @throws Error for a tensor that no launch binds */
  of(tensor: Tensor): Guarded {
    const found = this.#known.get(tensor);
    if (!found) throw new Error(`${tensor.name} is bound to no launch`);
    return found;
  }

  async read(guard: GuardedDevice): Promise<Map<Guarded, Uint32Array<ArrayBuffer>>> {
    const staged = [...this.#known.values()].map((from) => ({ from, to: readBuffer(this.device, from.buffer.size) }));
    try {
      const encoder = this.device.createCommandEncoder();
      for (const { from, to } of staged) encoder.copyBufferToBuffer(from.buffer, 0, to, 0, to.size);
      this.device.queue.submit([encoder.finish()]);
      await guard.orFailure(Promise.all(staged.map(({ to }) => to.mapAsync(MAP_MODE_READ))));
      guard.check();
      return new Map(staged.map(({ from, to }) => [from, new Uint32Array(to.getMappedRange().slice(0))]));
    } finally {
      for (const { to } of staged) to.destroy();
    }
  }

  destroy(): void {
    for (const { buffer } of this.#known.values()) buffer.destroy();
  }

  #of(
    key: Tensor | string,
    bytes: number,
    access: BindingDeclaration['access'],
    data?: Float32Array | Uint32Array,
  ): Guarded {
    const known = this.#known.get(key);
    if (known) return known;
    const guard = Math.min(Math.max(LEAST_GUARD, Math.ceil(bytes / this.run.batch)), MOST_GUARD);
    const beyond = access === 'read' ? BEYOND : UNWRITTEN;
    const words = new Uint32Array(bytes / FLOAT + Math.ceil(guard / FLOAT)).fill(beyond);
    if (data) words.set(new Uint32Array(data.buffer, data.byteOffset, data.length));
    const buffer = storageBuffer(this.device, typeof key === 'string' ? key : key.name, words.byteLength);
    this.device.queue.writeBuffer(buffer, 0, words);
    const made = { buffer, bytes, beyond };
    this.#known.set(key, made);
    return made;
  }
}
