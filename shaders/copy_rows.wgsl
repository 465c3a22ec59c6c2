// Copies SIZE values of every picture: to[n, TO + e] = from[n, FROM + e]. Takes rows out of a tensor, and stacks them.
//
// Layout: from [n, FROM_SIZE]; to [n, TO_SIZE]. Work: one value an invocation. workgroup_id: x values, z picture.
override SIZE: u32;
override FROM: u32;
override FROM_SIZE: u32;
override TO: u32;
override TO_SIZE: u32;
override ZERO: bool; // write zeros instead: the row is absent
override WORKGROUP: u32;

@group(0) @binding(0) var<storage, read> source: array<f32>;
@group(0) @binding(1) var<storage, read_write> copy: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= SIZE) { return; }
  var value = 0.0;
  if (!ZERO) { value = source[id.z * FROM_SIZE + FROM + id.x]; }
  copy[id.z * TO_SIZE + TO + id.x] = value;
}
