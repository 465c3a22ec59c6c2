import { DTYPE_BYTES } from '../../graph/dtype.js';
import type { ProgramOp } from '../../graph/fuse/fused-op.js';
import { bytesOf } from '../../graph/graph.js';
import type { Buffers } from './buffers.js';
import type { Chunk } from './chunks.js';
import { disagreements } from './declarations.js';
import type { Binding, Dispatch } from './dispatch.js';
import type { Kernels } from './kernels.js';
import { lower } from './lower.js';
import type { PipelineCache } from './pipelines.js';
import { storageOf } from './storage.js';
import type { KernelDevice, TakenChoice } from './variants.js';

/** A dispatch, with the op that it serves and its pipeline. */
export interface Work {
  readonly op: ProgramOp;
  readonly dispatch: Dispatch;
  readonly pipeline: GPUComputePipeline;
}

/** Work with a bind group for each chunk of pictures. */
export interface Launch extends Work {
  readonly bindGroups: readonly GPUBindGroup[];
}

/** What the kernels of a graph are chosen and made with. */
export interface Workshop {
  readonly kernels: Kernels;
  readonly pipelines: PipelineCache;
  readonly device: KernelDevice;
  /**
   * Told of a choice that was measured to be fastest and does not compile, and why: the usual one runs in its place. Where nobody is
   * told, that is an error.
   */
  readonly onUnusable?: (choice: TakenChoice, why: unknown) => void;
}

/**
 * The kernels of ops, in order, with their pipelines, which are made all at once. Where one that was measured to be fastest does not
 * compile, and somebody is told, its op gets those that would run if nothing had been measured.
 *
 * @throws Error when a dispatch does not give what its kernel declares
 * @throws FacewrightError when a kernel does not compile
 */
export async function makeWork(ops: readonly ProgramOp[], workshop: Workshop): Promise<Work[]> {
  const { device, onUnusable } = workshop;
  const made = ops.map(async (op) => {
    const dispatches = lower(op, device);
    const measured = dispatches.find(({ choice }) => choice?.measured)?.choice;
    try {
      return await withPipelines(op, dispatches, workshop);
    } catch (error) {
      if (!measured || !onUnusable) throw error;
      const usual = await withPipelines(op, lower(op, { ...device, measured: () => undefined }), workshop);
      onUnusable(measured, error);
      return usual;
    }
  });
  return (await Promise.all(made)).flat();
}

function withPipelines(
  op: ProgramOp,
  dispatches: readonly Dispatch[],
  { kernels, pipelines }: Workshop,
): Promise<Work[]> {
  return Promise.all(
    dispatches.map(async (dispatch) => {
      const { declarations } = kernels.get(dispatch.kernel);
      const [fault] = disagreements(dispatch, declarations);
      if (fault) throw new Error(fault);
      const storage = storageOf(dispatch, declarations);
      return { op, dispatch, pipeline: await pipelines.get(dispatch.kernel, dispatch.overrides, storage) };
    }),
  );
}

/** Binds buffers to work, by the names that its kernel declares. */
export function bindLaunch(
  device: GPUDevice,
  work: Work,
  kernels: Kernels,
  buffers: Buffers,
  chunks: readonly Chunk[],
): Launch {
  const { dispatch, pipeline } = work;
  const { bindings } = kernels.get(dispatch.kernel).declarations;
  const bindGroups = chunks.map((_, chunk) =>
    device.createBindGroup({
      label: dispatch.kernel,
      layout: pipeline.getBindGroupLayout(0),
      entries: bindings.map(({ name, binding }) => ({
        binding,
        resource: buffers.behind(name, dispatch.bindings[name], chunk),
      })),
    }),
  );
  return { ...work, bindGroups };
}

/** Records a launch over the pictures of one chunk. */
export function encodeLaunch(pass: GPUComputePassEncoder, launch: Launch, chunk: number, pictures: number): void {
  const [x, y] = launch.dispatch.groups;
  pass.setPipeline(launch.pipeline);
  pass.setBindGroup(0, launch.bindGroups[chunk]);
  pass.dispatchWorkgroups(x, y, pictures);
}

/** Workgroups of a dispatch over `pictures`. */
export function workgroupsOf({ groups: [x, y] }: Dispatch, pictures: number): number {
  return x * y * pictures;
}

/** Bytes that a dispatch over `pictures` reads and writes at least, each binding once. */
export function trafficOf(dispatch: Dispatch, pictures: number): number {
  return Object.values(dispatch.bindings).reduce((bytes, binding) => bytes + bindingBytes(binding, pictures), 0);
}

/** Bytes per picture of what is passed on within an op. */
export function scratchBytes({ size, dtype = 'f32' }: Extract<Binding, { readonly kind: 'scratch' }>): number {
  return size * DTYPE_BYTES[dtype];
}

function bindingBytes(binding: Binding, pictures: number): number {
  switch (binding.kind) {
    case 'tensor':
      return (binding.tensor.kind === 'constant' ? 1 : pictures) * bytesOf(binding.tensor);
    case 'tensors':
      return pictures * binding.tensors.reduce((bytes, tensor) => bytes + bytesOf(tensor), 0);
    case 'weight':
      return bytesOf(binding.weight.tensor);
    case 'weights':
      return binding.weights.reduce((bytes, { tensor }) => bytes + bytesOf(tensor), 0);
    case 'places':
      return binding.make(() => 0).byteLength;
    case 'scratch':
      return pictures * scratchBytes(binding);
    case 'table':
      return binding.data.byteLength;
    case 'scalars':
    case 'none':
      return 0;
  }
}
