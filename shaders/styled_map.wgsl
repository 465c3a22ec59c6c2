//! use map-read
// The styled map itself: y = a[c]·(x − mean[c]) + b[c].
//
// Layout: x, y [n, C, PIXELS]; coefficients [n, 3, C] (mean, a, b). Work: one pixel an invocation.
// workgroup_id: x pixels, y channel, z picture.
override C: u32;
override PIXELS: u32;
override WORKGROUP: u32;
const READ = 1u;

@group(0) @binding(0) var<storage, read> x: array<Stored>;
@group(0) @binding(1) var<storage, read> coefficients: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<Stored>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(workgroup_id) group: vec3u) {
  if (id.x >= PIXELS) { return; }
  let at = (group.z * C + group.y) * PIXELS + id.x;
  y[at] = Stored(styled(f32(x[at]), style_of(group.z, C, group.y)));
}
