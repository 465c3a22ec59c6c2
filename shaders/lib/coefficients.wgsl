// Instance norm and style as one affine map per channel:
//
//   moments = mean, 1/√(variance + EPSILON);   coefficients = mean, a = (style₀ + 1)/σ, b = style₁
//
// Of the kernel: the override EPSILON, the bindings style [n, 2, c], moments [n, 2, c] and coefficients [n, 3, c], and the library moments.

fn store_coefficients(all: Moments, picture: u32, channel: u32, channels: u32) {
  let scale = 1.0 / sqrt(all.squares / all.count + EPSILON);
  let first = 2u * picture * channels + channel;
  let second = first + channels;
  moments[first] = all.mean;
  moments[second] = scale;
  let to = 3u * picture * channels + channel;
  coefficients[to] = all.mean;
  coefficients[to + channels] = (style[first] + 1.0) * scale;
  coefficients[to + 2u * channels] = style[second];
}
