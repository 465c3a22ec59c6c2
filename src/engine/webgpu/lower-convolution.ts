import type { Core, Read } from '../../graph/fuse/fused-op.js';
import type { Tensor } from '../../graph/graph.js';
import { type Binding, bind, type Dispatch } from './dispatch.js';
import { packConv1x1, packConv3x3, packConvDown, packConvUp } from './pack.js';
import { type ConvolutionKernels, partOf, type TiledKernel, tileFor } from './tiles.js';

/** Invocations of a broadcast kernel's workgroup: one subgroup of 8 (more are slower on lavapipe). */
const BROADCAST_WORKGROUP = 8;

/** The cores that are convolutions. */
export type Convolution = Exclude<Core, { readonly kind: 'none' | 'blur' }>;

/**
 * Convolutions, forward and adjoint: the same few kernels with weights packed one way or the other. They read plainly or a
 * styled map, and write plainly.
 */
export function lowerConvolution(core: Convolution, read: Read, y: Tensor, kernels: ConvolutionKernels): Dispatch[] {
  const { weight, adjoint } = core;
  const { x } = read;
  const coefficients = read.form === 'styled' ? read.coefficients : undefined;
  const [, into] = x.shape;
  const [, out, H, W] = y.shape;
  const [o, i] = weight.shape;
  const bindings = (key: string, pack: (data: Float32Array) => Float32Array): Binding[] => [
    bind(x),
    { kind: 'constant', constant: { tensor: weight, key, pack } },
    bind(coefficients),
  ];
  const result = bind(y);
  const MODULATE = Number(coefficients !== undefined);
  const suffix = adjoint ? '-adjoint' : '';

  if (core.kind === 'conv1x1') {
    const packed = bindings(`conv1x1${suffix}`, (data) => packConv1x1(data, o, i, adjoint));
    return [
      {
        kernel: 'conv1x1',
        overrides: { IN: into, OUT: out, PIXELS: H * W, MODULATE, BIAS: Number(core.bias !== undefined) },
        bindings: [...packed, bind(core.bias), result],
        groups: [Math.ceil((H * W) / 64), Math.ceil(out / 4)],
        flop: 2 * o * i * H * W,
      },
    ];
  }
  if (core.kind === 'conv3x3') {
    const packed = bindings(`conv3x3${suffix}`, (data) => packConv3x3(data, o, i, adjoint));
    return [
      spatial(`conv3x3_${kernels}`, { IN: into, OUT: out, H, W, MODULATE }, [...packed, result], 1, 18 * o * i * H * W),
    ];
  }
  if (adjoint) {
    const packed = bindings('conv-down', (data) => packConvDown(data, o, i)).slice(0, 2);
    return [spatial(`conv_down_${kernels}`, { IN: into, OUT: out, H, W }, [...packed, result], 1, 32 * o * i * H * W)];
  }
  // The kernel works on a grid of input pixels, once for each of the two row phases.
  const [h, w] = [H / 2, W / 2];
  const packed = bindings('conv-up', (data) => packConvUp(data, o, i));
  const overrides = { IN: into, OUT: out, H: h, W: w, MODULATE };
  return [spatial(`conv_up_${kernels}`, overrides, [...packed, result], 2, 32 * o * i * h * w)];
}

/** The grid of a broadcast or tiled kernel over an H × W map, `phases` times for every block of channels. */
function spatial(
  kernel: string,
  shape: Readonly<Record<'IN' | 'OUT' | 'H' | 'W', number>> & Readonly<Record<string, number>>,
  bindings: readonly Binding[],
  phases: number,
  flop: number,
): Dispatch {
  const { H, W, IN, OUT } = shape;
  if (kernel.endsWith('broadcast')) {
    // Four columns and two rows for each invocation; conv_down has one row.
    const quads = Math.ceil(W / 4) * (kernel === 'conv_down_broadcast' ? H : Math.ceil(H / 2));
    const sizes = [IN, OUT, H, W, partOf(IN)];
    const { MODULATE } = shape;
    return {
      kernel,
      overrides: { ...(MODULATE === undefined ? {} : { MODULATE }), WORKGROUP: BROADCAST_WORKGROUP },
      bindings: [...bindings, { kind: 'table', key: `sizes ${sizes}`, data: Uint32Array.from(sizes) }],
      groups: [Math.ceil(quads / BROADCAST_WORKGROUP), Math.ceil(OUT / 8) * phases],
      flop,
    };
  }
  const { quads, rows, groups, slice } = tileFor(kernel.replace('_tiled', '') as TiledKernel, H, W, OUT);
  return {
    kernel,
    overrides: { ...shape, QUADS: quads, ROWS: rows, GROUPS: groups, SLICE: slice },
    bindings,
    groups: [Math.ceil(W / (4 * quads)) * Math.ceil(H / rows), Math.ceil(OUT / (8 * groups)) * phases],
    flop,
  };
}
