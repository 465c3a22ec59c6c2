import type { Op, Tensor } from '../../graph/graph.js';
import type { OpName } from '../../graph/ops.js';

/**
 * Which ops run inside the kernel of another, so that a map is written once and read once:
 *
 * - `styled` in the convolution or blur that makes its y;
 * - `styled_sums` in the convolution or blur that makes its g;
 * - `styled_gradient` in the convolution or blur that reads it;
 * - the adjoint of a 1×1 convolution (to-RGB's: from 3 channels to many) in a `styled_gradient` that is itself inside
 *   another kernel. Its sums are then taken without the map being stored.
 *
 * A tensor that is then never stored must have no other reader and be no output; and no state that is read may change
 * between the place of the op that moves and the place that it moves to.
 */
export class Fusion {
  /** Ops that emit nothing of their own. */
  readonly absorbed = new Set<Op>();
  /** The `styled_gradient` that an op reads its first input through. */
  readonly gradientOf = new Map<Op, Op<'styled_gradient'>>();
  /** What becomes of an op's result before it is stored. The op is emitted where that op stands. */
  readonly styledOf = new Map<Op, Op<'styled'>>();
  readonly sumsOf = new Map<Op, Op<'styled_sums'>>();
  /** Maps that are not stored but made where they are read, with the adjoint of a 1×1 convolution that makes each. */
  readonly unstored = new Map<Tensor, Op>();

  constructor(ops: readonly Op[], outputs: ReadonlySet<Tensor>) {
    const makers = new Map<Tensor, { op: Op; index: number }>();
    const readers = new Map<Tensor, { op: Op; place: number; index: number }[]>();
    ops.forEach((op, index) => {
      for (const output of op.outputs) makers.set(output, { op, index });
      op.inputs.forEach((input, place) => {
        if (input) readers.set(input, [...(readers.get(input) ?? []), { op, place, index }]);
      });
    });
    const onlyReader = (tensor: Tensor) => {
      const all = readers.get(tensor) ?? [];
      return all.length === 1 && !outputs.has(tensor) ? all[0] : undefined;
    };
    /** Whether a tensor is there before op number `index` runs. */
    const before = (tensor: Tensor | undefined, index: number) =>
      tensor === undefined || (makers.get(tensor)?.index ?? -1) < index;
    const changes = ops.flatMap(({ writes }, index) => writes.map((tensor) => ({ tensor, index })));
    /** Whether what an op reads is the same at two places: no op between them changes a state that it reads. */
    const sameAt = (read: readonly (Tensor | undefined)[], first: number, last: number) =>
      !changes.some(({ tensor, index }) => index > first && index < last && read.includes(tensor));

    for (const [index, op] of ops.entries()) {
      if (is(op, 'styled_gradient')) {
        const reader = onlyReader(op.outputs[0]);
        if (reader?.place === 0 && readsGradients(reader.op) && sameAt(op.inputs, index, reader.index)) {
          this.gradientOf.set(reader.op, op);
          this.absorbed.add(op);
        }
      } else if (makesMaps(op)) {
        const [y] = op.outputs;
        const reader = onlyReader(y);
        const read = [...op.inputs, ...(this.gradientOf.get(op)?.inputs ?? [])];
        if (reader?.place === 0 && is(reader.op, 'styled') && sameAt(read, index, reader.index)) {
          this.styledOf.set(op, reader.op);
          this.absorbed.add(op);
          continue;
        }
        for (const { op: sums, place, index: later } of readers.get(y) ?? []) {
          const [, x, moments] = sums.inputs;
          if (!is(sums, 'styled_sums') || place !== 0 || x === y || this.sumsOf.has(op)) continue;
          if (!before(x, index) || !before(moments, index) || !sameAt([x, moments], index, later)) continue;
          this.sumsOf.set(op, sums);
          this.absorbed.add(sums);
        }
      }
    }
    for (const [reader, gradient] of this.gradientOf) {
      const [g] = gradient.inputs;
      const { op: maker, index = 0 } = makers.get(g!) ?? {};
      const last = ops.indexOf(this.styledOf.get(reader) ?? reader);
      if (!maker || !sameAt(maker.inputs, index, last)) continue;
      if (!is(maker, 'conv') || !maker.attrs.adjoint || side(maker) !== 1 || outputs.has(g!)) continue;
      const others = readers.get(g!)!.filter(({ op, place }) => op !== gradient || place !== 0);
      if (others.length === 1 && others[0].op === this.sumsOf.get(maker)) this.unstored.set(g!, maker);
    }
  }
}

/** Whether an op has that name. */
export function is<N extends OpName>(op: Op, name: N): op is Op<N> {
  return (op.op as OpName) === name;
}

/** The side of a convolution's kernel. */
function side(op: Op): number {
  return op.inputs[1]!.shape[2];
}

/** Ops whose kernel can read a gradient of `styled`: their own input is a plain map of many channels. */
function readsGradients(op: Op): boolean {
  if (is(op, 'blur')) return true;
  return (is(op, 'conv') && side(op) === 3 && op.attrs.adjoint) || (is(op, 'conv_up') && op.attrs.adjoint);
}

/** Ops whose kernel writes a blocked map, through whatever is asked for. */
function makesMaps(op: Op): boolean {
  return is(op, 'blur') || is(op, 'conv_up') || (is(op, 'conv') && (side(op) === 3 || op.attrs.adjoint));
}
