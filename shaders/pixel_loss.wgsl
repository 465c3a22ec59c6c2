//! use sum
// The sum over a tile of (x − target)² (L2) or |x − target| (L1). sum_tiles.wgsl adds the tiles and divides.
//
// Layout: x, target [n, SIZE]; tiles [n, TILES]. Work: a workgroup takes a tile of TILE values.
// workgroup_id: x tile, z picture.
override SIZE: u32;
override TILES: u32;
override TILE: u32;
override L1: bool;
override WORKGROUP: u32;

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> goal: array<f32>;
@group(0) @binding(2) var<storage, read_write> tiles: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3u) {
  var sum = 0.0;
  let end = min(SIZE, (group.x + 1u) * TILE);
  for (var e = group.x * TILE + local; e < end; e += WORKGROUP) {
    let difference = x[group.z * SIZE + e] - goal[group.z * SIZE + e];
    sum += select(difference * difference, abs(difference), L1);
  }
  let total = sum_in_first(local, sum);
  if (local == 0u) { tiles[group.z * TILES + group.x] = total; }
}
