import type { Core, Write } from '../../graph/fuse/fused-op.js';
import type { Shape, Tensor } from '../../graph/graph.js';
import { type ConvolutionName, type ConvolutionShape, chooseVariant } from './convolution-variants.js';
import type { Binding, Dispatch } from './dispatch.js';
import { epilogueOf } from './lower-modulated.js';
import { bind } from './lowering.js';
import { packedWeight } from './pack.js';
import type { KernelDevice } from './variants.js';

/** Floating point operations for a pixel (of the smaller map) and a pair of channels: two for each weight. */
const FLOP: Readonly<Record<ConvolutionName, number>> = { conv1x1: 2, conv3x3: 18, conv_up: 32, conv_down: 32 };

/** The cores that are convolutions. */
export type Convolution = Exclude<Core, { readonly kind: 'none' | 'blur' }>;

/** What a convolution or a blur reads: a map, and how. */
export interface MapSource {
  readonly map: Binding;
  readonly shape: Shape;
  readonly form: ConvolutionShape['read'];
  /** Where the form is not `plain`. */
  readonly coefficients?: Tensor;
}

/** Where a convolution or a blur writes: a map, and what is done before it is stored. */
export interface MapTarget {
  readonly map: Binding;
  readonly shape: Shape;
  readonly activated?: Extract<Write, { readonly form: 'activated' }>;
}

/** Which convolution it is for its kernels, and at which shape. */
export function convolutionShape(
  core: Convolution,
  x: Pick<MapSource, 'shape' | 'form'>,
  y: Pick<MapTarget, 'shape'>,
): { readonly name: ConvolutionName; readonly shape: ConvolutionShape } {
  const name = core.kind === 'conv_up' && core.adjoint ? 'conv_down' : core.kind;
  const [, into] = x.shape;
  const [, out] = y.shape;
  const [, , h, w] = (name === 'conv_up' ? x : y).shape;
  const margin = core.kind === 'conv_up' ? core.margin : 0;
  const bias = core.kind === 'conv1x1' && core.bias !== undefined;
  const half = core.weight.dtype === 'f16' ? { stored: 'f16' as const } : {};
  return { name, shape: { into, out, h, w, margin, read: x.form, bias, ...half } };
}

/** Convolutions, forward and adjoint: the same few kernels with weights packed one way or the other. */
export function lowerConvolution(core: Convolution, x: MapSource, y: MapTarget, device: KernelDevice): Dispatch[] {
  const bias = core.kind === 'conv1x1' ? core.bias : undefined;
  const { name, shape } = convolutionShape(core, x, y);
  const { variant, tiling, measured } = chooseVariant(name, shape, device);
  const { kernel } = variant;
  const { overrides, groups, tables } = variant.dispatch(shape, tiling);
  const bindings: Record<string, Binding> = {
    x: x.map,
    weights: { kind: 'weight', weight: packedWeight(core.weight, variant.pack, core.adjoint) },
    y: y.map,
    ...tables,
  };
  if (name !== 'conv_down') bindings.coefficients = bind(x.coefficients);
  if (name === 'conv1x1') bindings.bias = bind(bias);
  const flop = FLOP[name] * shape.into * shape.out * shape.h * shape.w;
  const choice = { op: name, shape, kernel, tiling, measured };
  if (name !== 'conv3x3') {
    if (y.activated) throw new Error(`no kernel of ${name} has an epilogue`);
    return [{ kernel, overrides, bindings, groups, flop, choice }];
  }
  const epilogue = epilogueOf(y.activated);
  return [
    {
      kernel,
      overrides: { ...overrides, ...epilogue.overrides },
      bindings: { ...bindings, ...epilogue.bindings },
      groups,
      flop,
      choice,
    },
  ];
}
