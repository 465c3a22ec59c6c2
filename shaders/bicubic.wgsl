//! use one-value, reflect
// Bicubic reduction by FACTOR along one axis: 4·FACTOR taps, reflect padding of BEFORE samples before the first
// (and as many as it takes after the last); see graph/bicubic.ts.
//
//   y[outer, j, inner] = Σ_t taps[t] · (SCALE·x[outer, reflect(j·FACTOR + t − BEFORE), inner] + SHIFT)
//
// Layout: x [n, OUTER, FROM, INNER]; y [n, OUTER, FROM/FACTOR, INNER]. Work: one result an invocation.
// workgroup_id: x and y results, z picture.
override OUTER: u32;
override FROM: u32;
override INNER: u32;
override FACTOR: u32;
override BEFORE: u32;
override SCALE: f32;
override SHIFT: f32;
override WORKGROUP: u32;

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> taps: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(local_invocation_index) local: u32,
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let to = FROM / FACTOR;
  let e = value_of(local, group, groups);
  if (e >= OUTER * to * INNER) { return; }
  let inner = e % INNER;
  let j = (e / INNER) % to;
  let outer = e / (INNER * to);
  let plane = (group.z * OUTER + outer) * FROM * INNER + inner;
  // Four sums, so that four loads are on their way at a time.
  let first = i32(j * FACTOR) - i32(BEFORE);
  var sums = vec4f(0);
  for (var t = 0u; t < FACTOR; t++) {
    let samples = vec4f(
      x[plane + reflect_index(first + i32(t)) * INNER],
      x[plane + reflect_index(first + i32(t + FACTOR)) * INNER],
      x[plane + reflect_index(first + i32(t + 2u * FACTOR)) * INNER],
      x[plane + reflect_index(first + i32(t + 3u * FACTOR)) * INNER],
    );
    let weights = vec4f(taps[t], taps[t + FACTOR], taps[t + 2u * FACTOR], taps[t + 3u * FACTOR]);
    sums += weights * (SCALE * samples + SHIFT);
  }
  y[group.z * OUTER * to * INNER + e] = (sums.x + sums.y) + (sums.z + sums.w);
}
