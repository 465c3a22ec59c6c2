// StyleGAN2's epilogue of what a kernel makes: lrelu(factor[c]·value + noise_weight[c]·noise + bias[c]), clamped.
//
// Of the kernel: the overrides ACTIVATE, FACTOR, NOISE, SLOPE and CLAMP, the bindings factor [n, channels], noise [n, pixels],
// noise_weight and bias [channels], and the library lrelu.

// Four neighbouring pixels from `pixel` on. Beyond the last channel or pixel it makes something that is not to be stored.
fn activated(values: vec4f, picture: u32, channel: u32, channels: u32, pixel: u32, pixels: u32) -> vec4f {
  let c = min(channel, channels - 1u);
  var sums = values;
  if (FACTOR) { sums *= factor[picture * channels + c]; }
  if (NOISE) {
    let first = picture * pixels;
    let p = min(vec4u(pixel) + vec4u(0, 1, 2, 3), vec4u(pixels - 1u));
    sums += noise_weight[c] * vec4f(noise[first + p.x], noise[first + p.y], noise[first + p.z], noise[first + p.w]);
  }
  return lrelu(sums + bias[c]);
}
