import type { Op, Tensor } from '../../graph/graph.js';
import { type ConvolutionName, chooseVariant } from './convolution-variants.js';
import type { Binding, Dispatch } from './dispatch.js';
import { bind } from './lowering.js';
import { packedWeight } from './pack.js';
import type { KernelDevice } from './variants.js';

/** Floating point operations for a pixel (of the smaller map) and a pair of channels: two for each weight. */
const FLOP: Readonly<Record<ConvolutionName, number>> = { conv1x1: 2, conv3x3: 18, conv_up: 32, conv_down: 32 };

/** `conv` and `conv_up`, forward and adjoint: the same few kernels with weights packed one way or the other. */
export function lowerConvolution(op: Op<'conv'> | Op<'conv_up'>, device: KernelDevice): Dispatch[] {
  const [x, weight, coefficients, bias] = op.inputs as [Tensor, Tensor, Tensor | undefined, Tensor | undefined];
  const [y] = op.outputs;
  const name = nameOf(op);
  const [, into] = x.shape;
  const [, out] = y.shape;
  const [, , h, w] = (name === 'conv_up' ? x : y).shape;
  const shape = { into, out, h, w, modulate: coefficients !== undefined, bias: bias !== undefined };
  const variant = chooseVariant(name, shape, device);
  const { overrides, groups, tables } = variant.dispatch(shape, variant.tile(shape));
  const bindings: Record<string, Binding> = {
    x: bind(x),
    weights: { kind: 'weight', weight: packedWeight(weight, variant.pack, op.attrs.adjoint) },
    y: bind(y),
    ...tables,
  };
  if (name !== 'conv_down') bindings.coefficients = bind(coefficients);
  if (name === 'conv1x1') bindings.bias = bind(bias);
  const flop = FLOP[name] * into * out * h * w;
  return [{ kernel: variant.kernel, overrides, bindings, groups, flop }];
}

function nameOf(op: Op<'conv'> | Op<'conv_up'>): ConvolutionName {
  if (op.op === 'conv') return op.inputs[1]?.shape[2] === 1 ? 'conv1x1' : 'conv3x3';
  return op.attrs.adjoint ? 'conv_down' : 'conv_up';
}
