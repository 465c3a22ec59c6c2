//! use sum
// y = x · (mean(x²) + 1e-8)^−½ over all values of a picture (Karras et al., ICLR 2018, section 4.2).
//
// Layout: x, y [n, SIZE]. Work: a workgroup a picture. workgroup_id: z picture.
override SIZE: u32;
override WORKGROUP: u32;

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3u) {
  let start = group.z * SIZE;
  var sum = 0.0;
  for (var e = local; e < SIZE; e += WORKGROUP) { sum += x[start + e] * x[start + e]; }
  let total = sum_in_all(local, sum);
  let scale = 1.0 / sqrt(total / f32(SIZE) + 1e-8);
  for (var e = local; e < SIZE; e += WORKGROUP) { y[start + e] = x[start + e] * scale; }
}
