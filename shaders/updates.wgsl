//! use sum, optimiser
// The end of a step for all parameters at once: what they were is kept where the picture improved (keep_if.wgsl), then the optimiser
// moves them (lib/optimiser.wgsl), and each row is scaled back to the norm that it started with (sphere.wgsl):
// p·radius/√(Σ p² + 1e-9).
//
// Layout: states: parameters, moments and what is kept of them, [n, rows, length] each; gradients [n, rows, length] each; radii
// [n, rows] each; improved [n, 1]; jobs: three vec4 for each row, where parameter, gradient, first and second moment of the first
// picture's row lie; 1 + where it is kept, 0 for nowhere, where its radius lies, its length, and the length of all rows; how many rows
// there are. Work: a workgroup a row. workgroup_id: x job, z picture.
override KIND: u32;
override WORKGROUP: u32;

@group(0) @binding(0) var<storage, read_write> states: array<f32>;
@group(0) @binding(1) var<storage, read> gradients: array<f32>;
@group(0) @binding(2) var<storage, read> radii: array<f32>;
@group(0) @binding(3) var<storage, read> improved: array<f32>;
@group(0) @binding(4) var<storage, read> scalars: Scalars;
@group(0) @binding(5) var<storage, read> jobs: array<vec4u>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3u) {
  let a = jobs[3u * group.x];
  let b = jobs[3u * group.x + 1u];
  let rows = jobs[3u * group.x + 2u].x;
  let picture = group.z * b.w;
  var is_kept = false;
  if (b.x != 0u) { is_kept = improved[group.z] != 0.0; }
  var sum = 0.0;
  for (var e = local; e < b.z; e += WORKGROUP) {
    let at = picture + e;
    var old = Parameter(states[a.x + at], 0.0, 0.0);
    if (is_kept) { states[b.x - 1u + at] = old.p; }
    if (KIND >= 1u) { old.first = states[a.z + at]; }
    if (KIND >= 2u) { old.second = states[a.w + at]; }
    let moved = stepped(old, gradients[a.y + at]);
    if (KIND >= 1u) { states[a.z + at] = moved.first; }
    if (KIND >= 2u) { states[a.w + at] = moved.second; }
    states[a.x + at] = moved.p;
    sum += moved.p * moved.p;
  }
  let total = sum_in_all(local, sum);
  let scale = radii[b.y + group.z * rows] / sqrt(total + 1e-9);
  for (var e = local; e < b.z; e += WORKGROUP) { states[a.x + picture + e] *= scale; }
}
