/** Cases of small ops that engines may run together (`graph/fuse/join.ts`), for the conformance suite: groups of several sizes. */

import { backward } from '../../dist/graph/backward.js';
import { apply, apply1 } from '../../dist/graph/build.js';
import type { Tensor } from '../../dist/graph/graph.js';
import { momentsOf } from '../../dist/pulse/step.js';
import {
  all,
  type Case,
  type CaseBuilder,
  makeCase,
  normal,
  perPicture,
  STEPS,
  uniform,
  weights,
} from './conformance.js';

/** Outputs the gradients by `wrt` of Σ seed·y, a seed for each y. */
function gradientsOf(b: CaseBuilder, ys: readonly Tensor[], wrt: readonly Tensor[]): void {
  const seeds = ys.map((output, index) => {
    const [, c, h, w] = output.shape;
    return { output, seed: b.input(`seed${index}`, [c, h, w]) };
  });
  backward(b.graph, seeds, wrt).forEach((gradient, index) => {
    b.graph.output(`gradient of ${wrt[index].name}`, gradient!);
  });
}

interface StylesCase {
  /** For each row the layers that read it: how many numbers a style of each has. */
  readonly rows: readonly (readonly number[])[];
  readonly size: number;
  /** One row for all. */
  readonly tiled?: boolean;
  readonly biased?: boolean;
}

const STYLES: readonly StylesCase[] = [
  { rows: [[1]], size: 1 },
  { rows: [[5], [130], [3], [64]], size: 33, biased: true },
  { rows: [[2, 7], [], [66], [1, 1, 1]], size: 7, biased: true },
  { rows: [[5], [130, 3], [64]], size: 33, tiled: true, biased: true },
  { rows: [[1024], [1], [17]], size: 512 },
];

function styles(): Case[] {
  return STYLES.map(({ rows, size, tiled = false, biased = false }) => {
    const extras = `${tiled ? ', of one row' : ''}${biased ? ', biased' : ''}`;
    return makeCase(
      `styles of ${rows.map((layers) => layers.join('+') || 'none').join(', ')} of ${size}${extras}, forward and backward`,
      (b) => {
        const w = b.input('w', [tiled ? 1 : rows.length, size, 1]);
        const made = apply(b.graph, 'rows', [w], { count: rows.length });
        const ys = rows.flatMap((layers, row) =>
          layers.map((count, layer) => {
            const name = `weight${row}.${layer}`;
            // Every second layer has no bias all the same.
            const bias = biased && layer % 2 === 0 ? b.constant(`${name}.bias`, [count, 1, 1, 1]) : undefined;
            const inputs = [made[row], b.constant(name, [count, size, 1, 1], weights(size)), bias];
            return apply1(b.graph, 'linear', inputs, { adjoint: false, slope: 1, shape: [count, 1, 1] });
          }),
        );
        for (const [index, y] of ys.entries()) b.graph.output(`y${index}`, y);
        gradientsOf(b, ys, [w]);
      },
      5e-6,
    );
  });
}

function demodulations(): Case[] {
  return [
    [[1, 1]],
    [
      [3, 5],
      [37, 130],
      [66, 2],
    ],
    [
      [512, 33],
      [1, 513],
    ],
  ].map((layers) =>
    makeCase(
      `demodulation of ${layers.map(([from, to]) => `${from} → ${to}`).join(', ')}, forward and backward`,
      (b) => {
        const inputs = layers.map(([from], layer) => b.input(`style${layer}`, [from, 1, 1], normal(0.5, 1)));
        const ys = layers.map(([from, to], layer) => {
          const squares = b.constant(`squares${layer}`, [to, from, 1, 1], uniform(0, 2 / from));
          return apply1(b.graph, 'demodulate', [inputs[layer], squares], { epsilon: 10 ** -layer });
        });
        // Another reader of the first style, whose gradient is added.
        const other = apply1(b.graph, 'affine', [inputs[0]], { scale: 0.5, shift: 0 });
        for (const [index, y] of ys.entries()) b.graph.output(`y${index}`, y);
        gradientsOf(b, [...ys, other], inputs);
      },
      5e-6,
    ),
  );
}

/** Styles that are rows of others: they cannot lie in one buffer, and run one by one. */
export function nested(): Case {
  return makeCase(
    'styles of styles, demodulated together',
    (b) => {
      const linear = (x: Tensor, name: string, shape: readonly [number, number, number]) => {
        const [from, to] = [x.shape[2], shape[0] * shape[1]];
        return apply1(b.graph, 'linear', [x, b.constant(name, [to, from, 1, 1], weights(from))], {
          adjoint: false,
          slope: 1,
          shape,
        });
      };
      const rows = apply(b.graph, 'rows', [b.input('w', [2, 5, 1])], { count: 2 });
      const inner = apply(b.graph, 'rows', [linear(rows[0], 'inner', [2, 3, 1])], { count: 2 });
      const styles = [linear(rows[1], 'outer', [7, 1, 1]), linear(inner[0], 'first', [7, 1, 1])];
      const squares = b.constant('squares', [4, 7, 1, 1], uniform(0, 1));
      styles.forEach((style, index) => {
        b.outputs('demodulate', [style, squares], { epsilon: 0.1 }, `y${index}`);
      });
    },
    5e-6,
  );
}

interface LossesCase {
  readonly terms: readonly ('L2' | 'L1' | 'GEOCROSS')[];
  /** Told, and no part of the objective. */
  readonly told?: readonly ('L2' | 'L1')[];
  readonly factor: number;
  /** After the reduction. */
  readonly size: readonly [number, number, number];
  readonly rows: number;
}

const LOSSES: readonly LossesCase[] = [
  { terms: ['L2'], factor: 2, size: [1, 1, 1], rows: 1 },
  { terms: ['L2', 'GEOCROSS'], factor: 2, size: [3, 3, 5], rows: 18 },
  { terms: ['L1'], told: ['L2'], factor: 3, size: [3, 1, 2], rows: 1 },
  { terms: ['GEOCROSS', 'L1', 'L2'], factor: 4, size: [3, 16, 13], rows: 3 },
  { terms: ['GEOCROSS'], told: ['L2'], factor: 8, size: [2, 3, 1], rows: 5 },
  { terms: ['L2', 'L1'], factor: 32, size: [3, 2, 3], rows: 1 },
];

/** Losses lie on either side of it. */
const FLOOR = Math.fround(0.6);

/** From a picture to its losses and their gradients, and what is kept of it. */
function losses(): Case[] {
  return LOSSES.map(({ terms, told = [], factor, size: [c, h, w], rows }) =>
    makeCase(
      `losses ${terms.join(' and ')}${told.length ? `, ${told.join()} told` : ''} of ${c}×${h}×${w} by ${factor}, ${rows} rows`,
      (b) => {
        const { graph } = b;
        const v = b.input('v', [rows, 13, 1]);
        const [mean, std] = ['mean', 'std'].map((name) => b.constant(name, [13, 1, 1, 1], uniform(0.2, 0.8)));
        const latent = apply1(graph, 'latent_to_w', [v, mean, std], { slope: 0.2 });
        const x = b.input('x', [c, h * factor, w * factor]);
        const image = apply1(graph, 'affine', [x], { scale: -0.5, shift: 0.5 });
        const lines = apply1(graph, 'bicubic', [image], { axis: 2, factor, adjoint: false });
        const small = apply1(graph, 'bicubic', [lines], { axis: 3, factor, adjoint: false });
        const target = b.input('target', [c, h, w], uniform(0, 1));
        const values = [...terms, ...told].map((term) =>
          term === 'GEOCROSS'
            ? apply(graph, 'geocross', [latent], {})[0]
            : apply1(graph, 'pixel_loss', [small, target], { term }),
        );
        for (const [index, value] of values.entries()) graph.output(`loss${index}`, value);
        const total = apply1(graph, 'objective', values.slice(0, terms.length), {
          weights: [100, 7, 0.05].slice(0, terms.length),
          floors: terms.map((term) => (term === 'GEOCROSS' ? -Infinity : FLOOR)),
        });
        graph.output('total', total);
        const seed = apply1(graph, 'fill', [], { value: 0.75, shape: [1, 1, 1] });
        const wanted = [
          ...(terms.some((term) => term !== 'GEOCROSS') ? [x] : []),
          ...(terms.includes('GEOCROSS') ? [v] : []),
        ];
        backward(graph, [{ output: total, seed }], wanted).forEach((gradient, index) => {
          graph.output(`gradient of ${wanted[index].name}`, gradient!);
        });
        const improved = b.state('improved', [1, 1, 1], all(0));
        const best = [
          b.state('best', [1, 1, 1], perPicture(Infinity, 0.01, 1e9, 0.01)),
          b.state('within', [1, 1, 1], perPicture(0, 0, 0, 1)),
        ];
        const records = [...best, b.state('best step', [1, 1, 1], all(-1)), improved];
        apply(graph, 'keep_best', [total, values[[...terms, ...told].indexOf('L2')], ...records], { eps: FLOOR });
        apply(graph, 'keep_if', [improved, image, b.state('best image', [c, h * factor, w * factor], all(0))], {});
      },
      1e-5,
      [{ step: 3 }, { step: 4 }],
    ),
  );
}

function noiseGradients(): Case[] {
  const MAPS = [
    [1, 1, 1],
    [13, 4, 4],
    [130, 5, 7],
    [3, 1, 9],
    [33, 8, 8],
    [7, 19, 1],
    [5, 64, 64],
    [2, 65, 65],
  ] as const;
  return [1, 5, 8].map((count) =>
    makeCase(
      `noise gradients of ${count} maps`,
      (b) => {
        for (const [index, [c, h, w]] of MAPS.slice(0, count).entries()) {
          const inputs = [b.input(`g${index}`, [c, h, w]), b.constant(`weight${index}`, [c, 1, 1, 1], normal(0.3))];
          b.outputs('noise_gradient', inputs, {}, `noise${index}`);
        }
      },
      5e-6,
    ),
  );
}

/** Parameters of several rows and lengths, one of which is not kept. */
function updates(): Case[] {
  return (['sgd', 'sgdm', 'adam', 'adamax'] as const).map((kind) =>
    makeCase(
      `updates ${kind} of three parameters, and what is kept of two`,
      (b) => {
        const { graph } = b;
        const improved = b.input('improved', [1, 1, 1], perPicture(1, 0, 1, 1, 0));
        const shapes = [
          [1, 1, 1],
          [18, 33, 1],
          [3, 5, 7],
        ] as const;
        shapes.forEach((shape, index) => {
          const param = b.state(`param${index}`, shape);
          if (index < 2) apply(graph, 'keep_if', [improved, param, b.state(`kept${index}`, shape)], {});
          const moments = momentsOf[kind].map((name) =>
            b.state(`${name}${index}`, shape, name === 'first' ? normal(0.1) : uniform(0.01, 2)),
          );
          apply(graph, 'optimise', [param, b.input(`g${index}`, shape), ...moments], { kind });
          apply(graph, 'sphere', [param, b.input(`radius${index}`, [shape[0], 1, 1], uniform(0.5, 20))], {});
        });
      },
      5e-6,
      STEPS,
    ),
  );
}

/** All of them. Names are unique, among those of the conformance suite as well. */
export function joinedCases(): Case[] {
  return [...styles(), nested(), ...demodulations(), ...losses(), ...noiseGradients(), ...updates()];
}
