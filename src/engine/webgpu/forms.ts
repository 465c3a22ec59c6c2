import { allForms, type FusedForms } from '../../graph/fuse/forms.js';

/**
 * The kernels over maps in shaders/. The epilogue, the sums and the gradient of a styled layer are kernels by themselves;
 * convolutions apply the affine map where they read. Not there yet: an epilogue, sums or a gradient inside a convolution or
 * blur, which the native engine has.
 */
export const webGpuForms: FusedForms = {
  none: [...allForms(['plain'], ['styled', 'sums']), ['styled', 'plain'], ['gradient', 'plain']],
  blur: allForms(['plain'], ['plain']),
  'blur adjoint': allForms(['plain'], ['plain']),
  conv1x1: allForms(['plain', 'styled'], ['plain']),
  'conv1x1 adjoint': allForms(['plain'], ['plain']),
  conv3x3: allForms(['plain', 'styled'], ['plain']),
  'conv3x3 adjoint': allForms(['plain'], ['plain']),
  conv_up: allForms(['plain', 'styled'], ['plain']),
  'conv_up adjoint': allForms(['plain'], ['plain']),
};
