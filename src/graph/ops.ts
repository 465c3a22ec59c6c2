/**
 * The op set: every operation that an engine has to know, with its attributes. `test/reference.ts` holds a plain
 * float64 implementation of each. Shape rules are in `shapes.ts`, gradients in `gradients.ts`. Ops are small and mean what
 * they say; what is computed together with what is found by a pass over the graph (`fuse/`), not written down here.
 *
 * Notation: `x[n, c, y, x]`; everything outside a map is zero unless said otherwise; slope(x) = x > 0 ? 1 : `slope`.
 */
export interface OpAttributes {
  /**
   * Convolution that keeps the size (kernel k = 1 or 3, padding ⌊k/2⌋ of zeros) — inputs: x [n, i, h, w],
   * weight [o, i, k, k], bias? [o, 1, 1, 1] (1×1 only) → y [n, o, h, w].
   * `adjoint`: the transposed map, x [n, o, h, w] → y [n, i, h, w], with the same weight tensor and no bias.
   */
  conv: { adjoint: boolean };
  /**
   * Transposed convolution of stride 2 — inputs: x [n, i, h, w], weight [o, i, 4, 4] → y [n, o, 2(h + m), 2(w + m)] with
   * the margin m = 0 or 1; y[o, Y, X] = Σ x[i, y, x]·weight[o, i, Y+1−m−2y, X+1−m−2x]. Each of the four output phases is a
   * 2×2 convolution. With the margin it is the whole of the transposed convolution, which StyleGAN2 blurs before it crops;
   * without it has a padding of 1, StyleGAN1's (model/upsampling.ts makes the 4×4 weights of all of them).
   * `adjoint`: the strided convolution [n, o, 2(h + m), 2(w + m)] → [n, i, h, w].
   */
  conv_up: { adjoint: boolean; margin: Margin };
  /**
   * [1 2 1]⊗[1 2 1]/16 per channel. Without a margin padded with zeros, x [n, c, h, w] → the same, and its own adjoint; with
   * one only where all nine samples are there, x [n, c, h + 2, w + 2] → [n, c, h, w]; `adjoint`: [n, c, h, w] → [n, c, h + 2,
   * w + 2], every sample spread over nine.
   */
  blur: { adjoint: boolean; margin: Margin };
  /**
   * Upsampling by 2 with the FIR filter [1 3 3 1]⊗[1 3 3 1]/16 (Karras et al. 2020, arXiv 1912.04958, section 4.1), zeros
   * outside — x [n, c, h, w] → y [n, c, 2h, 2w]; per axis y[2j] = (x[j−1] + 3x[j])/4, y[2j+1] = (3x[j] + x[j+1])/4.
   * `adjoint`: its transpose, [n, c, 2h, 2w] → [n, c, h, w].
   */
  upsample: { adjoint: boolean };
  /** One map for all pictures: x, a constant [1, c, h, w] → [n, c, h, w]. */
  repeat: Record<string, never>;
  /** Inputs: x [n, c, h, w], noise [n, 1, h, w], noiseWeight [c, 1, 1, 1] → x + noiseWeight[c]·noise. */
  add_noise: Record<string, never>;
  /** Inputs: x [n, c, h, w], bias [c, 1, 1, 1] → lrelu(x + bias[c]), brought into [−clamp, clamp]; ∞ is no clamp. */
  bias_act: { slope: number; clamp: number };
  /**
   * Instance norm (Ulyanov et al. 2016, arXiv 1607.08022): x [n, c, h, w] → x̂ = (x − μ)/σ with μ and σ = √(variance +
   * epsilon) of x over h, w, for each picture and channel.
   */
  instance_norm: { epsilon: number };
  /** Inputs: g, x [n, c, h, w] → (g − mean(g) − x̂·mean(g·x̂))/σ, the means over h, w: the gradient of `instance_norm`. */
  instance_norm_gradient: { epsilon: number };
  /**
   * A style applied to a normalised map (AdaIN: Huang & Belongie 2017, equation 8, in StyleGAN1's parametrisation) —
   * inputs: x̂ [n, c, h, w], style [n, 2, c, 1] → (style₀ + 1)·x̂ + style₁.
   */
  modulate: Record<string, never>;
  /** Inputs: g, style → (style₀ + 1)·g: the gradient of `modulate` with respect to the map. */
  modulate_gradient: Record<string, never>;
  /** Inputs: g, x̂ [n, c, h, w] → [n, 2, c, 1]: Σ g·x̂, then Σ g, over h, w: the gradient of `modulate` with respect to the style. */
  modulate_sums: Record<string, never>;
  /** Inputs: x [n, c, h, w], factor [n, c, 1, 1] → factor·x. Its gradient by x is itself. */
  scale: Record<string, never>;
  /** Inputs: g, x [n, c, h, w] → Σ g·x over h, w, [n, c, 1, 1]: the gradient of `scale` by its factor. */
  scale_sums: Record<string, never>;
  /**
   * The factors that give the results of a convolution, whose inputs were scaled by a style, unit deviation again (Karras et
   * al. 2020, equation 3, applied to outputs instead of weights, so that weights are those of all pictures) —
   * inputs: style [n, i, 1, 1], squares [o, i, 1, 1], the sum of the squared taps of each kernel →
   * d[o] = (Σ_i squares[o, i]·style[i]² + epsilon)^−½, [n, o, 1, 1].
   */
  demodulate: { epsilon: number };
  /** Inputs: g, d [n, o, 1, 1], style, squares → −style[i]·Σ_o squares[o, i]·g[o]·d[o]³, [n, i, 1, 1]: the gradient of `demodulate`. */
  demodulate_gradient: Record<string, never>;
  /** Inputs: g [n, c, h, w], noiseWeight [c, 1, 1, 1] → Σ_c noiseWeight[c]·g[c], [n, 1, h, w]: the gradient of `add_noise` by noise. */
  noise_gradient: Record<string, never>;
  /**
   * Inputs: x (k values per picture, any shape), weight [m, k, 1, 1], bias? [m, 1, 1, 1] → [n, ...shape], m values:
   * lrelu(weight·x + bias), slope 1 being no activation. `adjoint`: weight transposed, k and m exchanged.
   */
  linear: { adjoint: boolean; slope: number; shape: readonly [number, number, number] };
  /** Inputs: g, y of one shape → g·slope(y) where |y| < clamp, elsewhere 0. The gradient of a leaky ReLU, clamped, whose output is y. */
  lrelu_gradient: { slope: number; clamp: number };
  /** x·(mean(x²) + 1e-8)^−½ over all values of a picture (Karras et al., ICLR 2018, section 4.2). */
  pixel_norm: Record<string, never>;
  /** Inputs: g, x → the gradient of `pixel_norm`. */
  pixel_norm_gradient: Record<string, never>;
  /** x [n, L, d, 1] → `count` tensors [n, 1, d, 1]: its rows, or its only row `count` times. */
  rows: { count: number };
  /** L tensors [n, 1, d, 1] → [n, L, d, 1]. An absent one is zero. */
  stack: { depth: number; size: number };
  /** a + b, of one shape. */
  add: Record<string, never>;
  /** scale·x + shift. */
  affine: { scale: number; shift: number };
  /** No inputs → `[n, ...shape]`, all of one value. */
  fill: { value: number; shape: readonly [number, number, number] };
  /** Inputs: v [n, L, d, 1], mean, std [d, 1, 1, 1] → w = lrelu(v·std + mean): from search variable to w. */
  latent_to_w: { slope: number };
  /** Inputs: g, w [n, L, d, 1], std [d, 1, 1, 1] → g·std·slope(w). */
  latent_gradient: { slope: number };
  /**
   * Bicubic reduction by an integer factor along one axis (2 = h, 3 = w): 4·factor taps, a = −0.5, centred, normalised,
   * reflect padding ⌊3·factor/2⌋ before (`bicubic.ts`). `adjoint`: its transpose, [..., s] → [..., s·factor].
   */
  bicubic: { axis: 2 | 3; factor: number; adjoint: boolean };
  /**
   * Inputs: x, target [n, c, h, w] → [n, 1, 1, 1]: the mean over c, h, w of (x − target)² ('L2'), or ten times that of
   * |x − target| ('L1', the factor being PULSE's).
   */
  pixel_loss: { term: 'L2' | 'L1' };
  /** Inputs: g [n, 1, 1, 1], x, target → the gradient of `pixel_loss` with respect to x. */
  pixel_loss_gradient: { term: 'L2' | 'L1' };
  /**
   * PULSE's GEOCROSS (Menon et al. 2020, section 3.3; constants of the published code) — w [n, L, d, 1] →
   * value [n, 1, 1, 1], pairs [n, 2, L, L]. With A = √(|x−y|² + 1e-9), B = √(|x+y|² + 1e-9), angle = 2·atan2(A, B):
   * value = the mean over the L×L pairs of angle²·d/8. pairs holds ∂value/∂A / A and ∂value/∂B / B.
   */
  geocross: Record<string, never>;
  /** Inputs: g [n, 1, 1, 1], w, pairs → the gradient of `geocross`. */
  geocross_gradient: Record<string, never>;
  /**
   * Up to three terms [n, 1, 1, 1] → Σ weight·max(term, floor); a floor of −∞ is none.
   */
  objective: { weights: readonly number[]; floors: readonly number[] };
  /** Inputs: g, term [n, 1, 1, 1] → g·weight·(term ≥ floor). */
  objective_gradient: { weight: number; floor: number };
  /**
   * One optimiser step; writes param and its moments. Inputs: param (state), g, first? (state), second? (state).
   * As in PyTorch: sgd; sgdm (momentum 0.9); adam (Kingma & Ba 2015, β 0.9, 0.999, ε 1e-8 outside the root);
   * adamax (the same paper, section 7.1, with max(β₂u, |g| + ε)). Run-time scalars: `rate` (learning rate; for adam and
   * adamax divided by 1 − β₁ᵗ) and `rootCorrection` (√(1 − β₂ᵗ), adam only).
   */
  optimise: { kind: 'sgd' | 'sgdm' | 'adam' | 'adamax' };
  /**
   * Spherical retraction; writes param. Inputs: param (state) [n, r, h, w], radius [n, r, 1, 1]: each of the r rows is
   * multiplied by radius/√(Σ² + 1e-9).
   */
  sphere: Record<string, never>;
  /**
   * Remembers the step of least total among those whose distance is at most `eps`, or of all where there is none; the earliest on
   * ties — inputs: total, distance [n, 1, 1, 1], best, within, bestStep, improved (states [n, 1, 1, 1]), all four written. With
   * near = distance ≤ eps ? 1 : 0, a step is better where near > within and total is finite, or near = within and total < best.
   * There best = total, within = near, bestStep = the scalar `step`, improved = 1; elsewhere improved = 0. NaN is never better.
   */
  keep_best: { eps: number };
  /** Inputs: improved [n, 1, 1, 1], source, kept (state of the source's shape, written): kept = source where improved. */
  keep_if: Record<string, never>;
}

/** The width in small pixels by which a map is larger on each side than what will be left of it. */
export type Margin = 0 | 1;

/** The name of an op. */
export type OpName = keyof OpAttributes;

/** Scalars that change from step to step, by name. */
export type RunScalars = { rate: number; rootCorrection: number; step: number };
