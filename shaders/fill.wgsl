//! use one-value
// y = VALUE.
//
// Layout: y [n, SIZE]. Work: one value an invocation. workgroup_id: x and y values, z picture.
override SIZE: u32;
override VALUE: f32;
override WORKGROUP: u32;

@group(0) @binding(0) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(local_invocation_index) local: u32,
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let e = value_of(local, group, groups);
  if (e >= SIZE) { return; }
  y[group.z * SIZE + e] = VALUE;
}
