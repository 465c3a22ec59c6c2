//! use one-value, geocross-row
// The gradient of latent_to_w: g · std · (w > 0 ? 1 : SLOPE). With GEOCROSS, its gradient times `factor` is part of g.
//
// Layout: g, where it is GIVEN, w, result [n, L, D]; deviation [D]; factor [n, 1]; pairs [n, 2, L, L] (geocross.wgsl). Work: one value
// an invocation. workgroup_id: x and y values, z picture.
override L: u32;
override D: u32;
override SLOPE: f32;
override GIVEN: bool;
override GEOCROSS: bool;
override WORKGROUP: u32;

@group(0) @binding(0) var<storage, read> g: array<f32>;
@group(0) @binding(1) var<storage, read> w: array<f32>;
@group(0) @binding(2) var<storage, read> deviation: array<f32>;
@group(0) @binding(3) var<storage, read> factor: array<f32>;
@group(0) @binding(4) var<storage, read> pairs: array<f32>;
@group(0) @binding(5) var<storage, read_write> result: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(local_invocation_index) local: u32,
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let e = value_of(local, group, groups);
  if (e >= L * D) { return; }
  let at = group.z * L * D + e;
  var gradient = 0.0;
  if (GIVEN) { gradient = g[at]; }
  if (GEOCROSS) { gradient += factor[group.z] * geocross_row(group.z, e / D, e % D); }
  result[at] = gradient * deviation[e % D] * select(SLOPE, 1.0, w[at] > 0.0);
}
