//! use one-value
// From the search variable to w: lrelu(v·std + mean), the inverse of the Gaussian fit to LeakyReLU(5) of w
// (Menon et al. 2020, section 3.3, and the published code).
//
// Layout: v, w [n, SIZE], SIZE = L·D; mean, deviation [D]. Work: one value an invocation. workgroup_id: x and y values, z picture.
override SIZE: u32;
override D: u32;
override SLOPE: f32;
override WORKGROUP: u32;

@group(0) @binding(0) var<storage, read> v: array<f32>;
@group(0) @binding(1) var<storage, read> mean: array<f32>;
@group(0) @binding(2) var<storage, read> deviation: array<f32>;
@group(0) @binding(3) var<storage, read_write> w: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(local_invocation_index) local: u32,
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let e = value_of(local, group, groups);
  if (e >= SIZE) { return; }
  let at = group.z * SIZE + e;
  let value = v[at] * deviation[e % D] + mean[e % D];
  w[at] = select(SLOPE * value, value, value > 0.0);
}
