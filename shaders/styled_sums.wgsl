//! use sum2
// Per tile and channel: Σ g·x̂ and Σ g, x̂ = (x − mean)/σ: what instance norm's gradient needs before anything else,
// and the gradient of the style.
//
// Layout: g, x [n, c, pixels]; moments [n, 2, c] (mean, 1/σ); tiles [n, c, tiles] of the two sums.
// Work: a workgroup takes a tile of shape.tile pixels of one channel. workgroup_id: x tile, y channel, z picture.
// styled_rates.wgsl adds the tiles up.
override WORKGROUP: u32;

// Sizes are data: one pipeline serves all layers.
struct Shape { c: u32, pixels: u32, tile: u32, tiles: u32 }

@group(0) @binding(0) var<storage, read> g: array<Stored>;
@group(0) @binding(1) var<storage, read> x: array<Stored>;
@group(0) @binding(2) var<storage, read> moments: array<f32>;
@group(0) @binding(3) var<storage, read_write> tiles: array<vec2f>;
@group(0) @binding(4) var<storage, read> shape: Shape;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3u) {
  let channel = group.z * shape.c + group.y;
  let end = min(shape.pixels, (group.x + 1u) * shape.tile);
  let plane = channel * shape.pixels;
  let mean = moments[2u * group.z * shape.c + group.y];
  let inverse = moments[(2u * group.z + 1u) * shape.c + group.y];

  var sums = vec2f(0);
  for (var p = group.x * shape.tile + local; p < end; p += WORKGROUP) {
    sums += f32(g[plane + p]) * vec2f((f32(x[plane + p]) - mean) * inverse, 1.0);
  }
  let total = sum2_in_first(local, sums);
  if (local == 0u) { tiles[channel * shape.tiles + group.x] = total; }
}
