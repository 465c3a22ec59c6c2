//! use sum
// What comes back to a map x that was scaled before it was read, g being the gradient of factor·x:
//
//   y = factor[c]·g + plus (STORE),   and per tile and channel Σ g·x (SUMS), the gradient by the factor
//
// Layout: g, plus, x, y [n, C, PIXELS]; factor [n, C]; sums [n, C, TILES]. Work: a workgroup takes a tile of TILE pixels of one
// channel, an invocation every WORKGROUP-th of them; then a tree. workgroup_id: x tile, y channel, z picture.
// sum_tiles.wgsl adds the tiles up, where there are several.
override C: u32;
override PIXELS: u32;
override TILES: u32;
override TILE: u32;
override FACTOR: bool;
override PLUS: bool;
override STORE: bool;
override SUMS: bool;
override WORKGROUP: u32;

@group(0) @binding(0) var<storage, read> g: array<Stored>;
@group(0) @binding(1) var<storage, read> factor: array<f32>;
@group(0) @binding(2) var<storage, read> plus: array<Stored>;
@group(0) @binding(3) var<storage, read> x: array<Stored>;
@group(0) @binding(4) var<storage, read_write> y: array<Stored>;
@group(0) @binding(5) var<storage, read_write> sums: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3u) {
  let channel = group.z * C + group.y;
  let plane = channel * PIXELS;
  let end = min(PIXELS, (group.x + 1u) * TILE);
  var scale = 1.0;
  if (FACTOR) { scale = factor[channel]; }
  var own = 0.0;
  for (var p = group.x * TILE + local; p < end; p += WORKGROUP) {
    let gradient = f32(g[plane + p]);
    if (SUMS) { own += gradient * f32(x[plane + p]); }
    if (STORE) {
      var value = scale * gradient;
      if (PLUS) { value += f32(plus[plane + p]); }
      y[plane + p] = Stored(value);
    }
  }
  if (!SUMS) { return; }
  let total = sum_in_first(local, own);
  if (local == 0u) { sums[channel * TILES + group.x] = total; }
}
