import { DTYPE_BYTES } from '../../graph/dtype.js';
import { bytesOf, type Tensor } from '../../graph/graph.js';
import type { Declarations } from './declarations.js';
import type { Dispatch } from './dispatch.js';

/** A multiple of this is where a binding may begin, on every device (minStorageBufferOffsetAlignment is at most that). */
const ALIGNMENT = 256;

/** Tensors that lie in one buffer, since a kernel has one binding for all of them. */
export interface Arena {
  readonly tensors: readonly Tensor[];
}

/** How an arena is laid out for a number of pictures. */
export interface ArenaLayout {
  /** Bytes from the buffer's begin to the first picture of each tensor. */
  readonly offsetOf: ReadonlyMap<Tensor, number>;
  readonly bytes: number;
}

/** The arenas that launches want: lists that have a tensor in common are one. */
export function arenasOf(dispatches: readonly Pick<Dispatch, 'bindings'>[]): Arena[] {
  let arenas: Set<Tensor>[] = [];
  for (const binding of dispatches.flatMap(({ bindings }) => Object.values(bindings))) {
    if (binding.kind !== 'tensors') continue;
    const merged = new Set<Tensor>();
    const apart = arenas.filter((arena) => !binding.tensors.some((tensor) => arena.has(tensor)));
    for (const arena of arenas) if (!apart.includes(arena)) for (const tensor of arena) merged.add(tensor);
    for (const tensor of binding.tensors) merged.add(tensor);
    arenas = [...apart, merged];
  }
  return arenas.map((tensors) => ({ tensors: [...tensors] }));
}

/** Where the tensors of an arena lie. */
export function layOutArena({ tensors }: Arena, pictures: number): ArenaLayout {
  const offsetOf = new Map<Tensor, number>();
  let bytes = 0;
  for (const tensor of tensors) {
    offsetOf.set(tensor, bytes);
    bytes += aligned(pictures * bytesOf(tensor));
  }
  return { offsetOf, bytes };
}

/** At most as many bytes as an arena takes for each picture. */
export function arenaBytes({ tensors }: Arena): number {
  return tensors.reduce((bytes, tensor) => bytes + aligned(bytesOf(tensor)), 0);
}

/** Bytes as elements of a tensor. */
export function inElements(bytes: number, { dtype }: Tensor): number {
  return bytes / DTYPE_BYTES[dtype];
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}

/**
 * Whether launches can be bound with these arenas: no constant is in one, and none that a launch writes is one that it reads, as
 * WebGPU forbids. It is so in every step of a search; elsewhere ops may hang together otherwise.
 */
export function canBind(
  dispatches: readonly Dispatch[],
  arenas: readonly Arena[],
  declarationsOf: (kernel: string) => Declarations,
): boolean {
  const arenaOf = new Map(arenas.flatMap((arena) => arena.tensors.map((tensor) => [tensor, arena] as const)));
  if ([...arenaOf.keys()].some(({ kind }) => kind === 'constant')) return false;
  return dispatches.every(({ kernel, bindings }) => {
    const bound = declarationsOf(kernel).bindings.map(({ name, access }) => {
      const binding = bindings[name];
      const [tensor] =
        binding?.kind === 'tensors' ? binding.tensors : binding?.kind === 'tensor' ? [binding.tensor] : [];
      return { arena: tensor && arenaOf.get(tensor), access };
    });
    return bound.every(
      ({ arena, access }, index) =>
        !arena || access === 'read' || !bound.some((other, at) => at !== index && other.arena === arena),
    );
  });
}
