// Noise gradients and updates of several parameters at once.

import type { JoinedOp } from '../../graph/fuse/joined-op.js';
import { isOp, type Op, type Tensor } from '../../graph/graph.js';
import type { Dispatch } from './dispatch.js';
import { ROW_WORKGROUP } from './lower-latent.js';
import { optimiserOverrides } from './lower-search.js';
import { bind, bindTogether, scalars, size } from './lowering.js';
import { plainWeight } from './pack.js';

/** How a workgroup of noise_gradients is cut: pixels, and parts in which their channels are summed. */
const NOISE = { PIXELS: 8, PARTS: 32 };

export function lowerNoiseGradients({ parts }: JoinedOp): Dispatch[] {
  const all = parts as readonly Op<'noise_gradient'>[];
  const maps = all.map(({ inputs: [g] }) => bind(g));
  const groups = all.map(({ outputs: [y] }) => Math.ceil(size(y) / NOISE.PIXELS));
  const make = (placeOf: (tensor: Tensor) => number): Uint32Array => {
    let weights = 0;
    const words = all.flatMap(({ inputs: [g], outputs: [y] }, map) => {
      const [, c] = g!.shape;
      const first = weights;
      weights += c;
      return Array.from({ length: groups[map] }, (_, group) => [
        ...[map, group * NOISE.PIXELS, size(y), c],
        ...[first, placeOf(y), 0, 0],
      ]);
    });
    return Uint32Array.from(words.flat());
  };
  return [
    {
      kernel: 'noise_gradients',
      overrides: NOISE,
      bindings: {
        g0: maps[0] ?? bind(undefined),
        g1: maps[1] ?? bind(undefined),
        g2: maps[2] ?? bind(undefined),
        g3: maps[3] ?? bind(undefined),
        g4: maps[4] ?? bind(undefined),
        noise_weights: { kind: 'weights', weights: all.map(({ inputs: [, weight] }) => plainWeight(weight!)) },
        jobs: { kind: 'places', make },
        results: bindTogether(all.map(({ outputs: [y] }) => y)),
      },
      groups: [groups.reduce((sum, count) => sum + count, 0), 1],
      flop: 0,
    },
  ];
}

/** A parameter, and all that belongs to it. */
interface Parameter {
  readonly param: Tensor;
  readonly g: Tensor;
  readonly first?: Tensor;
  readonly second?: Tensor;
  readonly radius: Tensor;
  readonly kept?: Tensor;
}

/** A workgroup for each row of each parameter. */
export function lowerUpdates({ parts }: JoinedOp): Dispatch[] {
  const all: readonly Op[] = parts;
  const steps = all.filter((op) => isOp(op, 'optimise'));
  const spheres = all.filter((op) => isOp(op, 'sphere'));
  const keeps = all.filter((op) => isOp(op, 'keep_if'));
  const parameters = steps.map(
    ({ inputs: [param, g, first, second] }): Parameter => ({
      param: param!,
      g: g!,
      first,
      second,
      radius: spheres.find(({ inputs }) => inputs[0] === param)!.inputs[1]!,
      kept: keeps.find(({ inputs }) => inputs[1] === param)?.inputs[2],
    }),
  );
  const states = parameters.flatMap(({ param, first, second, kept }) => [param, first, second, kept]);
  const rows = parameters.reduce((sum, { param }) => sum + param.shape[1], 0);
  return [
    {
      kernel: 'updates',
      overrides: { ...optimiserOverrides(steps[0].attrs.kind), WORKGROUP: ROW_WORKGROUP },
      bindings: {
        states: bindTogether(states.filter((tensor) => tensor !== undefined)),
        gradients: bindTogether(parameters.map(({ g }) => g)),
        radii: bindTogether(parameters.map(({ radius }) => radius)),
        improved: bind(keeps[0]?.inputs[0]),
        scalars,
        jobs: { kind: 'places', make: (placeOf) => rowsOf(parameters, placeOf) },
      },
      groups: [rows, 1],
      flop: 0,
    },
  ];
}

/** The words of shaders/updates.wgsl, twelve for each row. */
function rowsOf(parameters: readonly Parameter[], placeOf: (tensor: Tensor) => number): Uint32Array {
  const words = parameters.flatMap(({ param, g, first, second, radius, kept }) => {
    const [, count] = param.shape;
    const length = size(param) / count;
    return Array.from({ length: count }, (_, row) => {
      const at = (tensor: Tensor | undefined) => (tensor ? placeOf(tensor) + row * length : 0);
      return [
        ...[at(param), at(g), at(first), at(second)],
        ...[kept ? at(kept) + 1 : 0, placeOf(radius) + row, length, size(param)],
        ...[count, 0, 0, 0],
      ];
    });
  });
  return Uint32Array.from(words.flat());
}
