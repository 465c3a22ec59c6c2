import type { Graph, Op, Tensor } from '../graph.js';
import type { PlainOpName } from './fused-op.js';
import { type JoinedForm, joinedOp } from './joined-op.js';
import { type AnyOp, Uses } from './uses.js';

/** A list of ops of which some are joined. The graph itself stays as it is. */
export class Joining {
  readonly #outputs: ReadonlySet<Tensor>;
  #ops: readonly AnyOp[];
  #uses: Uses;

  constructor(graph: Graph, ops: readonly AnyOp[]) {
    this.#outputs = new Set(graph.outputs.values());
    this.#ops = ops;
    this.#uses = new Uses(ops, this.#outputs);
  }

  /** The list as it is now; a later change makes another. */
  get ops(): readonly AnyOp[] {
    return this.#ops;
  }

  /** Who makes and reads what in the list as it is now. */
  get uses(): Uses {
    return this.#uses;
  }

  /**
   * Joins ops at the place of one of them, where all others can move there past what stands between.
   *
   * @param stored what the kernels store, even if nobody reads it
   * @returns whether they could
   */
  join(form: JoinedForm, parts: readonly Op[], at: Op, stored: readonly Tensor[] = []): boolean {
    const members = new Set<AnyOp>(parts);
    const inOrder = this.#ops.filter((op) => members.has(op));
    const place = this.#uses.place(at);
    if (!inOrder.every((op) => this.#canMove(op, place, members))) return false;
    const isWanted = (tensor: Tensor) =>
      stored.includes(tensor) ||
      this.#uses.isOutput(tensor) ||
      this.#uses.readers(tensor).some(({ op }) => !members.has(op));
    const joined = joinedOp(form, inOrder as Op<PlainOpName>[], isWanted);
    this.#change(this.#ops.flatMap((op) => (op === at ? [joined] : members.has(op) ? [] : [op])));
    return true;
  }

  /** Joins one op that makes a temporary with all that read it, each with a copy of its own. */
  copyToReaders(maker: Op, readers: ReadonlyMap<AnyOp, JoinedForm>): void {
    const changed = this.#ops.flatMap((op) => {
      const form = readers.get(op);
      if (form) return [joinedOp(form, [maker, op] as Op<PlainOpName>[], (tensor) => op.outputs.includes(tensor))];
      return op === maker ? [] : [op];
    });
    this.#change(changed);
  }

  #canMove(op: AnyOp, to: number, members: ReadonlySet<AnyOp>): boolean {
    const from = this.#uses.place(op);
    const passed = this.#ops.slice(Math.min(from, to), Math.max(from, to) + 1);
    return passed.every((other) => members.has(other) || commute(op, other));
  }

  #change(ops: readonly AnyOp[]): void {
    this.#ops = ops;
    this.#uses = new Uses(ops, this.#outputs);
  }
}

/** Those of some ops that read nothing that another of them makes: they may run side by side. */
export function independent<T extends AnyOp>(ops: readonly T[]): T[] {
  const made = new Set(ops.flatMap(({ outputs }) => outputs));
  return ops.filter(({ inputs }) => !inputs.some((tensor) => tensor && made.has(tensor)));
}

/** Whether two ops may run in either order: neither reads or writes what the other makes or writes. */
function commute(a: AnyOp, b: AnyOp): boolean {
  return !touches(a, b) && !touches(b, a);
}

function touches(changing: AnyOp, other: AnyOp): boolean {
  const changed: readonly Tensor[] = [...changing.outputs, ...changing.writes];
  const met: readonly (Tensor | undefined)[] = [...other.inputs, ...other.writes];
  return changed.some((tensor) => met.includes(tensor));
}
