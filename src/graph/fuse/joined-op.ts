import type { Op, Tensor } from '../graph.js';
import type { PlainOpName } from './fused-op.js';

/**
 * The small ops of a graph that an engine may run together, in one kernel or a few: a name for each group that `join.ts` finds.
 *
 * - `styles`: `rows`, and the `linear` ops that read them
 * - `style gradients`: `linear` adjoints, added up and stacked to rows
 * - `demodulations`, `demodulation gradients`: those of all layers, the latter with an `add` behind each
 * - `scaled reduction`: `affine`, and `bicubic` behind it; `scaled keeping`: `affine`, and `keep_if`
 * - `losses`: `bicubic` along the last axis, `pixel_loss`es of its result, `geocross`, `objective`, the factors of their
 *   gradients, and `keep_best`
 * - `image gradient`: `pixel_loss_gradient`s, added up, `bicubic` adjoints along both axes, and `affine`
 * - `latent gradient`: `geocross_gradient`, what is added to it, and `latent_gradient`
 * - `noise gradients`: some `noise_gradient`s of small maps
 * - `updates`: `keep_if`, `optimise` and `sphere` of small parameters
 */
export type JoinedForm =
  | 'styles'
  | 'style gradients'
  | 'demodulations'
  | 'demodulation gradients'
  | 'scaled reduction'
  | 'scaled keeping'
  | 'losses'
  | 'image gradient'
  | 'latent gradient'
  | 'noise gradients'
  | 'updates';

/** Ops that run together. It means what its parts mean, one after another; what only they read is not made. */
export interface JoinedOp {
  readonly op: 'joined';
  readonly form: JoinedForm;
  readonly parts: readonly Op<PlainOpName>[];
  readonly inputs: readonly Tensor[];
  /** What the parts make and somebody else reads, and what their kernels store all the same. */
  readonly outputs: readonly Tensor[];
  readonly writes: readonly Tensor[];
}

/**
 * Makes a `JoinedOp`.
 *
 * @param parts in an order in which they can run
 * @param isWanted whether somebody beside them reads a tensor that they make
 */
export function joinedOp(
  form: JoinedForm,
  parts: readonly Op<PlainOpName>[],
  isWanted: (tensor: Tensor) => boolean,
): JoinedOp {
  const made = new Set(parts.flatMap(({ outputs }) => outputs));
  const read = parts.flatMap(({ inputs }) => inputs.filter((tensor) => tensor !== undefined && !made.has(tensor)));
  return {
    op: 'joined',
    form,
    parts,
    inputs: [...new Set(read as Tensor[])],
    outputs: [...made].filter(isWanted),
    writes: [...new Set(parts.flatMap(({ writes }) => writes))],
  };
}
