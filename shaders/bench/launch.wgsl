// Nothing: what it takes to launch a kernel. It might write y, for all that a driver knows, so that launches wait for each other
// as those of a step do.
//
// Layout: y, any. workgroup_id: x, always 0.
@group(0) @binding(0) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(1)
fn main(@builtin(workgroup_id) group: vec3u) {
  if (group.x != 0u) { y[0] = 1.0; }
}
