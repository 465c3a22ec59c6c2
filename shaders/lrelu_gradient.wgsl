//! use one-value
// The gradient of a leaky ReLU, clamped, whose output is y: g · (y > 0 ? 1 : SLOPE) where |y| < CLAMP, elsewhere 0.
//
// Layout: g, y, result [n, SIZE]. Work: one value an invocation. workgroup_id: x and y values, z picture.
override SIZE: u32;
override SLOPE: f32;
override CLAMP: f32; // the largest number is no clamp
override WORKGROUP: u32;

@group(0) @binding(0) var<storage, read> g: array<f32>;
@group(0) @binding(1) var<storage, read> y: array<f32>;
@group(0) @binding(2) var<storage, read_write> result: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(local_invocation_index) local: u32,
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let e = value_of(local, group, groups);
  if (e >= SIZE) { return; }
  let at = group.z * SIZE + e;
  result[at] = select(0.0, g[at] * select(SLOPE, 1.0, y[at] > 0.0), abs(y[at]) < CLAMP);
}
