// Noise added to a map: y = x + noise_weight[c]·noise.
//
// Layout: x, y [n, C, PIXELS]; noise [n, PIXELS]; noise_weight [C]. Work: one pixel an invocation.
// workgroup_id: x pixels, y channel, z picture.
override C: u32;
override PIXELS: u32;
override WORKGROUP: u32;

@group(0) @binding(0) var<storage, read> x: array<Stored>;
@group(0) @binding(1) var<storage, read> noise: array<f32>;
@group(0) @binding(2) var<storage, read> noise_weight: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<Stored>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(workgroup_id) group: vec3u) {
  if (id.x >= PIXELS) { return; }
  let at = (group.z * C + group.y) * PIXELS + id.x;
  y[at] = Stored(f32(x[at]) + noise_weight[group.y] * noise[group.z * PIXELS + id.x]);
}
