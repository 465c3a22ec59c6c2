//! use sum
// The gradient of scale by its factor, per tile and channel: Σ g·x.
//
// Layout: g, x [n, C, PIXELS]; sums [n, C, TILES]. Work: a workgroup takes a tile of TILE pixels of one channel, an invocation
// every WORKGROUP-th of them; then a tree. workgroup_id: x tile, y channel, z picture. sum_tiles.wgsl adds the tiles up, where
// there are several.
override C: u32;
override PIXELS: u32;
override TILES: u32;
override TILE: u32;
override WORKGROUP: u32;

@group(0) @binding(0) var<storage, read> g: array<Stored>;
@group(0) @binding(1) var<storage, read> x: array<Stored>;
@group(0) @binding(2) var<storage, read_write> sums: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3u) {
  let channel = group.z * C + group.y;
  let plane = channel * PIXELS;
  let end = min(PIXELS, (group.x + 1u) * TILE);
  var own = 0.0;
  for (var p = group.x * TILE + local; p < end; p += WORKGROUP) { own += f32(g[plane + p]) * f32(x[plane + p]); }
  let total = sum_in_first(local, own);
  if (local == 0u) { sums[channel * TILES + group.x] = total; }
}
