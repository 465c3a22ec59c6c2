// The sum over a tile of (x − target)² (L2) or |x − target| (L1). sum_tiles.wgsl adds the tiles and divides.
//
// Layout: x, target [n, SIZE]; tiles [n, TILES]. Work: a workgroup takes a tile of 16·WORKGROUP values.
// workgroup_id: x tile, z picture.
override SIZE: u32;
override TILES: u32;
override L1: bool;
override WORKGROUP: u32;

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> goal: array<f32>;
@group(0) @binding(2) var<storage, read_write> tiles: array<f32>;

var<workgroup> partial: array<f32, WORKGROUP>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3u) {
  var sum = 0.0;
  let end = min(SIZE, (group.x + 1u) * 16u * WORKGROUP);
  for (var e = group.x * 16u * WORKGROUP + local; e < end; e += WORKGROUP) {
    let difference = x[group.z * SIZE + e] - goal[group.z * SIZE + e];
    sum += select(difference * difference, abs(difference), L1);
  }
  partial[local] = sum;
  for (var half = WORKGROUP / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (local < half) { partial[local] += partial[local + half]; }
  }
  if (local == 0u) { tiles[group.z * TILES + group.x] = partial[0]; }
}
