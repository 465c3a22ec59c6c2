import type { Graph, Shape, Tensor } from '../graph.js';
import { type AnyOp, Uses } from './uses.js';

/** A list of ops that a pass replaces, removes and adds to. The graph itself stays as it is. */
export class Rewriting {
  #ops: AnyOp[];
  /** What became of an op that was replaced. */
  readonly #successors = new Map<AnyOp, AnyOp>();
  #made = 0;
  readonly #outputs: ReadonlySet<Tensor>;
  #uses: { readonly of: readonly AnyOp[]; readonly uses: Uses } | undefined;

  constructor(
    private readonly graph: Graph,
    ops: readonly AnyOp[],
  ) {
    this.#ops = [...ops];
    this.#outputs = new Set(graph.outputs.values());
  }

  /** The list as it is now; a later change makes another. */
  get ops(): readonly AnyOp[] {
    return this.#ops;
  }

  /** Who makes and reads what in the list as it is now. */
  get uses(): Uses {
    if (this.#uses?.of !== this.#ops) this.#uses = { of: this.#ops, uses: new Uses(this.#ops, this.#outputs) };
    return this.#uses.uses;
  }

  /** Whether an op has not been replaced or removed. */
  has(op: AnyOp): boolean {
    return this.#ops.includes(op);
  }

  /** A temporary that the graph does not have. */
  temp(shape: Shape): Tensor {
    const id = this.graph.tensors.length + this.#made++;
    return { id, name: `fused${id}`, shape, dtype: 'f32', kind: 'temp' };
  }

  /** The op itself, or what it was replaced by. */
  current(op: AnyOp): AnyOp {
    let now = op;
    for (let next = this.#successors.get(now); next; next = this.#successors.get(now)) now = next;
    return now;
  }

  /** Leaves only these ops, in their order. */
  keep(ops: readonly AnyOp[]): void {
    this.#ops = [...ops];
  }

  replace(op: AnyOp, by: AnyOp): void {
    const now = this.current(op);
    this.#ops = this.#ops.with(this.#index(now), by);
    this.#successors.set(now, by);
  }

  /** @param successor the op, in the list already, that makes what this one made */
  remove(op: AnyOp, successor?: AnyOp): void {
    const now = this.current(op);
    this.#ops = this.#ops.toSpliced(this.#index(now), 1);
    if (successor) this.#successors.set(now, successor);
  }

  insertBefore(op: AnyOp, added: AnyOp): void {
    this.#ops = this.#ops.toSpliced(this.#index(this.current(op)), 0, added);
  }

  insertAfter(op: AnyOp, added: AnyOp): void {
    this.#ops = this.#ops.toSpliced(this.#index(this.current(op)) + 1, 0, added);
  }

  #index(op: AnyOp): number {
    const index = this.#ops.indexOf(op);
    if (index < 0) throw new Error(`${op.op} is no longer in the list`);
    return index;
  }
}
