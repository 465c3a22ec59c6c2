//! use lrelu
// Bias and leaky ReLU, brought into [−CLAMP, CLAMP]: y = clamp(lrelu(x + bias[c])).
//
// Layout: x, y [n, C, PIXELS]; bias [C]. Work: one pixel an invocation. workgroup_id: x pixels, y channel, z picture.
override C: u32;
override PIXELS: u32;
override SLOPE: f32;
override CLAMP: f32;
override WORKGROUP: u32;

@group(0) @binding(0) var<storage, read> x: array<Stored>;
@group(0) @binding(1) var<storage, read> bias: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<Stored>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(workgroup_id) group: vec3u) {
  if (id.x >= PIXELS) { return; }
  let at = (group.z * C + group.y) * PIXELS + id.x;
  y[at] = Stored(lrelu(vec4f(f32(x[at]) + bias[group.y])).x);
}
