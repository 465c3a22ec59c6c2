// A factor for each channel of a picture: y = factor[c]·x.
//
// Layout: x, y [n, C, PIXELS]; factor [n, C]. Work: one pixel an invocation. workgroup_id: x pixels, y channel, z picture.
override C: u32;
override PIXELS: u32;
override WORKGROUP: u32;

@group(0) @binding(0) var<storage, read> x: array<Stored>;
@group(0) @binding(1) var<storage, read> factor: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<Stored>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(workgroup_id) group: vec3u) {
  if (id.x >= PIXELS) { return; }
  let channel = group.z * C + group.y;
  let at = channel * PIXELS + id.x;
  y[at] = Stored(factor[channel] * f32(x[at]));
}
