// The names that JavaScript and C++ have in common, each list once: enumerations are made of them, and so are the tables by
// which names are looked up and which the addon exports. src/engine/native/table.ts is the other side; a test compares the
// two (test/engine/native.test.ts).
#pragma once

/** How a kernel reads a blocked map (kernels/load.h). */
#define FACEWRIGHT_READINGS(X) \
  X(plain)    /* x itself */ \
  X(styled)   /* a·(x − mean) + b: x with coefficients */ \
  X(gradient) /* what `styled` passes back: from g, x, coefficients, moments and sums */ \
  X(scaled)   /* factor·x */ \
  X(unactivated) /* what `activated` passes back: from g and x */

/** What becomes of the values that a kernel makes, before they are stored (kernels/store.h). */
#define FACEWRIGHT_WRITINGS(X) \
  X(plain) \
  X(styled) /* StyleGAN1's epilogue: noise, bias, leaky ReLU, statistics */ \
  X(summed) /* a gradient g, with Σ g·x̂ and Σ g taken along */ \
  X(activated) /* StyleGAN2's epilogue: demodulation, noise, bias, leaky ReLU, clamp */ \
  X(scaled) /* a gradient, scaled by a style, with the sums taken along that style and demodulation want */

/** Convolutions by how input and output pixels meet. */
#define FACEWRIGHT_GEOMETRIES(X) \
  X(same) /* 3×3, padding 1 */ \
  X(down) /* 4×4, stride 2, padding 1, or none with a margin: the adjoint of `up` */ \
  X(up)   /* transposed 4×4, stride 2, padding 1, or none with a margin: four phases of 2×2 */

#define FACEWRIGHT_OPTIMISERS(X) X(sgd) X(sgdm) X(adam) X(adamax)

/** The form of a packed constant (pack.h). */
#define FACEWRIGHT_PACKINGS(X) \
  X(plain)     /* as it is */ \
  X(blocked)   /* a map, sixteen channels side by side */ \
  X(pointwise) /* 1×1 weights, their inputs padded to whole blocks */ \
  X(direct)    /* for `convolution` */ \
  X(winograd)  /* for `winograd` and `winograd_up` */

/** What products are computed in; sums are float32 or better. */
#define FACEWRIGHT_PRECISIONS(X) X(f32) X(bf16)

/** Kernels that steps name, and what checks such a step and makes it ready to run (steps.h). */
#define FACEWRIGHT_KERNELS(X) \
  X(convolution, convolutionStep<false>) \
  X(winograd_up, convolutionStep<true>) \
  X(winograd, winogradStep) \
  X(transpose_weights, transposeStep) \
  X(pass, passStep) \
  X(pointwise, pointwiseStep) \
  X(pointwise_adjoint, pointwiseAdjointStep) \
  X(noise_gradient, noiseGradientStep) \
  X(to_blocked, layoutStep<true>) \
  X(to_planar, layoutStep<false>) \
  X(linear, linearStep) \
  X(bicubic, bicubicStep) \
  X(add, elementsStep<Elementwise::add>) \
  X(affine, elementsStep<Elementwise::affine>) \
  X(fill, elementsStep<Elementwise::fill>) \
  X(lrelu_gradient, elementsStep<Elementwise::lreluGradient>) \
  X(copy, elementsStep<Elementwise::copy>) \
  X(latent_to_w, latentStep<false>) \
  X(latent_gradient, latentStep<true>) \
  X(pixel_norm, pixelNormStep) \
  X(pixel_loss, pixelLossStep) \
  X(geocross, geocrossStep) \
  X(objective, objectiveStep) \
  X(objective_gradient, objectiveGradientStep) \
  X(optimise, optimiseStep) \
  X(sphere, sphereStep) \
  X(keep_best, keepBestStep) \
  X(keep_if, keepIfStep) \
  X(repeat, repeatStep) \
  X(add_noise, channelwiseStep<Channelwise::addNoise>) \
  X(bias_act, channelwiseStep<Channelwise::biasAct>) \
  X(instance_norm, instanceNormStep<false>) \
  X(instance_norm_gradient, instanceNormStep<true>) \
  X(modulate, channelwiseStep<Channelwise::modulate>) \
  X(modulate_sums, channelSumsStep<true>) \
  X(modulate_gradient, channelwiseStep<Channelwise::modulateGradient>) \
  X(scale, channelwiseStep<Channelwise::scale>) \
  X(scale_sums, channelSumsStep<false>) \
  X(upsample, upsampleStep) \
  X(demodulate, demodulateStep<false>) \
  X(demodulate_gradient, demodulateStep<true>)

#define FACEWRIGHT_ENUMERATOR(name) name,
#define FACEWRIGHT_WORD(name, ...) #name,
