import { allForms, type FusedForms } from '../../graph/fuse/forms.js';

/**
 * The kernels over maps in shaders/. The epilogue, the sums and the gradient of a styled layer are kernels by themselves;
 * convolutions apply an affine map where they read, and those that end a layer of StyleGAN2 its epilogue where they write. A gradient
 * that goes back through such a layer is made by a kernel before the convolution or blur that reads it, and what is wanted of the
 * gradient of a scaled map by one behind. Not there yet: StyleGAN1's epilogue, sums or gradient inside a convolution or blur, which
 * the native engine has.
 */
export const webGpuForms: FusedForms = {
  none: [...allForms(['plain'], ['styled', 'sums', 'scaled sums']), ['styled', 'plain'], ['gradient', 'plain']],
  blur: allForms(['plain'], ['plain', 'activated']),
  'blur adjoint': allForms(['plain', 'unactivated'], ['plain']),
  conv1x1: allForms(['plain', 'styled', 'scaled'], ['plain']),
  'conv1x1 adjoint': allForms(['plain'], ['plain', 'scaled']),
  conv3x3: allForms(['plain', 'styled', 'scaled'], ['plain', 'activated']),
  'conv3x3 adjoint': allForms(['plain', 'unactivated'], ['plain', 'scaled', 'scaled sums']),
  conv_up: allForms(['plain', 'styled', 'scaled'], ['plain']),
  'conv_up adjoint': allForms(['plain', 'unactivated'], ['plain', 'scaled', 'scaled sums']),
  joined: [
    'styles',
    'style gradients',
    'demodulations',
    'demodulation gradients',
    'scaled reduction',
    'scaled keeping',
    'losses',
    'image gradient',
    'latent gradient',
    'noise gradients',
    'updates',
  ],
};
