// A style applied to a normalised map: y = (style₀ + 1)·x + style₁; as the gradient by the map (GRADIENT) without style₁.
//
// Layout: x, y [n, C, PIXELS]; style [n, 2, C]. Work: one pixel an invocation. workgroup_id: x pixels, y channel, z picture.
override C: u32;
override PIXELS: u32;
override GRADIENT: bool;
override WORKGROUP: u32;

@group(0) @binding(0) var<storage, read> x: array<Stored>;
@group(0) @binding(1) var<storage, read> style: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<Stored>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(workgroup_id) group: vec3u) {
  if (id.x >= PIXELS) { return; }
  let first = 2u * group.z * C + group.y;
  let at = (group.z * C + group.y) * PIXELS + id.x;
  y[at] = Stored((style[first] + 1.0) * f32(x[at]) + select(style[first + C], 0.0, GRADIENT));
}
