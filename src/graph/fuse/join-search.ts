// The search's own ops: gradients of its parameters, and their updates.

import { elements, isOp, type Op, type Tensor } from '../graph.js';
import { independent, type Joining } from './joining.js';
import type { AnyOp, Uses } from './uses.js';

/** Noise gradients that one kernel makes: it has a binding for each map. */
const MOST_MAPS = 5;
/** Pixels of a map whose noise gradient waits for those of others, and keeps the map in memory till then. */
const LARGEST_MAP = 64 * 64;
/** Values of a row of a parameter that are few enough for one workgroup. */
const LARGEST_ROW = 128 * 128;

/** GEOCROSS's gradient, with another added to it, goes back to the search variable at once. */
export function joinLatentGradient(joining: Joining): void {
  for (const op of joining.ops.filter((one) => isOp(one, 'latent_gradient'))) {
    const { uses } = joining;
    const [g, w] = op.inputs as [Tensor, Tensor];
    const maker = uses.onlyUse(g) && uses.maker(g);
    if (!maker) continue;
    const sources = isOp(maker, 'add') ? maker.inputs.map((tensor) => uses.maker(tensor)) : [maker];
    const geocross = sources.find((one): one is Op<'geocross_gradient'> => !!one && isGeocrossOf(one, w, uses));
    if (!geocross) continue;
    joining.join('latent gradient', isOp(maker, 'add') ? [geocross, maker, op] : [geocross, op], op);
  }
}

function isGeocrossOf(op: AnyOp, w: Tensor, uses: Uses): boolean {
  return isOp(op, 'geocross_gradient') && op.inputs[1] === w && uses.onlyUse(op.outputs[0]) !== undefined;
}

/** Noise gradients of small maps, some at a time. */
export function joinNoiseGradients(joining: Joining): void {
  const isSmall = ({ outputs: [y] }: Op) => elements(y.shape.slice(1)) <= LARGEST_MAP;
  const all = independent(joining.ops.filter((op) => isOp(op, 'noise_gradient')).filter(isSmall));
  for (let first = 0; first < all.length; first += MOST_MAPS) {
    const some = all.slice(first, first + MOST_MAPS);
    joining.join('noise gradients', some, some[some.length - 1]);
  }
}

/** An optimiser step and the sphere behind it, with what is kept before it. */
interface Update {
  readonly kept: readonly Op<'keep_if'>[];
  readonly step: Op<'optimise'>;
  readonly sphere: Op<'sphere'>;
}

/** The updates of all parameters whose rows are small. */
export function joinUpdates(joining: Joining): void {
  const { ops, uses } = joining;
  const steps = ops.filter((op) => isOp(op, 'optimise'));
  const updates = steps.flatMap((step) => updateOf(step, joining) ?? []);
  const improved = updates.flatMap(({ kept }) => kept)[0]?.inputs[0];
  const alike = updates.filter(({ step, kept }) => {
    const isOne = kept.every(({ inputs }) => inputs[0] === improved);
    return isOne && step.attrs.kind === updates[0].step.attrs.kind;
  });
  const parts = alike.flatMap(({ kept, step, sphere }): Op[] => [...kept, step, sphere]);
  // Every state has one writer of each kind, and what is read is written by none of them.
  const params = alike.map(({ step }) => step.inputs[0]);
  const written = [...params, ...alike.flatMap(({ kept, step }) => [...kept, step].flatMap(ownStates))];
  const read = [improved, ...alike.flatMap(({ step, sphere }) => [step.inputs[1], sphere.inputs[1]])];
  if (parts.length === 0 || new Set(written).size !== written.length) return;
  if (read.some((tensor) => tensor && (tensor.kind === 'constant' || written.includes(tensor)))) return;
  const places = parts.map((op) => uses.place(op));
  joining.join('updates', parts, parts[places.indexOf(Math.max(...places))]);
}

/** The states that an op writes beside the parameter. */
function ownStates(op: Op<'keep_if'> | Op<'optimise'>): readonly Tensor[] {
  return isOp(op, 'keep_if') ? op.writes : op.writes.slice(1);
}

function updateOf(step: Op<'optimise'>, { uses }: Joining): Update | undefined {
  const [param] = step.inputs as [Tensor];
  const [, rows] = param.shape;
  if (elements(param.shape.slice(2)) > LARGEST_ROW) return undefined;
  const place = uses.place(step);
  const readers = uses.readers(param);
  const steps = readers.filter(({ op }) => isOp(op, 'optimise'));
  const spheres = readers.flatMap(({ op, place: at }) => (at === 0 && isOp(op, 'sphere') ? [op] : []));
  const kept = readers.flatMap(({ op, place: at }) => (at === 1 && isOp(op, 'keep_if') ? [op] : []));
  if (steps.length !== 1 || spheres.length !== 1 || kept.length > 1 || rows < 1) return undefined;
  if (uses.place(spheres[0]) < place || kept.some((op) => uses.place(op) > place)) return undefined;
  return { kept, step, sphere: spheres[0] };
}
