import type { Core, Read } from '../../graph/fuse/fused-op.js';
import type { Tensor } from '../../graph/graph.js';
import { type ConvolutionName, chooseVariant } from './convolution-variants.js';
import type { Binding, Dispatch } from './dispatch.js';
import { bind } from './lowering.js';
import { packedWeight } from './pack.js';
import type { KernelDevice } from './variants.js';

/** Floating point operations for a pixel (of the smaller map) and a pair of channels: two for each weight. */
const FLOP: Readonly<Record<ConvolutionName, number>> = { conv1x1: 2, conv3x3: 18, conv_up: 32, conv_down: 32 };

/** The cores that are convolutions. */
export type Convolution = Exclude<Core, { readonly kind: 'none' | 'blur' }>;

/**
 * Convolutions, forward and adjoint: the same few kernels with weights packed one way or the other. They read plainly or a
 * styled map, and write plainly.
 */
export function lowerConvolution(core: Convolution, read: Read, y: Tensor, device: KernelDevice): Dispatch[] {
  const { x } = read;
  const coefficients = read.form === 'styled' ? read.coefficients : undefined;
  const bias = core.kind === 'conv1x1' ? core.bias : undefined;
  const name = core.kind === 'conv_up' && core.adjoint ? 'conv_down' : core.kind;
  const [, into] = x.shape;
  const [, out] = y.shape;
  const [, , h, w] = (name === 'conv_up' ? x : y).shape;
  const margin = core.kind === 'conv_up' ? core.margin : 0;
  const shape = { into, out, h, w, margin, modulate: coefficients !== undefined, bias: bias !== undefined };
  const variant = chooseVariant(name, shape, device);
  const { overrides, groups, tables } = variant.dispatch(shape, variant.tile(shape));
  const bindings: Record<string, Binding> = {
    x: bind(x),
    weights: { kind: 'weight', weight: packedWeight(core.weight, variant.pack, core.adjoint) },
    y: bind(y),
    ...tables,
  };
  if (name !== 'conv_down') bindings.coefficients = bind(coefficients);
  if (name === 'conv1x1') bindings.bias = bind(bias);
  const flop = FLOP[name] * into * out * h * w;
  return [{ kernel: variant.kernel, overrides, bindings, groups, flop }];
}
