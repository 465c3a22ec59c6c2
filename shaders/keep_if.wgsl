//! use one-value
// kept = SCALE·source + SHIFT where improved ≠ 0.
//
// Layout: improved [n, 1]; source, kept [n, SIZE]. Work: one value an invocation. workgroup_id: x and y values, z picture.
override SIZE: u32;
override SCALE: f32;
override SHIFT: f32;
override WORKGROUP: u32;

@group(0) @binding(0) var<storage, read> improved: array<f32>;
@group(0) @binding(1) var<storage, read> source: array<f32>;
@group(0) @binding(2) var<storage, read_write> kept: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(local_invocation_index) local: u32,
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let e = value_of(local, group, groups);
  if (e >= SIZE) { return; }
  let at = group.z * SIZE + e;
  if (improved[group.z] != 0.0) { kept[at] = SCALE * source[at] + SHIFT; }
}
