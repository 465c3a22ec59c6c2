//! use one-value
// The transpose of bicubic.wgsl: each sample of x gathers from every result that read it, directly or by reflection.
//
//   x[outer, i, inner] = Σ over positions p with reflect(p) = i, over j:  taps[p + BEFORE − j·FACTOR] · y[outer, j, inner]
//
// Layout: y [n, OUTER, TO, INNER]; x [n, OUTER, TO·FACTOR, INNER]. Work: one sample an invocation.
// workgroup_id: x and y samples, z picture.
override OUTER: u32;
override TO: u32;
override INNER: u32;
override FACTOR: u32;
override BEFORE: u32;
override WORKGROUP: u32;

@group(0) @binding(0) var<storage, read> y: array<f32>;
@group(0) @binding(1) var<storage, read> taps: array<f32>;
@group(0) @binding(2) var<storage, read_write> x: array<f32>;

// What all results that read position p (which may lie in the padding) give back to it.
fn gather(plane: u32, p: i32) -> f32 {
  let q = p + i32(BEFORE); // position in the padded line: tap t of result j stands at j·FACTOR + t
  let taps_count = 4 * i32(FACTOR);
  if (q < 0 || q >= i32((TO - 1u) * FACTOR) + taps_count) { return 0.0; }
  var sum = 0.0;
  let last = min(q / i32(FACTOR), i32(TO) - 1);
  for (var j = max(0, (q - taps_count) / i32(FACTOR)); j <= last; j++) {
    let t = q - j * i32(FACTOR);
    if (t < taps_count) { sum += taps[t] * y[plane + u32(j) * INNER]; }
  }
  return sum;
}

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(local_invocation_index) local: u32,
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let samples = TO * FACTOR; // at least 2, so the period below is not 0
  let e = value_of(local, group, groups);
  if (e >= OUTER * samples * INNER) { return; }
  let inner = e % INNER;
  let i = i32((e / INNER) % samples);
  let outer = e / (INNER * samples);
  let plane = (group.z * OUTER + outer) * TO * INNER + inner;

  // Position i repeats with the period of the reflection, and so does its mirror image −i (the same at the two ends).
  let period = 2 * (i32(samples) - 1);
  let mirror = period - i;
  let twice = i != 0 && i != i32(samples) - 1;
  var sum = 0.0;
  for (var shift = -4 * period; shift <= 4 * period; shift += period) {
    sum += gather(plane, i + shift);
    if (twice) { sum += gather(plane, mirror + shift); }
  }
  x[group.z * OUTER * samples * INNER + e] = sum;
}
