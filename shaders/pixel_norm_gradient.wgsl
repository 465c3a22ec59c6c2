//! use sum2
// The gradient of pixel_norm: with r = (mean(x²) + 1e-8)^−½, r·g − x·r³·mean(g·x).
//
// Layout: g, x, result [n, SIZE]. Work: a workgroup a picture. workgroup_id: z picture.
override SIZE: u32;
override WORKGROUP: u32;

@group(0) @binding(0) var<storage, read> g: array<f32>;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> result: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3u) {
  let start = group.z * SIZE;
  var sums = vec2f(0);
  for (var e = local; e < SIZE; e += WORKGROUP) { sums += x[start + e] * vec2f(x[start + e], g[start + e]); }
  let total = sum2_in_all(local, sums);
  let means = total / f32(SIZE);
  let scale = 1.0 / sqrt(means.x + 1e-8);
  for (var e = local; e < SIZE; e += WORKGROUP) {
    result[start + e] = scale * (g[start + e] - x[start + e] * (scale * scale) * means.y);
  }
}
