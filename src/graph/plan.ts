import { bytesOf, type Tensor } from './graph.js';

/** What a plan looks at in an op. */
interface PlannedOp {
  readonly inputs: readonly (Tensor | undefined)[];
  readonly outputs: readonly Tensor[];
  readonly writes: readonly Tensor[];
}

/**
 * Where the temporaries live: each in a slot, slots being shared by tensors whose lifetimes do not meet.
 */
export interface MemoryPlan {
  /** The slot of each temporary. */
  readonly slotOf: ReadonlyMap<Tensor, number>;
  /** The size of each slot, in bytes per picture. */
  readonly slots: readonly number[];
}

/** First and last op, by index, at which a tensor (or a buffer, for engines with buffers of their own) is in use. */
export interface Lifetime<T = Tensor> {
  readonly tensor: T;
  /** Per picture, in whatever unit the slots are to have. */
  readonly size: number;
  first: number;
  last: number;
}

/**
 * Gives every temporary of a list of ops a slot. Outputs live to its end.
 *
 * @param elsewhere temporaries that have a place already
 */
export function planMemory(
  ops: readonly PlannedOp[],
  outputs: ReadonlySet<Tensor>,
  elsewhere: ReadonlySet<Tensor> = new Set(),
): MemoryPlan {
  return assignSlots([...lifetimesOf(ops, outputs)].filter(({ tensor }) => !elsewhere.has(tensor)));
}

/**
 * Greedy by size (Pisarchyk & Lee 2020, arXiv 2001.03288, section 5.2): the largest tensor first, each into the
 * smallest slot that is free during its whole life. An op's inputs and outputs never share a slot: WebGPU forbids one
 * buffer to be both read and written in a dispatch, and tiles of one map would overwrite what others still read.
 */
export function assignSlots<T>(lifetimes: Iterable<Lifetime<T>>): { slotOf: Map<T, number>; slots: number[] } {
  const slots: { size: number; users: Lifetime<T>[] }[] = [];
  const slotOf = new Map<T, number>();
  const bySize = [...lifetimes].sort((a, b) => b.size - a.size || a.first - b.first);
  for (const life of bySize) {
    let chosen = -1;
    slots.forEach((slot, index) => {
      const free = slot.users.every((user) => user.last < life.first || life.last < user.first);
      if (free && (chosen < 0 || slot.size < slots[chosen].size)) chosen = index;
    });
    if (chosen < 0) chosen = slots.push({ size: life.size, users: [] }) - 1;
    slots[chosen].users.push(life);
    slotOf.set(life.tensor, chosen);
  }
  return { slotOf, slots: slots.map((slot) => slot.size) };
}

/** The ops from which an output or a state can be reached, in their order. */
export function withoutDeadOps<T extends PlannedOp>(ops: readonly T[], outputs: ReadonlySet<Tensor>): T[] {
  const needed = new Set<Tensor>(outputs);
  const kept: T[] = [];
  for (const op of [...ops].reverse()) {
    if (op.writes.length === 0 && !op.outputs.some((output) => needed.has(output))) continue;
    for (const input of op.inputs) if (input) needed.add(input);
    kept.push(op);
  }
  return kept.reverse();
}

function lifetimesOf(ops: readonly PlannedOp[], outputs: ReadonlySet<Tensor>): Iterable<Lifetime> {
  const lifetimes = new Map<Tensor, Lifetime>();
  ops.forEach((op, index) => {
    for (const tensor of op.outputs) {
      const size = bytesOf(tensor);
      lifetimes.set(tensor, { tensor, size, first: index, last: outputs.has(tensor) ? ops.length : index });
    }
    for (const tensor of op.inputs) {
      const life = tensor && lifetimes.get(tensor);
      if (life) life.last = Math.max(life.last, index);
    }
  });
  return lifetimes.values();
}
