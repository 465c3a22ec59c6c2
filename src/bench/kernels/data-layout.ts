import { arenasOf, inElements, layOutArena } from '../../engine/webgpu/arenas.js';
import type { BindingDeclaration } from '../../engine/webgpu/declarations.js';
import type { Binding, Dispatch, PackedWeight } from '../../engine/webgpu/dispatch.js';
import { FLOAT } from '../../engine/webgpu/memory.js';
import { FacewrightError } from '../../errors.js';
import { bytesOf, elements, type Tensor } from '../../graph/graph.js';
import { benchScalars } from './random-data.js';

/** More sets cost more to make than they tell. */
const MOST_SETS = 1024;
/** The run's scalars as `Buffers` lays them out. */
const SCALARS = Float32Array.of(benchScalars.rate, benchScalars.rootCorrection, benchScalars.step, 0);

/** Where the data of a binding lie in a set: among what is read, or what is written. */
export interface Region {
  readonly binding: number;
  readonly arena: 'read' | 'write';
  readonly offset: number;
  readonly size: number;
  readonly positive: boolean;
}

/** What is the same for all sets: a table, or the scalars. */
interface Fixed {
  readonly binding: number;
  readonly data: Float32Array | Uint32Array;
}

/** How the data of one set lie in the two arenas. */
export interface Layout {
  readonly regions: readonly Region[];
  readonly fixed: readonly Fixed[];
  /** Bytes of one set in each arena. */
  readonly strides: Readonly<Record<Region['arena'], number>>;
}

/**
 * Where each binding's data lie, once for every tensor.
 *
 * @throws FacewrightError when a binding is larger than the adapter allows
 */
export function layOut(
  { kernel, bindings }: Dispatch,
  declared: readonly BindingDeclaration[],
  { batch, positive }: { readonly batch: number; readonly positive: ReadonlySet<Tensor> },
  limits: Pick<GPUSupportedLimits, 'maxStorageBufferBindingSize' | 'minStorageBufferOffsetAlignment'>,
): Layout {
  const regions: Region[] = [];
  const fixed: Fixed[] = [];
  const strides = { read: 0, write: 0 };
  const placed = new Map<Tensor, Region>();
  const placeOf = placesIn({ bindings }, batch);
  for (const { name, binding, access } of declared) {
    const bound = bindings[name];
    const data = fixedData(bound, placeOf);
    if (data) {
      fixed.push({ binding, data });
      continue;
    }
    const tensor = bound.kind === 'tensor' ? bound.tensor : bound.kind === 'weight' ? bound.weight.tensor : undefined;
    const known = tensor && placed.get(tensor);
    if (known) {
      regions.push({ ...known, binding });
      continue;
    }
    const arena = access === 'read' ? 'read' : 'write';
    const size = Math.max(16, sizeOf(bound, batch));
    if (size > limits.maxStorageBufferBindingSize) {
      throw new FacewrightError(
        `${kernel}: ${name} takes ${mebibytes(size)} and this adapter binds at most ${mebibytes(limits.maxStorageBufferBindingSize)}; a smaller --batch or --model needs less`,
      );
    }
    const region = {
      binding,
      arena,
      offset: strides[arena],
      size,
      positive: !!tensor && positive.has(tensor),
    } as const;
    strides[arena] += Math.ceil(size / limits.minStorageBufferOffsetAlignment) * limits.minStorageBufferOffsetAlignment;
    regions.push(region);
    if (tensor) placed.set(tensor, region);
  }
  return { regions, fixed, strides };
}

/** Where tensors that are bound together lie, as tables of places are told. */
function placesIn({ bindings }: Pick<Dispatch, 'bindings'>, batch: number): (tensor: Tensor) => number {
  const layouts = arenasOf([{ bindings }]).map((arena) => layOutArena(arena, batch));
  return (tensor) =>
    inElements(layouts.find(({ offsetOf }) => offsetOf.has(tensor))?.offsetOf.get(tensor) ?? 0, tensor);
}

/** What is the same for all sets. */
function fixedData(binding: Binding, placeOf: (tensor: Tensor) => number): Fixed['data'] | undefined {
  switch (binding.kind) {
    case 'table':
      return binding.data;
    case 'places':
      return binding.make(placeOf);
    case 'scalars':
      return SCALARS;
    default:
      return undefined;
  }
}

function sizeOf(binding: Binding, batch: number): number {
  switch (binding.kind) {
    case 'tensor':
      return (binding.tensor.kind === 'constant' ? 1 : batch) * bytesOf(binding.tensor);
    case 'tensors':
      return layOutArena(binding, batch).bytes;
    case 'weight':
      return packedBytes(binding.weight);
    case 'weights':
      return binding.weights.reduce((bytes, weight) => bytes + packedBytes(weight), 0);
    case 'scratch':
      return batch * binding.size * FLOAT;
    case 'table':
      return binding.data.byteLength;
    case 'places':
      return binding.make(() => 0).byteLength;
    case 'scalars':
      return SCALARS.byteLength;
    case 'none':
      return 0;
  }
}

function packedBytes({ tensor, pack }: PackedWeight): number {
  return pack(new Float32Array(elements(tensor.shape))).byteLength;
}

/**
 * As many sets as no cache holds, and as the adapter's buffers do.
 *
 * @param beyond bytes that no cache holds
 * @throws FacewrightError when they do not hold one
 */
export function setsOf(
  { strides }: Layout,
  beyond: number,
  limits: Pick<GPUSupportedLimits, 'maxBufferSize'>,
  kernel: string,
): number {
  const wanted = Math.max(2, Math.min(MOST_SETS, Math.ceil(beyond / (strides.read + strides.write))));
  const largest = Math.max(strides.read, strides.write);
  const sets = Math.min(wanted, Math.floor(limits.maxBufferSize / largest));
  if (sets < 1) {
    throw new FacewrightError(
      `${kernel}: its data take ${mebibytes(largest)} and this adapter’s buffers hold at most ${mebibytes(limits.maxBufferSize)}; a smaller --batch or --model needs less`,
    );
  }
  return sets;
}

function mebibytes(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20)} MiB`;
}
