import type { Op, Tensor } from '../graph.js';
import type { FusedOp } from './fused-op.js';
import type { JoinedOp } from './joined-op.js';

/** What a pass reads of an op. */
export type AnyOp = Op | FusedOp | JoinedOp;

/** One reading of a tensor. */
export interface Use {
  readonly op: AnyOp;
  /** Which of the op's inputs. */
  readonly place: number;
}

/** Whether an op is a kernel over maps. */
export function isFused(op: AnyOp): op is FusedOp {
  return op.op === 'fused';
}

/** Who makes and who reads what, in a list of ops. */
export class Uses {
  readonly #makers = new Map<Tensor, AnyOp>();
  readonly #readers = new Map<Tensor, Use[]>();
  readonly #places = new Map<AnyOp, number>();
  readonly #changes: { tensor: Tensor; place: number }[] = [];

  /** @param outputs tensors that are read from outside after all ops */
  constructor(
    ops: readonly AnyOp[],
    private readonly outputs: ReadonlySet<Tensor>,
  ) {
    ops.forEach((op, index) => {
      this.#places.set(op, index);
      for (const output of op.outputs) this.#makers.set(output, op);
      for (const tensor of op.writes) this.#changes.push({ tensor, place: index });
      op.inputs.forEach((input, place) => {
        if (!input) return;
        const readers = this.#readers.get(input);
        if (readers) readers.push({ op, place });
        else this.#readers.set(input, [{ op, place }]);
      });
    });
  }

  /** The op that makes a tensor; undefined for inputs, constants and states. */
  maker(tensor: Tensor | undefined): AnyOp | undefined {
    return tensor && this.#makers.get(tensor);
  }

  readers(tensor: Tensor): readonly Use[] {
    return this.#readers.get(tensor) ?? [];
  }

  /** The one reading of a tensor, where there is one alone and the tensor is no output. */
  onlyUse(tensor: Tensor): Use | undefined {
    const all = this.readers(tensor);
    return all.length === 1 && !this.outputs.has(tensor) ? all[0] : undefined;
  }

  isOutput(tensor: Tensor): boolean {
    return this.outputs.has(tensor);
  }

  /** Where an op stands in the list. */
  place(op: AnyOp): number {
    return this.#places.get(op)!;
  }

  /** Whether a tensor is there before the op at `place` runs. */
  isMadeBefore(tensor: Tensor, place: number): boolean {
    const maker = this.#makers.get(tensor);
    return !maker || this.place(maker) < place;
  }

  /**
   * Whether tensors hold the same at two places: no op between them changes a state among them. An op may move only where
   * this is so of all that it reads.
   */
  isSameAt(tensors: readonly (Tensor | undefined)[], one: number, other: number): boolean {
    const [first, last] = one < other ? [one, other] : [other, one];
    return !this.#changes.some(({ tensor, place }) => place > first && place < last && tensors.includes(tensor));
  }
}
