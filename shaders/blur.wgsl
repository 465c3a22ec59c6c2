//! use strips, parts, rates, lrelu, activate
// [1 2 1]⊗[1 2 1]/16 on every channel of a map m: y[r, s] of the nine samples from (r − before, s − before) on, zero outside.
//
// before 1 keeps the size, and is its own adjoint; 0 makes only what nine samples are there for, and 2 is the adjoint of that.
// READ says what m is. 0: x; 3: the gradient x of the styled map of `activation`, brought back through StyleGAN1's layer
// (lib/rates.wgsl); 4: the gradient x of `activation`, brought back through StyleGAN2's, times coefficients[c] where READ_FACTOR.
// ACTIVATE puts StyleGAN2's epilogue behind: lib/activate.wgsl.
// Layout: x [n, parts, c, h + 2 − 2·before, w + 2 − 2·before], the sum of its parts, and `activation` as one part; coefficients [n, c, 4]
// (the rates) or [n, c]; y [n, c, h, w].
// Work: one invocation makes 4 columns × shape.rows. workgroup_id: x strips, y channel, z picture.
const LOOPED = false;
override READ: u32;
override READ_FACTOR: bool;
override ACTIVATE: bool;
override FACTOR: bool;
override NOISE: bool;
override SLOPE: f32;
override CLAMP: f32;
override WORKGROUP: u32;
const BLUR = true;
const STAGED = 1u;

// Sizes are data: one pipeline serves all layers.
struct Shape { c: u32, h: u32, w: u32, before: u32, parts: u32, rows: u32 }

@group(0) @binding(0) var<storage, read> x: array<Stored>;
@group(0) @binding(1) var<storage, read> activation: array<Stored>;
@group(0) @binding(2) var<storage, read> coefficients: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<Stored>;
@group(0) @binding(4) var<storage, read> factor: array<f32>;
@group(0) @binding(5) var<storage, read> noise: array<f32>;
@group(0) @binding(6) var<storage, read> noise_weight: array<f32>;
@group(0) @binding(7) var<storage, read> bias: array<f32>;
@group(0) @binding(8) var<storage, read> shape: Shape;

// Of the workgroup's channel.
var<private> rates: Rates;
var<private> read_factor: f32 = 1.0;

fn from_size() -> vec2u {
  return vec2u(shape.h, shape.w) + 2u - 2u * shape.before;
}

fn part_of(at: u32) -> f32 {
  return f32(x[at]);
}

fn tap(plane: u32, r: u32, s: u32) -> f32 {
  let value = whole_tap(plane, r, s);
  if (READ == 0u) { return value; }
  let size = from_size();
  let inside = r < size.x && s < size.y;
  let result = f32(activation[plane + select(0u, r * size.y + s, inside)]);
  if (READ == 4u) { return read_factor * unactivated(value, result); }
  return select(0.0, gone_back(value, result, rates), inside);
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(workgroup_id) group: vec3u) {
  let channel = group.z * shape.c + group.y;
  if (READ == 3u) {
    let first = 4u * channel;
    rates = Rates(coefficients[first], coefficients[first + 1u], coefficients[first + 2u], coefficients[first + 3u]);
  }
  if (READ_FACTOR) { read_factor = coefficients[channel]; }
  if (id.x >= strips()) { return; }
  let plane = first_part(group.z, group.y);
  let at = strip_at(id.x);
  var above = start_strip(plane, at.x, at.y);
  for (var row = at.y; row < at.z; row++) {
    var values = next_four(&above, plane, at.x, row);
    let pixel = row * shape.w + at.x;
    if (ACTIVATE) { values = activated(values, group.z, group.y, shape.c, pixel, shape.h * shape.w); }
    let to = channel * shape.h * shape.w + pixel;
    for (var p = 0u; p < 4u; p++) {
      if (at.x + p < shape.w) { y[to + p] = Stored(values[p]); }
    }
  }
}
