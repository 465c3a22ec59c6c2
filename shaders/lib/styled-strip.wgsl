// StyleGAN1's epilogue, x = lrelu(y + noise_weight·noise + bias), down a strip, with the moments of what it makes: differences to an
// invocation's first value are summed, so that a large mean does not cancel.
//
// Of the kernel: the override SLOPE, the bindings noise, noise_weight, bias, x and shape (noise: whether there is any; c: channels), and
// the libraries strips and moments.

var<private> shift: f32;
var<private> sum: vec4f;
var<private> squares: vec4f;
var<private> count: f32;

fn style_strip(strip: u32, plane: u32, picture: u32, channel: u32) {
  let to = (picture * shape.c + channel) * shape.h * shape.w;
  let at = strip_at(strip);
  let inside = within(at.x);
  let width = min(4u, shape.w - at.x);
  let added = bias[channel];
  var weight = 0.0;
  if (shape.noise == 1u) { weight = noise_weight[channel]; }
  var above = start_strip(plane, at.x, at.y);
  for (var row = at.y; row < at.z; row++) {
    var values = next_four(&above, plane, at.x, row) + added;
    let first = row * shape.w + at.x;
    if (shape.noise == 1u) {
      let start = picture * shape.h * shape.w + first;
      // Beyond the end of a row it is not stored.
      values += weight * vec4f(noise[start], noise[start + 1u], noise[start + 2u], noise[start + 3u]);
    }
    values = select(SLOPE * values, kept_positive(values), values > vec4f(0));
    for (var p = 0u; p < 4u; p++) {
      if (p < width) { x[to + first + p] = Stored(values[p]); }
    }
    if (count == 0.0) { shift = values.x; }
    let differences = select(vec4f(0), values - shift, inside);
    sum += differences;
    squares += differences * differences;
    count += f32(width);
  }
}

// The moments of all strips of this invocation.
fn own_moments() -> Moments {
  if (count == 0.0) { return Moments(0.0, 0.0, 0.0); }
  let total = dot(sum, vec4f(1));
  return Moments(count, shift + total / count, max(0.0, dot(squares, vec4f(1)) - total * (total / count)));
}
