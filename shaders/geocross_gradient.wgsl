// The gradient of GEOCROSS: row i gets g·Σ_j ((P_ij + P_ji)·(w_i − w_j) + (Q_ij + Q_ji)·(w_i + w_j)), P and Q being the two
// planes of pairs (geocross.wgsl): every pair occurs in both orders.
//
// Layout: g [n, 1]; w, result [n, L, D]; pairs [n, 2, L, L]. Work: one value an invocation.
// workgroup_id: x values of a row, y row, z picture.
override L: u32;
override D: u32;
override WORKGROUP: u32;

@group(0) @binding(0) var<storage, read> g: array<f32>;
@group(0) @binding(1) var<storage, read> w: array<f32>;
@group(0) @binding(2) var<storage, read> pairs: array<f32>;
@group(0) @binding(3) var<storage, read_write> result: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(workgroup_id) group: vec3u) {
  if (id.x >= D) { return; }
  let i = group.y;
  let picture = group.z;
  let own = w[(picture * L + i) * D + id.x];
  let first = 2u * picture * L * L;
  let second = first + L * L;
  var sum = 0.0;
  for (var j = 0u; j < L; j++) {
    let other = w[(picture * L + j) * D + id.x];
    let p = pairs[first + i * L + j] + pairs[first + j * L + i];
    let q = pairs[second + i * L + j] + pairs[second + j * L + i];
    sum += p * (own - other) + q * (own + other);
  }
  result[(picture * L + i) * D + id.x] = g[picture] * sum;
}
