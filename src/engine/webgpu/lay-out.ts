import type { Program } from '../../graph/fuse/program.js';
import { bytesOf } from '../../graph/graph.js';
import { planMemory } from '../../graph/plan.js';
import { arenaBytes, arenasOf } from './arenas.js';
import type { Places } from './buffers.js';
import { type Chunk, chunksOf } from './chunks.js';
import { type Dispatch, SCRATCH_PLACES, type ScratchPlace } from './dispatch.js';
import { scratchBytes } from './launches.js';

/** Where everything lies that a program works on. */
export interface Layout {
  readonly places: Places;
  readonly chunks: readonly Chunk[];
}

/**
 * Lays out what `dispatches` work on, which are those of the program, for so many pictures.
 *
 * @param bindingLimit the most bytes that one binding may hold
 * @throws FacewrightError when not even one picture fits
 */
export function layOut(
  { graph, ops }: Program,
  dispatches: readonly Dispatch[],
  bindingLimit: number,
  batch: number,
): Layout {
  const arenas = arenasOf(dispatches);
  const plan = planMemory(ops, new Set(graph.outputs.values()), new Set(arenas.flatMap(({ tensors }) => tensors)));
  const scratch = SCRATCH_PLACES.map((place) => scratchAt(place, dispatches));
  const written = graph.tensors.filter(({ kind }) => kind === 'input' || kind === 'state').map(bytesOf);
  return {
    places: { ...plan, scratch, arenas },
    chunks: chunksOf(batch, Math.max(...scratch, ...plan.slots, ...written, ...arenas.map(arenaBytes)), bindingLimit),
  };
}

/** Bytes per picture that the greediest dispatch wants at one of the two places for what is passed on within an op. */
function scratchAt(place: ScratchPlace, dispatches: readonly Dispatch[]): number {
  const bindings = dispatches.flatMap((dispatch) => Object.values(dispatch.bindings));
  const sizes = bindings.map((one) => (one.kind === 'scratch' && (one.place ?? 0) === place ? scratchBytes(one) : 0));
  return sizes.reduce((a, b) => Math.max(a, b), 0);
}
