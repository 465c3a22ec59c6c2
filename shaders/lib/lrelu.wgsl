// A leaky ReLU, brought into [−CLAMP, CLAMP], and its way back.
//
// Of the kernel: the overrides SLOPE and CLAMP; the largest number is no clamp.

fn lrelu(x: vec4f) -> vec4f {
  let value = select(SLOPE * x, kept_positive(x), x > vec4f(0));
  let most = vec4f(stored_clamp(CLAMP));
  // Not clamp(), which may make a number of NaN.
  return select(value, select(-most, most, value > vec4f(0)), abs(value) > most);
}

// A gradient g of what lrelu made, y, as one of what it was made of.
fn unactivated(g: f32, y: f32) -> f32 {
  return select(0.0, g * select(SLOPE, 1.0, y > 0.0), abs(y) < stored_clamp(CLAMP));
}
