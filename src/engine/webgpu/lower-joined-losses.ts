// From a reduced picture to its losses, their sum and its gradient.

import { adjointTaps, reflectBefore } from '../../graph/bicubic.js';
import type { JoinedOp } from '../../graph/fuse/joined-op.js';
import { isOp, type Op, type Tensor } from '../../graph/graph.js';
import type { OpName } from '../../graph/ops.js';
import { type Binding, type Dispatch, grid, WORKGROUP } from './dispatch.js';
import { finiteFloor, geocrossPairs, TERM_FACTORS, tapsOf } from './lower-search.js';
import { bind, bindTogether, scalars, size } from './lowering.js';
import { bitsOf } from './words.js';

/** How a workgroup of bicubic_losses is cut: lanes that share the taps of a result, and results. */
const LOSSES = { LANES: 8, RESULTS: 16 };
/** Invocations that add up the tiles of a picture's losses. */
const ADDING = 128;

export function lowerLosses(op: JoinedOp): Dispatch[] {
  const [reduction] = partsOf(op, 'bicubic');
  const losses = partsOf(op, 'pixel_loss');
  const [geocross] = partsOf(op, 'geocross');
  const [, target] = losses[0].inputs as [Tensor, Tensor];
  const tiles = Math.ceil(size(target) / LOSSES.RESULTS);
  const sums: Binding = { kind: 'scratch', size: 2 * tiles, place: 1 };
  const pairs = geocross ? geocross.inputs[0]!.shape[1] ** 2 : 0;
  const values: Binding = geocross ? { kind: 'scratch', size: pairs, place: 0 } : bind(undefined);
  return [
    ...(geocross ? [geocrossPairs(geocross, values)] : []),
    bicubicLosses(reduction, target, tiles, sums),
    weighLosses(op, { tiles, sums, pairs, values }),
  ];
}

/** The reduction, with the sums of both losses for each tile. */
function bicubicLosses(
  { inputs: [x], outputs: [y], attrs: { factor } }: Op<'bicubic'>,
  target: Tensor,
  tiles: number,
  sums: Binding,
): Dispatch {
  return {
    kernel: 'bicubic_losses',
    overrides: {
      SIZE: size(y),
      FROM: x!.shape[3],
      FACTOR: factor,
      BEFORE: reflectBefore(factor),
      TILES: tiles,
      ...LOSSES,
    },
    bindings: { x: bind(x), taps: tapsOf(factor), goal: bind(target), y: bind(y), tiles: sums },
    groups: [tiles, 1],
    flop: 0,
  };
}

/** What the kernel that adds the losses up finds where. */
interface Summands {
  readonly tiles: number;
  readonly sums: Binding;
  readonly pairs: number;
  readonly values: Binding;
}

/** One workgroup a picture: the losses, their weighted sum, where their gradients begin, and whether it is the best. */
function weighLosses(op: JoinedOp, summands: Summands): Dispatch {
  const numbers = [...new Set([...op.outputs.filter((tensor) => size(tensor) === 1), ...op.writes])];
  const make = (placeOf: (tensor: Tensor) => number): Uint32Array =>
    weighingTable(op, summands, (tensor) => (tensor && numbers.includes(tensor) ? placeOf(tensor) + 1 : 0));
  return {
    kernel: 'weigh_losses',
    overrides: { WORKGROUP: ADDING },
    bindings: {
      tiles: summands.sums,
      values: summands.values,
      jobs: { kind: 'places', make },
      scalars,
      numbers: bindTogether(numbers),
    },
    groups: [1, 1],
    flop: 0,
  };
}

/**
 * The words of shaders/weigh_losses.wgsl.
 *
 * @param place 1 + where a tensor lies, 0 for one that is not stored
 */
function weighingTable(
  op: JoinedOp,
  { tiles, pairs }: Summands,
  place: (tensor: Tensor | undefined) => number,
): Uint32Array {
  const [{ outputs, inputs: weighed, attrs }] = partsOf(op, 'objective');
  const losses = [...partsOf(op, 'pixel_loss'), ...partsOf(op, 'geocross')];
  const made = losses.map(({ outputs: [value] }) => value);
  // In the order in which the objective adds them up; then those that are only told.
  const terms = [...(weighed as readonly Tensor[]), ...made.filter((value) => !weighed.includes(value))];
  const gradients = partsOf(op, 'objective_gradient');
  const [keeping] = partsOf(op, 'keep_best');
  const [, distance, ...states] = keeping?.inputs ?? [];
  const kept = [0, 1, 2, 3].map((state) => place(states[state]));
  const compared = distance === undefined ? 0 : terms.indexOf(distance);
  const words = [terms.length, gradients.length, tiles, pairs];
  words.push(place(outputs[0]), ...kept, compared, bitsOf(keeping?.attrs.eps ?? 0), 0);
  terms.forEach((term, index) => {
    const [from, count, factor] = sourceOf(losses[made.indexOf(term)], tiles, pairs);
    const [weight, floor] = [attrs.weights[index] ?? 0, finiteFloor(attrs.floors[index])];
    words.push(from, count, bitsOf(factor), place(term));
    words.push(Number(index < weighed.length), bitsOf(weight), bitsOf(floor), 0);
  });
  const seeds = new Map(partsOf(op, 'fill').map((fill) => [fill.outputs[0], fill.attrs.value]));
  for (const gradient of gradients) {
    const [seed, term] = gradient.inputs as [Tensor, Tensor];
    const weight = Math.fround(seeds.get(seed)!) * Math.fround(gradient.attrs.weight);
    const floor = finiteFloor(gradient.attrs.floor);
    words.push(terms.indexOf(term), place(gradient.outputs[0]), bitsOf(weight), bitsOf(floor));
  }
  return Uint32Array.from(words);
}

/** Which sums a loss is the total of (squares, absolute values, pairs), how many there are, and what their total is multiplied with. */
function sourceOf(loss: Op<'pixel_loss'> | Op<'geocross'>, tiles: number, pairs: number): [number, number, number] {
  if (isOp(loss, 'geocross')) return [2, pairs, 1];
  const { term } = (loss as Op<'pixel_loss'>).attrs;
  return [term === 'L2' ? 0 : 1, tiles, TERM_FACTORS[term] / size(loss.inputs[0]!)];
}

/** The losses' gradient where it is read, spread over the picture along both axes at once. */
export function lowerImageGradient(op: JoinedOp): Dispatch[] {
  const gradients = partsOf(op, 'pixel_loss_gradient');
  const [scaling] = partsOf(op, 'affine');
  const [down, across] = [2, 3].map((axis) => partsOf(op, 'bicubic').find(({ attrs }) => attrs.axis === axis)!);
  const [result] = op.outputs;
  const [, small, goal] = gradients[0].inputs as [Tensor, Tensor, Tensor];
  const [, c, h, w] = result.shape;
  const [rows, columns] = [
    adjointTaps(down.attrs.factor, small.shape[2]),
    adjointTaps(across.attrs.factor, small.shape[3]),
  ];
  const lines = [rows, columns].flatMap(({ span, first, weights }) =>
    first.flatMap((from, i) => [from, ...weights.subarray(i * span, (i + 1) * span)]),
  );
  const factorOf = (term: 'L2' | 'L1') => gradients.find(({ attrs }) => attrs.term === term)?.inputs[0];
  const [squares, absolute] = [factorOf('L2'), factorOf('L1')];
  const key = `adjoint taps ${down.attrs.factor} ${across.attrs.factor} ${small.shape.slice(2)}`;
  return [
    {
      kernel: 'image_gradient',
      overrides: {
        C: c,
        H: h,
        W: w,
        ROWS: small.shape[2],
        COLUMNS: small.shape[3],
        DOWN: rows.span,
        ACROSS: columns.span,
        SQUARES: squares ? (2 * TERM_FACTORS.L2) / size(small) : 0,
        ABSOLUTE: absolute ? TERM_FACTORS.L1 / size(small) : 0,
        SCALE: scaling?.attrs.scale ?? 1,
        WORKGROUP,
      },
      bindings: {
        squares: bind(squares),
        absolute: bind(absolute),
        small: bind(small),
        goal: bind(goal),
        lines: { kind: 'table', key, data: Float32Array.from(lines) },
        result: bind(result),
      },
      groups: grid(Math.ceil(w / WORKGROUP) * c * h, 1),
      flop: 0,
    },
  ];
}

function partsOf<N extends OpName>({ parts }: JoinedOp, name: N): Op<N>[] {
  return (parts as readonly Op[]).filter((part): part is Op<N> => isOp(part, name));
}
