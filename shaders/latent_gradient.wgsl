//! use one-value
// The gradient of latent_to_w: g · std · (w > 0 ? 1 : SLOPE).
//
// Layout: g, w, result [n, SIZE], SIZE = L·D; deviation [D]. Work: one value an invocation. workgroup_id: x and y values, z picture.
override SIZE: u32;
override D: u32;
override SLOPE: f32;
override WORKGROUP: u32;

@group(0) @binding(0) var<storage, read> g: array<f32>;
@group(0) @binding(1) var<storage, read> w: array<f32>;
@group(0) @binding(2) var<storage, read> deviation: array<f32>;
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
  result[at] = g[at] * deviation[e % D] * select(SLOPE, 1.0, w[at] > 0.0);
}
