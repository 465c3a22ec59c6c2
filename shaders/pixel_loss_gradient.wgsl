//! use one-value
// The gradient of pixel_loss with respect to x: g·FACTOR·(x − target)/SIZE for L2, g·FACTOR·sign(x − target)/SIZE for L1.
//
// Layout: g [n, 1]; x, target, result [n, SIZE]. Work: one value an invocation. workgroup_id: x and y values, z picture.
override SIZE: u32;
override L1: bool;
override FACTOR: f32;
override WORKGROUP: u32;

@group(0) @binding(0) var<storage, read> g: array<f32>;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> goal: array<f32>;
@group(0) @binding(3) var<storage, read_write> result: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(local_invocation_index) local: u32,
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let e = value_of(local, group, groups);
  if (e >= SIZE) { return; }
  let at = group.z * SIZE + e;
  let difference = x[at] - goal[at];
  result[at] = g[group.z] * (FACTOR * select(difference, sign(difference), L1)) / f32(SIZE);
}
