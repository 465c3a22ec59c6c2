//! use strips, parts, moments, styled-strip, coefficients
// StyleGAN1's epilogue of a whole channel: noise, bias and activation of a map, or where BLUR of the map blurred, and the affine map
// that instance norm and style amount to.
//
//   x = lrelu(y + noise_weight[c]·noise + bias[c]);   moments and coefficients of x: lib/coefficients.wgsl
//
// Layout: y [n or 1, parts, c, h + 2 − 2·before, w + 2 − 2·before], the sum of its parts, before 1 without BLUR; noise [n, h, w];
// x [n, c, h, w]; style and moments [n, 2, c]; coefficients [n, 3, c].
// Work: a workgroup takes a channel, which it holds in its memory where STAGED is above 1; an invocation every WORKGROUP-th strip
// (4 columns × shape.rows); then the invocations' moments are merged. workgroup_id: x channel, z picture.
const LOOPED = false;
override BLUR: bool;
override STAGED: u32;
override SLOPE: f32;
override EPSILON: f32;
override WORKGROUP: u32;

// Sizes are data: one pipeline serves all layers. shared_map: whether y is a constant, the same for all pictures.
struct Shape { c: u32, h: u32, w: u32, before: u32, parts: u32, rows: u32, shared_map: u32, noise: u32 }

@group(0) @binding(0) var<storage, read> y: array<Stored>;
@group(0) @binding(1) var<storage, read> noise: array<f32>;
@group(0) @binding(2) var<storage, read> noise_weight: array<f32>;
@group(0) @binding(3) var<storage, read> bias: array<f32>;
@group(0) @binding(4) var<storage, read> style: array<f32>;
@group(0) @binding(5) var<storage, read_write> x: array<Stored>;
@group(0) @binding(6) var<storage, read_write> coefficients: array<f32>;
@group(0) @binding(7) var<storage, read_write> moments: array<f32>;
@group(0) @binding(8) var<storage, read> shape: Shape;

fn from_size() -> vec2u {
  return vec2u(shape.h, shape.w) + 2u - 2u * shape.before;
}

fn part_of(at: u32) -> f32 {
  return f32(y[at]);
}

fn tap(plane: u32, r: u32, s: u32) -> f32 {
  return whole_tap(plane, r, s);
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3u) {
  let channel = group.x;
  let picture = group.z;
  let plane = first_part(select(picture, 0u, shape.shared_map == 1u), channel);
  if (STAGED > 1u) {
    stage(plane, local);
    workgroupBarrier();
  }
  for (var strip = local; strip < strips(); strip += WORKGROUP) { style_strip(strip, plane, picture, channel); }
  let all = merge_in_first(local, own_moments());
  if (local == 0u) { store_coefficients(all, picture, channel, shape.c); }
}
