// Convolutions at shapes that vectors, tiles and workgroups do not divide, in all forms that their kernels have.

import type { ConvolutionName } from '../../engine/webgpu/convolution-variants.js';
import { type Core, type FusedOp, fusedOp, type Read, type Write } from '../../graph/fuse/fused-op.js';
import { Graph } from '../../graph/graph.js';
import type { Margin } from '../../graph/ops.js';

/** A convolution to be checked: channels read and written, and the map; of the two of an upsampling one, the smaller. */
interface OddConvolution {
  readonly into: number;
  readonly out: number;
  readonly h: number;
  readonly w: number;
  readonly adjoint?: boolean;
  readonly margin?: Margin;
  readonly read?: 'styled' | 'scaled' | 'gradient';
  readonly bias?: boolean;
  /** StyleGAN2's epilogue, and what is in it. */
  readonly epilogue?: { readonly factor?: boolean; readonly noise?: boolean; readonly clamp?: number };
}

const CONV1X1: readonly OddConvolution[] = [
  { into: 1, out: 1, h: 1, w: 1 },
  { into: 3, out: 5, h: 5, w: 7, bias: true },
  { into: 20, out: 3, h: 17, w: 33, read: 'styled', bias: true },
  { into: 33, out: 3, h: 7, w: 1, read: 'scaled', bias: true },
  { into: 5, out: 12, h: 1, w: 3, read: 'styled' },
  { into: 12, out: 33, h: 3, w: 5, read: 'scaled' },
  { into: 3, out: 20, h: 33, w: 17, adjoint: true },
  { into: 33, out: 12, h: 7, w: 5, adjoint: true },
  { into: 16, out: 8, h: 16, w: 16, read: 'scaled', bias: true },
];

const CONV3X3: readonly OddConvolution[] = [
  { into: 1, out: 1, h: 1, w: 1 },
  { into: 3, out: 5, h: 5, w: 7 },
  { into: 12, out: 33, h: 17, w: 3 },
  { into: 5, out: 12, h: 3, w: 5, read: 'styled' },
  { into: 33, out: 20, h: 7, w: 17, read: 'styled' },
  { into: 20, out: 3, h: 33, w: 5, read: 'scaled' },
  { into: 3, out: 12, h: 1, w: 7, read: 'scaled' },
  { into: 5, out: 3, h: 7, w: 1, adjoint: true },
  { into: 33, out: 12, h: 5, w: 17, adjoint: true },
  { into: 12, out: 20, h: 7, w: 5, read: 'scaled', epilogue: { factor: true, noise: true, clamp: 1 } },
  { into: 5, out: 33, h: 3, w: 1, epilogue: {} },
  { into: 3, out: 5, h: 17, w: 33, epilogue: { noise: true } },
  { into: 33, out: 1, h: 5, w: 3, read: 'styled', epilogue: { factor: true, clamp: 0.5 } },
  { into: 16, out: 16, h: 16, w: 16, read: 'scaled', epilogue: { factor: true, noise: true } },
  { into: 12, out: 5, h: 7, w: 17, adjoint: true, read: 'gradient' },
  { into: 3, out: 20, h: 33, w: 5, adjoint: true, read: 'gradient' },
];

/** Forward; without a margin and with one. */
const CONV_UP: readonly OddConvolution[] = [
  { into: 1, out: 1, h: 1, w: 1 },
  { into: 3, out: 5, h: 5, w: 7 },
  { into: 12, out: 33, h: 3, w: 17, read: 'styled' },
  { into: 33, out: 20, h: 7, w: 5, read: 'styled' },
  { into: 5, out: 3, h: 1, w: 7, read: 'scaled' },
  { into: 16, out: 16, h: 8, w: 8 },
  { into: 1, out: 3, h: 1, w: 1, margin: 1 },
  { into: 20, out: 12, h: 17, w: 3, margin: 1, read: 'scaled' },
  { into: 5, out: 33, h: 3, w: 7, margin: 1, read: 'scaled' },
  { into: 3, out: 1, h: 33, w: 5, margin: 1 },
  { into: 16, out: 8, h: 7, w: 7, margin: 1, read: 'scaled' },
];

const CONV_DOWN: readonly OddConvolution[] = [
  { into: 1, out: 1, h: 1, w: 1 },
  { into: 3, out: 5, h: 5, w: 7 },
  { into: 12, out: 33, h: 3, w: 17 },
  { into: 33, out: 20, h: 7, w: 5 },
  { into: 16, out: 16, h: 8, w: 8 },
  { into: 1, out: 3, h: 1, w: 1, margin: 1 },
  { into: 20, out: 12, h: 17, w: 3, margin: 1 },
  { into: 5, out: 33, h: 3, w: 7, margin: 1 },
  { into: 3, out: 1, h: 5, w: 33, margin: 1 },
];

const SHAPES: Readonly<Record<ConvolutionName, readonly OddConvolution[]>> = {
  conv1x1: CONV1X1,
  conv3x3: CONV3X3,
  conv_up: CONV_UP,
  conv_down: CONV_DOWN,
};

/** The ops at which a convolution is checked. */
export function oddConvolutions(name: ConvolutionName): FusedOp[] {
  return SHAPES[name].map((shape) => convolution(name, shape));
}

function convolution(name: ConvolutionName, odd: OddConvolution): FusedOp {
  const { into, out, h, w, margin = 0 } = odd;
  const graph = new Graph(1);
  const large = [2 * (h + margin), 2 * (w + margin)] as const;
  const [from, to] =
    name === 'conv_up'
      ? [[h, w], large]
      : name === 'conv_down'
        ? [large, [h, w]]
        : [
            [h, w],
            [h, w],
          ];
  const read = reading(graph, odd, [into, from[0], from[1]]);
  const write = writing(graph, odd, [out, to[0], to[1]]);
  return fusedOp(coreOf(graph, name, odd), read, write);
}

function coreOf(
  graph: Graph,
  name: ConvolutionName,
  { into, out, adjoint = false, margin = 0, bias }: OddConvolution,
): Core {
  const transposed = adjoint || name === 'conv_down';
  const [o, i] = transposed ? [into, out] : [out, into];
  const weight = (side: number) => graph.constant('weight', [o, i, side, side]);
  switch (name) {
    case 'conv1x1':
      return {
        kind: name,
        adjoint,
        weight: weight(1),
        bias: bias ? graph.constant('bias', [out, 1, 1, 1]) : undefined,
      };
    case 'conv3x3':
      return { kind: name, adjoint, weight: weight(3) };
    case 'conv_up':
    case 'conv_down':
      return { kind: 'conv_up', adjoint: transposed, margin, weight: weight(4) };
  }
}

type Map3 = readonly [number, number, number];

function reading(graph: Graph, { read }: OddConvolution, shape: Map3): Read {
  const x = graph.input('x', shape);
  const [c] = shape;
  if (read === 'styled') return { form: read, x, coefficients: graph.input('coefficients', [3, c, 1]) };
  if (read === 'scaled') return { form: read, x, factor: graph.input('scales', [c, 1, 1]) };
  if (read === 'gradient') {
    const g = graph.input('g', shape);
    return {
      form: read,
      source: { kind: 'stored', g },
      x,
      coefficients: graph.input('coefficients', [3, c, 1]),
      moments: graph.input('moments', [2, c, 1]),
      sums: graph.input('sums', [2, c, 1]),
      rates: graph.input('rates', [c, 4, 1]),
      slope: 0.2,
    };
  }
  return { form: 'plain', x };
}

function writing(graph: Graph, { epilogue }: OddConvolution, [c, h, w]: Map3): Write {
  const y = graph.temp([1, c, h, w], 'y');
  if (!epilogue) return { form: 'plain', y };
  return {
    form: 'activated',
    factor: epilogue.factor ? graph.input('factor', [c, 1, 1]) : undefined,
    noise: epilogue.noise
      ? { map: graph.input('noise', [1, h, w]), weight: graph.constant('noise weight', [c, 1, 1, 1]) }
      : undefined,
    bias: graph.constant('bias', [c, 1, 1, 1]),
    slope: 0.2,
    clamp: epilogue.clamp ?? Infinity,
    y,
  };
}
