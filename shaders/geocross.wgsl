//! use sum2
// PULSE's GEOCROSS (Menon et al. 2020, section 3.3; constants of the published code), pair by pair.
//
//   A = √(|x − y|² + 1e-9), B = √(|x + y|² + 1e-9), angle = 2·atan2(A, B), value = angle²·D/8/L²
//   pairs: ∂value/∂A / A, then ∂value/∂B / B
//
// Layout: w [n, L, D]; values [n, L, L]; pairs [n, 2, L, L]. Work: a workgroup a pair of rows (x = row y, y = row x).
// workgroup_id: x, y the rows, z picture. sum_tiles.wgsl adds the values up.
override L: u32;
override D: u32;
override WORKGROUP: u32;

@group(0) @binding(0) var<storage, read> w: array<f32>;
@group(0) @binding(1) var<storage, read_write> values: array<f32>;
@group(0) @binding(2) var<storage, read_write> pairs: array<f32>;

// atan(t) for t in [0, 1], within 1 ulp where division is exactly rounded (WGSL's own atan may err by 4096): reduced to
// |u| ≤ 0.66, then an odd polynomial with a relative error below 2⁻³⁰ (a minimax fit of atan(u)/u by Lawson's iteration).
// π/4 is added in two parts, so that its rounding is not felt.
fn arctangent(t: f32) -> f32 {
  let large = t > 0.66;
  let u = select(t, (t - 1.0) / (t + 1.0), large);
  let s = u * u;
  var p = -0.017820915;
  p = p * s + 0.051630437;
  p = p * s - 0.083059005;
  p = p * s + 0.10968628;
  p = p * s - 0.14271447;
  p = p * s + 0.1999931;
  p = p * s - 0.33333322;
  let angle = p * s * u + u;
  return select(angle, (angle - 2.1855695e-8) + 0.78539819, large);
}

// atan2(a, b) for positive a and b.
fn arctangent2(a: f32, b: f32) -> f32 {
  let angle = arctangent(min(a, b) / max(a, b));
  return select(angle, 1.5707964 - angle, a > b);
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3u) {
  let i = group.y;
  let j = group.x;
  let picture = group.z;
  var sums = vec2f(0);
  for (var d = local; d < D; d += WORKGROUP) {
    let x = w[(picture * L + i) * D + d];
    let y = w[(picture * L + j) * D + d];
    sums += vec2f((x - y) * (x - y), (x + y) * (x + y));
  }
  let total = sum2_in_first(local, sums);
  if (local == 0u) {
    let squares = total + 1e-9;
    let lengths = sqrt(squares);
    let angle = 2.0 * arctangent2(lengths.x, lengths.y);
    let scale = f32(D) / 8.0 / f32(L * L);
    // d(angle²)/dA = 2·angle · 2·B/(A² + B²), and with the opposite sign and A for B.
    let slope = scale * 4.0 * angle / (squares.x + squares.y);
    values[(picture * L + i) * L + j] = scale * angle * angle;
    pairs[(2u * picture * L + i) * L + j] = slope * lengths.y / lengths.x;
    pairs[((2u * picture + 1u) * L + i) * L + j] = -slope * lengths.x / lengths.y;
  }
}
