//! use sum
// Spherical retraction, in place: each row is scaled by radius/√(Σ p² + 1e-9), back to the norm it started with.
//
// Layout: param [n, ROWS, SIZE]; radius [n, ROWS]. Work: a workgroup a row. workgroup_id: x row, z picture.
override ROWS: u32;
override SIZE: u32;
override WORKGROUP: u32;

@group(0) @binding(0) var<storage, read_write> param: array<f32>;
@group(0) @binding(1) var<storage, read> radius: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3u) {
  let row = group.z * ROWS + group.x;
  let start = row * SIZE;
  var sum = 0.0;
  for (var e = local; e < SIZE; e += WORKGROUP) { sum += param[start + e] * param[start + e]; }
  let total = sum_in_all(local, sum);
  let scale = radius[row] / sqrt(total + 1e-9);
  for (var e = local; e < SIZE; e += WORKGROUP) { param[start + e] *= scale; }
}
