import { allForms, type FusedForms } from '../../graph/fuse/forms.js';

const WRITES = ['plain', 'styled', 'summed'] as const;

/**
 * The kernels over maps of native/map-steps.cc. A convolution or blur may read its map in any way that its packing knows
 * and write its result in any; a 1×1 convolution forward ends in few channels, which are planar and go nowhere else.
 */
export const nativeForms: FusedForms = {
  none: [...allForms(['plain'], ['styled', 'sums']), ['styled', 'plain'], ['gradient', 'plain']],
  blur: allForms(['plain', 'styled', 'gradient'], WRITES),
  'blur adjoint': allForms(['plain', 'gradient'], WRITES),
  conv1x1: allForms(['plain', 'styled'], ['plain']),
  'conv1x1 adjoint': allForms(['plain'], [...WRITES, 'sums']),
  conv3x3: allForms(['plain', 'styled'], WRITES),
  'conv3x3 adjoint': allForms(['plain', 'gradient'], WRITES),
  conv_up: allForms(['plain', 'styled'], WRITES),
  'conv_up adjoint': allForms(['plain', 'gradient'], WRITES),
};
