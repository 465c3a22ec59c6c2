//! use geocross-row
// The gradient of GEOCROSS: lib/geocross-row.wgsl, times g.
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
  result[(group.z * L + group.y) * D + id.x] = g[group.z] * geocross_row(group.z, group.y, id.x);
}
