//! use sum2
// Per tile and channel: Σ g·x̂ and Σ g, x̂ = (x − mean)/σ: what instance norm's gradient needs before anything else,
// and the gradient of the style.
//
// Layout: g, x [n, C, PIXELS]; moments [n, 2, C] (mean, 1/σ); tiles [n, 2, C, TILES].
// Work: a workgroup takes a tile of TILE pixels of one channel. workgroup_id: x tile, y channel, z picture.
// sum_tiles.wgsl adds the tiles up.
override C: u32;
override PIXELS: u32;
override TILES: u32;
override TILE: u32;
override WORKGROUP: u32;

@group(0) @binding(0) var<storage, read> g: array<Stored>;
@group(0) @binding(1) var<storage, read> x: array<Stored>;
@group(0) @binding(2) var<storage, read> moments: array<f32>;
@group(0) @binding(3) var<storage, read_write> tiles: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3u) {
  let channel = group.y;
  let picture = group.z;
  let end = min(PIXELS, (group.x + 1u) * TILE);
  let plane = (picture * C + channel) * PIXELS;
  let mean = moments[2u * picture * C + channel];
  let scale = moments[(2u * picture + 1u) * C + channel];

  var sums = vec2f(0);
  for (var p = group.x * TILE + local; p < end; p += WORKGROUP) {
    sums += f32(g[plane + p]) * vec2f((f32(x[plane + p]) - mean) * scale, 1.0);
  }
  let total = sum2_in_first(local, sums);
  if (local == 0u) {
    tiles[(2u * picture * C + channel) * TILES + group.x] = total.x;
    tiles[((2u * picture + 1u) * C + channel) * TILES + group.x] = total.y;
  }
}
