import { disagreements } from '../../engine/webgpu/declarations.js';
import type { Dispatch } from '../../engine/webgpu/dispatch.js';
import { storageBuffer } from '../../engine/webgpu/memory.js';
import type { Tensor } from '../../graph/graph.js';
import type { BenchDevice } from './bench-device.js';
import { type Layout, layOut, type Region, setsOf } from './data-layout.js';
import { patternsOf } from './random-data.js';

/** A dispatch with all that it needs to be launched by itself, as often as one likes. */
export interface Prepared {
  readonly dispatch: Dispatch;
  /** Sets of data: cold launches take the next one each, warm ones the first. */
  readonly sets: number;
  /** Launches after which a cold pass would come to data again that a cache may still hold. */
  readonly mostCold: number;
  /** Records launches. */
  record(pass: GPUComputePassEncoder, launches: number, cold: boolean): void;
  /** Makes the caches forget the sets, where all sets together would fit: to be done before a cold pass. */
  evict(encoder: GPUCommandEncoder): void;
  destroy(): void;
}

/** How a dispatch is prepared. */
export interface PrepareOptions {
  /** Pictures of a launch. */
  readonly batch: number;
  /** Tensors whose numbers have to be above 0; all others are standard normal. */
  readonly positive?: ReadonlySet<Tensor>;
  /** For warm launches alone: one set of data, which takes less time to make. */
  readonly warmOnly?: boolean;
}

/** Bytes that no cache holds: of a GPU's (AMD's largest holds 256 MiB), and of a processor's share of one. */
const BEYOND_CACHES = { gpu: 2 ** 28, software: 2 ** 26 };

/**
 * Makes the pipeline of a dispatch and as many sets of data as no cache holds: two at least, where the adapter allows it. What
 * is read lies in one buffer and what is written in another, since no launch may have a buffer for both. Tables and scalars
 * have their real values and are the same for all sets; what is written in place (states) is as random as what is read.
 *
 * @throws FacewrightError when a binding is larger than the adapter allows, or its memory too small: `--batch` is named
 * @throws Error when the dispatch does not give what its kernel declares
 */
export async function prepare(
  bench: Pick<BenchDevice, 'device' | 'guard' | 'info' | 'kernels' | 'pipelines'>,
  dispatch: Dispatch,
  { batch, positive = new Set(), warmOnly = false }: PrepareOptions,
): Promise<Prepared> {
  const { device, guard, info, kernels, pipelines } = bench;
  const { declarations } = kernels.get(dispatch.kernel);
  const [fault] = disagreements(dispatch, declarations);
  if (fault) throw new Error(fault);
  const layout = layOut(dispatch, declarations.bindings, { batch, positive }, device.limits);
  const beyond = info.software ? BEYOND_CACHES.software : BEYOND_CACHES.gpu;
  const possible = setsOf(layout, beyond, device.limits, dispatch.kernel);
  const sets = warmOnly ? 1 : possible;
  const pipeline = await pipelines.get(dispatch.kernel, dispatch.overrides);
  const own: GPUBuffer[] = [];
  const allocate = (label: string, size: number) => {
    const made = storageBuffer(device, label, size);
    own.push(made);
    return made;
  };
  try {
    return await guard.scoped(dispatch.kernel, () => {
      const arenas = {
        read: allocate('read', sets * layout.strides.read),
        write: allocate('written', sets * layout.strides.write),
      };
      fill(device, layout, arenas, sets);
      const tables = layout.fixed.map(({ data }) => {
        const made = allocate('table', data.byteLength);
        device.queue.writeBuffer(made, 0, data as Float32Array<ArrayBuffer>);
        return made;
      });
      const entriesOf = (set: number): GPUBindGroupEntry[] => [
        ...layout.fixed.map(({ binding }, index) => ({ binding, resource: { buffer: tables[index] } })),
        ...layout.regions.map(({ binding, arena, offset, size }) => ({
          binding,
          resource: { buffer: arenas[arena], offset: set * layout.strides[arena] + offset, size },
        })),
      ];
      const bindGroups = Array.from({ length: sets }, (_, set) =>
        device.createBindGroup({
          label: dispatch.kernel,
          layout: pipeline.getBindGroupLayout(0),
          entries: entriesOf(set),
        }),
      );
      const isBeyond = sets * (layout.strides.read + layout.strides.write) >= beyond;
      const forgotten = isBeyond || warmOnly ? undefined : forgottenOf(device, beyond);
      return new PreparedDispatch(dispatch, pipeline, bindGroups, batch, own, forgotten);
    });
  } catch (error) {
    for (const one of own) one.destroy();
    throw error;
  }
}

/**
 * Launches that follow one another in an op, as one: each has data of its own.
 *
 * @throws as `prepare`
 */
export async function prepareAll(
  bench: Parameters<typeof prepare>[0],
  dispatches: readonly Dispatch[],
  options: PrepareOptions,
): Promise<Prepared> {
  const all: Prepared[] = [];
  const destroy = () => {
    for (const one of all) one.destroy();
  };
  try {
    for (const dispatch of dispatches) all.push(await prepare(bench, dispatch, options));
  } catch (error) {
    destroy();
    throw error;
  }
  if (all.length === 1) return all[0];
  return {
    dispatch: dispatches[0],
    sets: Math.min(...all.map(({ sets }) => sets)),
    mostCold: Math.min(...all.map(({ mostCold }) => mostCold)),
    record: (pass, launches, cold) => {
      for (let launch = 0; launch < launches; launch++) for (const one of all) one.record(pass, 1, cold);
    },
    evict: (encoder) => {
      for (const one of all) one.evict(encoder);
    },
    destroy,
  };
}

/** A device's buffer to be written so that its caches hold nothing else; made when first asked for. It goes with the device. */
function forgottenOf(device: GPUDevice, bytes: number): GPUBuffer {
  const known = forgottenBuffers.get(device);
  if (known) return known;
  const made = storageBuffer(device, 'for the caches', Math.min(bytes, device.limits.maxBufferSize));
  forgottenBuffers.set(device, made);
  return made;
}

const forgottenBuffers = new WeakMap<GPUDevice, GPUBuffer>();

class PreparedDispatch implements Prepared {
  readonly sets: number;
  readonly mostCold: number;
  #next = 0;

  constructor(
    readonly dispatch: Dispatch,
    private readonly pipeline: GPUComputePipeline,
    private readonly bindGroups: readonly GPUBindGroup[],
    private readonly batch: number,
    private readonly own: readonly GPUBuffer[],
    private readonly forgotten: GPUBuffer | undefined,
  ) {
    this.sets = bindGroups.length;
    this.mostCold = forgotten ? this.sets : Number.POSITIVE_INFINITY;
  }

  record(pass: GPUComputePassEncoder, launches: number, cold: boolean): void {
    const [x, y] = this.dispatch.groups;
    pass.setPipeline(this.pipeline);
    if (!cold) pass.setBindGroup(0, this.bindGroups[0]);
    for (let launch = 0; launch < launches; launch++) {
      if (cold) pass.setBindGroup(0, this.bindGroups[this.#next++ % this.sets]);
      pass.dispatchWorkgroups(x, y, this.batch);
    }
  }

  evict(encoder: GPUCommandEncoder): void {
    if (this.forgotten) encoder.clearBuffer(this.forgotten);
  }

  destroy(): void {
    for (const buffer of this.own) buffer.destroy();
  }
}

/** Random numbers everywhere, and positive ones where they have to be. */
function fill(
  device: GPUDevice,
  { regions, strides }: Layout,
  arenas: Readonly<Record<Region['arena'], GPUBuffer>>,
  sets: number,
): void {
  const { normal, positive, bytes } = patternsOf(device);
  const encoder = device.createCommandEncoder();
  const copy = (from: GPUBuffer, to: GPUBuffer, start: number, size: number) => {
    for (let done = 0; done < size; done += bytes) {
      encoder.copyBufferToBuffer(from, 0, to, start + done, Math.min(bytes, size - done));
    }
  };
  for (const arena of Object.values(arenas)) copy(normal, arena, 0, arena.size);
  for (const { arena, offset, size } of regions.filter((region) => region.positive)) {
    for (let set = 0; set < sets; set++) copy(positive, arenas[arena], set * strides[arena] + offset, size);
  }
  device.queue.submit([encoder.finish()]);
}
