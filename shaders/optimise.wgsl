//! use one-value, optimiser
// One optimiser step, in place: lib/optimiser.wgsl.
//
// Layout: all [n, SIZE]; first from KIND 1 on, second from 2 on. Work: one value an invocation. workgroup_id: x and y values,
// z picture.
override SIZE: u32;
override KIND: u32;
override WORKGROUP: u32;

@group(0) @binding(0) var<storage, read_write> param: array<f32>;
@group(0) @binding(1) var<storage, read> g: array<f32>;
@group(0) @binding(2) var<storage, read_write> first: array<f32>;
@group(0) @binding(3) var<storage, read_write> second: array<f32>;
@group(0) @binding(4) var<storage, read> scalars: Scalars;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(local_invocation_index) local: u32,
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let e = value_of(local, group, groups);
  if (e >= SIZE) { return; }
  let at = group.z * SIZE + e;
  var old = Parameter(param[at], 0.0, 0.0);
  if (KIND >= 1u) { old.first = first[at]; }
  if (KIND >= 2u) { old.second = second[at]; }
  let moved = stepped(old, g[at]);
  if (KIND >= 1u) { first[at] = moved.first; }
  if (KIND >= 2u) { second[at] = moved.second; }
  param[at] = moved.p;
}
