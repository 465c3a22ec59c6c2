import { allForms, type FusedForms } from '../../graph/fuse/forms.js';

const WRITES = ['plain', 'styled', 'summed', 'activated', 'scaled', 'scaled sums', 'scaled back'] as const;
/** Maps, and gradients. */
const FORWARD = ['plain', 'styled', 'scaled'] as const;
const BACKWARD = ['plain', 'gradient', 'unactivated'] as const;

/**
 * The kernels over maps of native/map-steps.cc. A convolution or blur may read its map in any way that its packing knows
 * and write its result in any; a 1×1 convolution forward ends in few channels, which are planar and go nowhere else.
 */
export const nativeForms: FusedForms = {
  none: [
    ...allForms(['plain'], ['styled', 'sums', 'activated', 'scaled sums']),
    ...allForms(['styled', 'gradient', 'scaled'], ['plain']),
  ],
  // Without a margin it is its own adjoint.
  blur: allForms([...FORWARD, 'gradient', 'unactivated'], WRITES),
  'blur adjoint': allForms(BACKWARD, WRITES),
  conv1x1: allForms(FORWARD, ['plain']),
  'conv1x1 adjoint': allForms(['plain'], [...WRITES, 'sums']),
  conv3x3: allForms(FORWARD, WRITES),
  'conv3x3 adjoint': allForms(BACKWARD, WRITES),
  conv_up: allForms(FORWARD, WRITES),
  'conv_up adjoint': allForms(BACKWARD, WRITES),
  'conv_up blurred': [],
  joined: [],
};
