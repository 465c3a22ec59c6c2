// Launches with a guard behind every buffer: what a kernel writes beyond an end is seen, and what it reads there is no number.

import { type Arena, type ArenaLayout, arenasOf, inElements, layOutArena } from '../../engine/webgpu/arenas.js';
import type { BindingDeclaration } from '../../engine/webgpu/declarations.js';
import type { GuardedDevice } from '../../engine/webgpu/device.js';
import type { Binding, Dispatch, PackedWeight } from '../../engine/webgpu/dispatch.js';
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

/** A part of what is guarded: all of it, or a tensor among those that lie together. */
interface Part {
  readonly of: Guarded;
  readonly offset: number;
  readonly bytes: number;
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
          resource: buffers.resource(declared, launch.bindings[declared.name]),
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
        const { of, offset, bytes } = buffers.of(tensor);
        return contents.get(of)!.slice(offset / FLOAT, (offset + bytes) / FLOAT);
      },
      faults: run.launches.flatMap((launch) =>
        kernels.get(launch.kernel).declarations.bindings.flatMap((declared) => {
          const { of: found } = buffers.behind(declared, launch.bindings[declared.name]);
          const fault = touched(contents.get(found)!, found);
          return fault ? [{ kernel: launch.kernel, binding: declared.name, ...fault }] : [];
        }),
      ),
    };
  } finally {
    buffers.destroy();
  }
}

function whole(of: Guarded): Part {
  return { of, offset: 0, bytes: of.bytes };
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

  readonly #arenas: readonly { readonly arena: Arena; readonly layout: ArenaLayout }[];

  constructor(
    private readonly device: GPUDevice,
    private readonly run: GuardedRun,
  ) {
    this.#arenas = arenasOf(run.launches).map((arena) => ({ arena, layout: layOutArena(arena, run.batch) }));
  }

  /** The same, as a launch is given it: with its guard, or a tensor among others without. */
  resource(declared: BindingDeclaration, binding: Binding): GPUBufferBinding {
    const { of, offset, bytes } = this.behind(declared, binding);
    return binding.kind === 'tensor' && bytes < of.bytes
      ? { buffer: of.buffer, offset, size: Math.max(16, bytes) }
      : { buffer: of.buffer };
  }

  /** What stands behind a binding of a kernel. */
  behind({ name, access }: BindingDeclaration, binding: Binding): Part {
    if (binding.kind === 'tensor') return this.#tensor(binding.tensor, access);
    if (binding.kind === 'tensors') return whole(this.#tensor(binding.tensors[0], access).of);
    return whole(this.#other(name, access, binding));
  }

  #tensor(tensor: Tensor, access: BindingDeclaration['access']): Part {
    const { values, batch } = this.run;
    const bytes = (tensor.kind === 'constant' ? 1 : batch) * bytesOf(tensor);
    const found = this.#arenas.find(({ layout }) => layout.offsetOf.has(tensor));
    if (!found) return whole(this.#of(tensor, bytes, access, values.get(tensor)));
    const { arena, layout } = found;
    const beyond = access === 'read' ? BEYOND : UNWRITTEN;
    const data = new Uint32Array(layout.bytes / FLOAT).fill(beyond);
    for (const [one, offset] of layout.offsetOf) {
      const held = values.get(one);
      if (held) data.set(new Uint32Array(held.buffer, held.byteOffset, held.length), offset / FLOAT);
    }
    const of = this.#of(arena.tensors[0], layout.bytes, access, data);
    return { of, offset: layout.offsetOf.get(tensor)!, bytes };
  }

  #other(
    name: string,
    access: BindingDeclaration['access'],
    binding: Exclude<Binding, { readonly kind: 'tensor' | 'tensors' }>,
  ): Guarded {
    const { batch, scalars } = this.run;
    switch (binding.kind) {
      case 'weight':
        return this.#packed([binding.weight], access);
      case 'weights':
        return this.#packed(binding.weights, access);
      case 'table':
        return this.#of(binding.key, binding.data.byteLength, access, binding.data);
      case 'places': {
        const layouts = this.#arenas.map(({ layout }) => layout);
        const placeOf = (tensor: Tensor) =>
          inElements(layouts.find(({ offsetOf }) => offsetOf.has(tensor))?.offsetOf.get(tensor) ?? 0, tensor);
        const data = binding.make(placeOf);
        return this.#of(`places ${data.join()}`, data.byteLength, access, data);
      }
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
  of(tensor: Tensor): Part {
    const found = this.#arenas.find(({ layout }) => layout.offsetOf.has(tensor));
    const of = this.#known.get(found?.arena.tensors[0] ?? tensor);
    if (!of) throw new Error(`${tensor.name} is bound to no launch`);
    if (!found) return whole(of);
    return { of, offset: found.layout.offsetOf.get(tensor)!, bytes: this.run.batch * bytesOf(tensor) };
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

  #packed(weights: readonly PackedWeight[], access: BindingDeclaration['access']): Guarded {
    const parts = weights.map(({ tensor, pack }) => pack(this.run.values.get(tensor)!));
    const data = Float32Array.from(parts.flatMap((part) => [...part]));
    const key = weights.map((weight) => `${weight.tensor.name}: ${weight.key}`).join();
    return this.#of(key, data.byteLength, access, data);
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
