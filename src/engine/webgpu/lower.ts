import { bicubicTaps, reflectBefore } from '../../graph/bicubic.js';
import type { PlainOpName, ProgramOp } from '../../graph/fuse/fused-op.js';
import type { Op, Tensor } from '../../graph/graph.js';
import {
  type Binding,
  bind,
  type Dispatch,
  elementwise,
  none,
  perChannel,
  perPixel,
  scalars,
  size,
  sumTiles,
} from './dispatch.js';
import { lowerFused } from './lower-maps.js';
import { packLinear } from './pack.js';
import { type ConvolutionKernels, reductionTiles } from './tiles.js';

/** From one op to the kernels that compute it, in order; kernels over maps are in `lower-maps.ts`. */
type Lowering<N extends PlainOpName> = (op: Op<N>) => Dispatch[];

const lowerings: { [N in PlainOpName]: Lowering<N> } = {
  repeat: ({ inputs: [x], outputs: [y] }) => [perPixel('repeat', y, {}, [bind(x), bind(y)])],
  add_noise: ({ inputs, outputs: [y] }) => [perPixel('add_noise', y, {}, [...inputs.map(bind), bind(y)])],
  bias_act: ({ inputs, outputs: [y], attrs }) => [
    perPixel('bias_act', y, { SLOPE: attrs.slope }, [...inputs.map(bind), bind(y)]),
  ],
  instance_norm: ({ inputs: [x], outputs: [y], attrs }) => [
    perChannel('instance_norm', x!, { EPSILON: attrs.epsilon, GRADIENT: 0 }, [bind(x), none, bind(y)]),
  ],
  instance_norm_gradient: ({ inputs: [g, x], outputs: [y], attrs }) => [
    perChannel('instance_norm', x!, { EPSILON: attrs.epsilon, GRADIENT: 1 }, [bind(x), bind(g), bind(y)]),
  ],
  modulate: ({ inputs, outputs: [y] }) => [perPixel('modulate', y, { GRADIENT: 0 }, [...inputs.map(bind), bind(y)])],
  modulate_gradient: ({ inputs, outputs: [y] }) => [
    perPixel('modulate', y, { GRADIENT: 1 }, [...inputs.map(bind), bind(y)]),
  ],
  modulate_sums: ({ inputs: [g, x], outputs: [sums] }) => [
    perChannel('modulate_sums', x!, {}, [bind(g), bind(x), bind(sums)]),
  ],
  noise_gradient({ inputs: [g, noiseWeight], outputs: [y] }) {
    const dispatch = perPixel('noise_gradient', g!, {}, [bind(g), bind(noiseWeight), bind(y)]);
    return [{ ...dispatch, groups: [dispatch.groups[0], 1] }];
  },

  linear({ inputs: [x, weight, bias], outputs: [y], attrs: { adjoint, slope } }) {
    const [m, k] = weight!.shape;
    const packed: Binding = {
      kind: 'constant',
      constant: {
        tensor: weight!,
        key: adjoint ? 'linear-adjoint' : 'linear',
        pack: (data) => packLinear(data, m, k, adjoint),
      },
    };
    const [into, out] = adjoint ? [m, k] : [k, m];
    return [
      {
        kernel: 'linear',
        overrides: { IN: into, OUT: out, BIAS: Number(bias !== undefined), SLOPE: slope },
        bindings: [bind(x), packed, bind(bias), bind(y)],
        groups: [Math.ceil(out / 64), 1],
        flop: 2 * m * k,
      },
    ];
  },
  lrelu_gradient: ({ inputs, outputs: [y], attrs }) =>
    elementwise('lrelu_gradient', size(y), { SIZE: size(y), SLOPE: attrs.slope }, [...inputs.map(bind), bind(y)]),
  pixel_norm: ({ inputs, outputs: [y] }) => [
    {
      kernel: 'pixel_norm',
      overrides: { SIZE: size(y) },
      bindings: [...inputs.map(bind), bind(y)],
      groups: [1, 1],
      flop: 0,
    },
  ],
  pixel_norm_gradient: ({ inputs, outputs: [y] }) => [
    {
      kernel: 'pixel_norm_gradient',
      overrides: { SIZE: size(y) },
      bindings: [...inputs.map(bind), bind(y)],
      groups: [1, 1],
      flop: 0,
    },
  ],

  rows({ inputs: [x], outputs }) {
    const [, rows, d] = x!.shape;
    return outputs.map((row, index) => copyRow(x!, rows === 1 ? 0 : index * d, row, 0, d));
  },
  stack: ({ inputs, outputs: [y], attrs }) =>
    inputs.map((row, index) => copyRow(row, 0, y, index * attrs.size, attrs.size)),
  add: ({ inputs, outputs: [y] }) => elementwise('add', size(y), { SIZE: size(y) }, [...inputs.map(bind), bind(y)]),
  affine: ({ inputs, outputs: [y], attrs }) =>
    elementwise('affine', size(y), { SIZE: size(y), FACTOR: attrs.scale, SHIFT: attrs.shift }, [
      ...inputs.map(bind),
      bind(y),
    ]),
  fill: ({ outputs: [y], attrs }) => elementwise('fill', size(y), { SIZE: size(y), VALUE: attrs.value }, [bind(y)]),
  latent_to_w: ({ inputs, outputs: [w], attrs }) =>
    elementwise('latent_to_w', size(w), { SIZE: size(w), D: w.shape[2], SLOPE: attrs.slope }, [
      ...inputs.map(bind),
      bind(w),
    ]),
  latent_gradient: ({ inputs, outputs: [y], attrs }) =>
    elementwise('latent_gradient', size(y), { SIZE: size(y), D: y.shape[2], SLOPE: attrs.slope }, [
      ...inputs.map(bind),
      bind(y),
    ]),

  bicubic({ inputs: [x], outputs: [y], attrs: { axis, factor, adjoint } }) {
    const shape = x!.shape;
    const outer = axis === 2 ? shape[1] : shape[1] * shape[2];
    const inner = axis === 2 ? shape[3] : 1;
    const table: Binding = {
      kind: 'table',
      key: `bicubic-${factor}`,
      data: Float32Array.from(bicubicTaps(factor)),
    };
    const overrides = {
      OUTER: outer,
      [adjoint ? 'TO' : 'FROM']: shape[axis],
      INNER: inner,
      FACTOR: factor,
      BEFORE: reflectBefore(factor),
    };
    return elementwise(adjoint ? 'bicubic_adjoint' : 'bicubic', size(y), overrides, [bind(x), table, bind(y)]);
  },
  pixel_loss({ inputs: [x, target], outputs: [loss], attrs: { term } }) {
    const { workgroup, tiles } = reductionTiles(size(x!));
    const partial: Binding = { kind: 'scratch', size: tiles };
    return [
      {
        kernel: 'pixel_loss',
        overrides: { SIZE: size(x!), TILES: tiles, L1: Number(term === 'L1'), WORKGROUP: workgroup },
        bindings: [bind(x), bind(target), partial],
        groups: [tiles, 1],
        flop: 0,
      },
      sumTiles(1, tiles, (term === 'L1' ? 10 : 1) / size(x!), partial, loss),
    ];
  },
  pixel_loss_gradient: ({ inputs, outputs: [y], attrs }) =>
    elementwise('pixel_loss_gradient', size(y), { SIZE: size(y), L1: Number(attrs.term === 'L1') }, [
      ...inputs.map(bind),
      bind(y),
    ]),
  geocross({ inputs: [w], outputs: [value, pairs] }) {
    const [, rows, d] = w!.shape;
    const values: Binding = { kind: 'scratch', size: rows * rows };
    return [
      {
        kernel: 'geocross',
        overrides: { L: rows, D: d },
        bindings: [bind(w), values, bind(pairs)],
        groups: [rows, rows],
        flop: 6 * rows * rows * d,
      },
      sumTiles(1, rows * rows, 1, values, value),
    ];
  },
  geocross_gradient({ inputs, outputs: [y] }) {
    const [, rows, d] = y.shape;
    return [
      {
        kernel: 'geocross_gradient',
        overrides: { L: rows, D: d },
        bindings: [...inputs.map(bind), bind(y)],
        groups: [Math.ceil(d / 64), rows],
        flop: 6 * rows * rows * d,
      },
    ];
  },
  objective({ inputs, outputs: [total], attrs: { weights, floors } }) {
    const overrides: Record<string, number> = { TERMS: inputs.length };
    for (const index of [0, 1, 2]) {
      overrides[`WEIGHT${index}`] = weights[index] ?? 0;
      overrides[`FLOOR${index}`] = finiteFloor(floors[index]);
    }
    const terms = [0, 1, 2].map((index) => bind(inputs[index]));
    return [{ kernel: 'objective', overrides, bindings: [...terms, bind(total)], groups: [1, 1], flop: 0 }];
  },
  objective_gradient: ({ inputs, outputs: [y], attrs: { weight, floor } }) => [
    {
      kernel: 'objective_gradient',
      overrides: { WEIGHT: weight, FLOOR: finiteFloor(floor) },
      bindings: [...inputs.map(bind), bind(y)],
      groups: [1, 1],
      flop: 0,
    },
  ],

  optimise({ inputs: [param, g, first, second], attrs: { kind } }) {
    const overrides = { SIZE: size(param!), KIND: ['sgd', 'sgdm', 'adam', 'adamax'].indexOf(kind) };
    return elementwise('optimise', size(param!), overrides, [bind(param), bind(g), bind(first), bind(second), scalars]);
  },
  sphere({ inputs: [param, radius] }) {
    const rows = param!.shape[1];
    const overrides = { ROWS: rows, SIZE: size(param!) / rows };
    return [{ kernel: 'sphere', overrides, bindings: [bind(param), bind(radius)], groups: [rows, 1], flop: 0 }];
  },
  keep_best: ({ inputs }) => [
    { kernel: 'keep_best', overrides: {}, bindings: [...inputs.map(bind), scalars], groups: [1, 1], flop: 0 },
  ],
  keep_if: ({ inputs }) => elementwise('keep_if', size(inputs[1]!), { SIZE: size(inputs[1]!) }, inputs.map(bind)),
};

/** WGSL has no infinities: the most negative number stands for −∞ where it is only compared with. */
function finiteFloor(floor: number | undefined): number {
  return Math.max(floor ?? Number.NEGATIVE_INFINITY, -3.4028234663852886e38);
}

function copyRow(source: Tensor | undefined, from: number, target: Tensor, to: number, count: number): Dispatch {
  return {
    kernel: 'copy_rows',
    overrides: {
      SIZE: count,
      FROM: from,
      FROM_SIZE: source ? size(source) : 0,
      TO: to,
      TO_SIZE: size(target),
      ZERO: Number(source === undefined),
    },
    bindings: [bind(source), bind(target)],
    groups: [Math.ceil(count / 64), 1],
    flop: 0,
  };
}

/** The kernels that compute an op, in order. Follows from the shape of one picture alone, never from the batch. */
export function lower(op: ProgramOp, convolutions: ConvolutionKernels): Dispatch[] {
  if (op.op === 'fused') return lowerFused(op, convolutions);
  return (lowerings[op.op] as Lowering<PlainOpName>)(op);
}
