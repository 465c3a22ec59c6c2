//! use rates
// The gradient of StyleGAN1's epilogue from the gradient g of the styled map (lib/rates.wgsl). The sign of the activation is the
// sign of x.
//
// Layout: g, x, result [n, c, pixels]; rates [n, c, 4]. Work: four pixels an invocation, WORKGROUP apart. workgroup_id: x pixels,
// y channel, z picture.
override SLOPE: f32;
override WORKGROUP: u32;

// Sizes are data: one pipeline serves all layers.
struct Shape { c: u32, pixels: u32 }

@group(0) @binding(0) var<storage, read> g: array<Stored>;
@group(0) @binding(1) var<storage, read> x: array<Stored>;
@group(0) @binding(2) var<storage, read> rates: array<Rates>;
@group(0) @binding(3) var<storage, read_write> result: array<Stored>;
@group(0) @binding(4) var<storage, read> shape: Shape;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3u) {
  let channel = group.z * shape.c + group.y;
  let own = rates[channel];
  let end = min(shape.pixels, (group.x + 1u) * 4u * WORKGROUP);
  for (var p = group.x * 4u * WORKGROUP + local; p < end; p += WORKGROUP) {
    let at = channel * shape.pixels + p;
    result[at] = Stored(gone_back(f32(g[at]), f32(x[at]), own));
  }
}
