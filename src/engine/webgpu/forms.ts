import { allForms, type FusedForms } from '../../graph/fuse/forms.js';

/**
 * The most pixels of a channel that one workgroup finishes: of 128² it reads 64 values an invocation. It then needs no other kernel for
 * what follows from all pixels, of which there would be too few anyhow to keep more workgroups busy.
 */
export const WHOLE_CHANNEL = 128 * 128;

/** Before StyleGAN1's layers and StyleGAN2's. */
const FORWARD = ['plain', 'styled', 'scaled'] as const;

/**
 * What the kernels in shaders/ read and write, where need be several in turn that pass a map on within an op (`lower-maps.ts`). What a
 * convolution cannot do itself runs before and behind it.
 */
export const webGpuForms: FusedForms = {
  none: [
    ...allForms(['plain'], ['styled', 'sums', 'sums rates', 'scaled sums']),
    ['plain', 'summed back', WHOLE_CHANNEL],
    ['styled', 'plain'],
    ['gradient', 'plain'],
  ],
  blur: [...allForms(['plain'], ['plain', 'styled', 'activated']), ['gradient', 'plain']],
  'blur adjoint': allForms(['plain', 'unactivated'], ['plain']),
  conv1x1: allForms(FORWARD, ['plain']),
  'conv1x1 adjoint': [
    ...allForms(['plain'], ['plain', 'summed', 'summed rates', 'sums', 'sums rates', 'scaled', 'scaled back']),
    ['plain', 'summed back', WHOLE_CHANNEL],
  ],
  conv3x3: allForms(FORWARD, ['plain', 'styled', 'activated']),
  'conv3x3 adjoint': [
    ...allForms(['plain', 'gradient'], ['plain', 'summed', 'summed rates']),
    ...allForms(['plain', 'gradient'], ['summed back'], WHOLE_CHANNEL),
    ...allForms(['plain', 'unactivated'], ['scaled', 'scaled sums', 'scaled back']),
    ['unactivated', 'plain'],
  ],
  conv_up: allForms(FORWARD, ['plain']),
  'conv_up blurred': allForms(FORWARD, ['plain', 'styled', 'activated']),
  'conv_up adjoint': [
    ...allForms(['plain'], ['plain', 'summed', 'summed rates']),
    ['plain', 'summed back', WHOLE_CHANNEL],
    ...allForms(['plain', 'unactivated'], ['scaled', 'scaled sums', 'scaled back']),
    ['unactivated', 'plain'],
  ],
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
