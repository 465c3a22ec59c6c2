//! use sum
// The last step of a sum: sums[n, row] = SCALE · Σ_t tiles[n, row, t].
//
// Work: a workgroup takes one row; each invocation every WORKGROUP-th tile, then a tree. workgroup_id: x row, z picture.
override ROWS: u32;
override TILES: u32;
override SCALE: f32;
override WORKGROUP: u32;

@group(0) @binding(0) var<storage, read> tiles: array<f32>;
@group(0) @binding(1) var<storage, read_write> sums: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3u) {
  let row = group.z * ROWS + group.x;
  var sum = 0.0;
  for (var t = local; t < TILES; t += WORKGROUP) { sum += tiles[row * TILES + t]; }
  let total = sum_in_first(local, sum);
  if (local == 0u) { sums[row] = SCALE * total; }
}
