// One map for all pictures: y = x.
//
// Layout: x [C, PIXELS]; y [n, C, PIXELS]. Work: one pixel an invocation. workgroup_id: x pixels, y channel, z picture.
override C: u32;
override PIXELS: u32;
override WORKGROUP: u32;

@group(0) @binding(0) var<storage, read> x: array<Stored>;
@group(0) @binding(1) var<storage, read_write> y: array<Stored>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(workgroup_id) group: vec3u) {
  if (id.x >= PIXELS) { return; }
  y[(group.z * C + group.y) * PIXELS + id.x] = x[group.y * PIXELS + id.x];
}
