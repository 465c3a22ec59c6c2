//! use lrelu, one-value
// The gradient of a leaky ReLU, clamped, whose output is y: factor[c] · g · (y > 0 ? 1 : SLOPE) where |y| < CLAMP, elsewhere 0.
//
// Layout: g, y, result [n, SIZE], SIZE being channels of PIXELS each; factor [n, SIZE/PIXELS], or 1.
// Work: one value an invocation. workgroup_id: x and y values, z picture.
override SIZE: u32;
override PIXELS: u32;
override FACTOR: bool;
override SLOPE: f32;
override CLAMP: f32;
override WORKGROUP: u32;

@group(0) @binding(0) var<storage, read> g: array<Stored>;
@group(0) @binding(1) var<storage, read> y: array<Stored>;
@group(0) @binding(2) var<storage, read> factor: array<f32>;
@group(0) @binding(3) var<storage, read_write> result: array<Stored>;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(local_invocation_index) local: u32,
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let e = value_of(local, group, groups);
  if (e >= SIZE) { return; }
  let at = group.z * SIZE + e;
  var value = unactivated(f32(g[at]), f32(y[at]));
  if (FACTOR) { value *= factor[group.z * (SIZE / PIXELS) + e / PIXELS]; }
  result[at] = Stored(value);
}
