//! use strips, parts, sum2, rates
// The way back through StyleGAN1's epilogue for a whole channel, from the gradient g of the styled map: its sums, the gradient before
// the activation (lib/rates.wgsl), and where BLUR that gradient blurred by [1 2 1]⊗[1 2 1]/16.
//
//   sums = Σ g·x̂, Σ g,   x̂ = (x − mean)/σ;   y = gone_back(g, x);   blurred = blur(y)
//
// Layout: g [n, parts, c, h, w], the sum of its parts; x, y, blurred [n, c, h, w]; coefficients [n, 3, c]; moments, sums [n, 2, c].
// y is stored where shape.store is 1.
// Work: a workgroup takes a channel, which it holds in its memory where STAGED is above 1; otherwise it reads g and x again for what it
// stores. workgroup_id: x channel, z picture.
override BLUR: bool;
// For compilers that take minutes where each of 18 samples brings a gradient back by itself (SwiftShader's).
override LOOPED: bool;
override STAGED: u32;
override SLOPE: f32;
override WORKGROUP: u32;

// Sizes are data: one pipeline serves all layers.
struct Shape { c: u32, h: u32, w: u32, before: u32, parts: u32, rows: u32, store: u32 }

@group(0) @binding(0) var<storage, read> g: array<Stored>;
@group(0) @binding(1) var<storage, read> x: array<Stored>;
@group(0) @binding(2) var<storage, read> coefficients: array<f32>;
@group(0) @binding(3) var<storage, read> moments: array<f32>;
@group(0) @binding(4) var<storage, read_write> sums: array<f32>;
@group(0) @binding(5) var<storage, read_write> y: array<Stored>;
@group(0) @binding(6) var<storage, read_write> blurred: array<Stored>;
@group(0) @binding(7) var<storage, read> shape: Shape;

// Of the workgroup's channel.
var<private> rates: Rates;
var<private> map: u32;

fn from_size() -> vec2u {
  return vec2u(shape.h, shape.w);
}

fn part_of(at: u32) -> f32 {
  return f32(g[at]);
}

// Of the gradient before the activation: staged, or made here.
fn tap(plane: u32, r: u32, s: u32) -> f32 {
  let value = whole_tap(plane, r, s);
  if (STAGED > 1u) { return value; }
  let inside = r < shape.h && s < shape.w;
  return select(0.0, gone_back(value, f32(x[map + select(0u, r * shape.w + s, inside)]), rates), inside);
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3u) {
  let channel = group.x;
  let picture = group.z;
  let pixels = shape.h * shape.w;
  let plane = first_part(picture, channel);
  map = (picture * shape.c + channel) * pixels;
  let first = 2u * picture * shape.c + channel;
  let mean = moments[first];
  let inverse = moments[first + shape.c];

  if (STAGED > 1u) { stage(plane, local); }
  var own = vec2f(0);
  for (var e = local; e < pixels; e += WORKGROUP) {
    var value: f32;
    if (STAGED > 1u) { value = staged[e]; } else { value = sum_of_parts(plane + e, shape.c * pixels); }
    own += value * vec2f((f32(x[map + e]) - mean) * inverse, 1.0);
  }
  let total = sum2_in_all(local, own);
  if (local == 0u) {
    sums[first] = total.x;
    sums[first + shape.c] = total.y;
  }
  rates = rates_of(mean, inverse, coefficients[(3u * picture + 1u) * shape.c + channel], total, f32(pixels));

  if (STAGED > 1u || !BLUR || shape.store == 1u) {
    for (var e = local; e < pixels; e += WORKGROUP) {
      var value: f32;
      if (STAGED > 1u) { value = staged[e]; } else { value = sum_of_parts(plane + e, shape.c * pixels); }
      let made = gone_back(value, f32(x[map + e]), rates);
      if (STAGED > 1u) { staged[e] = made; }
      if (shape.store == 1u) { y[map + e] = Stored(made); }
    }
  }
  if (!BLUR) { return; }
  if (STAGED > 1u) { workgroupBarrier(); }
  for (var strip = local; strip < strips(); strip += WORKGROUP) {
    let at = strip_at(strip);
    var above = start_strip(plane, at.x, at.y);
    for (var row = at.y; row < at.z; row++) {
      let values = next_four(&above, plane, at.x, row);
      let to = map + row * shape.w + at.x;
      for (var p = 0u; p < 4u; p++) {
        if (at.x + p < shape.w) { blurred[to + p] = Stored(values[p]); }
      }
    }
  }
}
