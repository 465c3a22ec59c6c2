// The gradient of GEOCROSS by value d of row i, but for the factor that comes from behind: Σ_j ((P_ij + P_ji)·(w_i − w_j) +
// (Q_ij + Q_ji)·(w_i + w_j)), P and Q being the two planes of pairs (geocross.wgsl): every pair occurs in both orders.
//
// Of the kernel: the overrides L and D, and the bindings w [n, L, D] and pairs [n, 2, L, L].
fn geocross_row(picture: u32, i: u32, d: u32) -> f32 {
  let own = w[(picture * L + i) * D + d];
  let first = 2u * picture * L * L;
  let second = first + L * L;
  var sum = 0.0;
  for (var j = 0u; j < L; j++) {
    let other = w[(picture * L + j) * D + d];
    let p = pairs[first + i * L + j] + pairs[first + j * L + i];
    let q = pairs[second + i * L + j] + pairs[second + j * L + i];
    sum += p * (own - other) + q * (own + other);
  }
  return sum;
}
