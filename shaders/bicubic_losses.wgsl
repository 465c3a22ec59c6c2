//! use reflect
// Bicubic reduction by FACTOR along rows (bicubic.wgsl), and what the losses of its result are the sums of: per tile
// Σ (y − goal)² and Σ |y − goal|. weigh_losses.wgsl adds the tiles up.
//
// Layout: x [n, SIZE/(FROM/FACTOR), FROM]; y, goal [n, SIZE]; tiles [n, 2, TILES]. Work: a workgroup makes RESULTS results, LANES
// invocations each: every one takes every LANES-th tap, then a tree. workgroup_id: x tile, z picture.
override SIZE: u32;
override FROM: u32;
override FACTOR: u32;
override BEFORE: u32;
override TILES: u32;
override LANES: u32; // a power of two, as RESULTS
override RESULTS: u32;

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> taps: array<f32>;
@group(0) @binding(2) var<storage, read> goal: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
@group(0) @binding(4) var<storage, read_write> tiles: array<f32>;

var<workgroup> parts: array<f32, LANES * RESULTS>;
var<workgroup> losses: array<vec2f, RESULTS>;

@compute @workgroup_size(LANES, RESULTS)
fn main(@builtin(local_invocation_id) local: vec3u, @builtin(workgroup_id) group: vec3u) {
  let to = FROM / FACTOR;
  let e = group.x * RESULTS + local.y;
  let own = local.y * LANES + local.x;
  var sum = 0.0;
  if (e < SIZE) {
    let line = (group.z * (SIZE / to) + e / to) * FROM;
    let first = i32((e % to) * FACTOR) - i32(BEFORE);
    for (var t = local.x; t < 4u * FACTOR; t += LANES) { sum += taps[t] * x[line + reflect_index(first + i32(t))]; }
  }
  parts[own] = sum;
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (local.x < half) { parts[own] += parts[own + half]; }
  }
  if (local.x == 0u) {
    losses[local.y] = vec2f(0);
    if (e < SIZE) {
      let value = parts[own];
      y[group.z * SIZE + e] = value;
      let difference = value - goal[group.z * SIZE + e];
      losses[local.y] = vec2f(difference * difference, abs(difference));
    }
  }
  for (var half = RESULTS / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (local.x == 0u && local.y < half) { losses[local.y] += losses[local.y + half]; }
  }
  if (own == 0u) {
    tiles[2u * group.z * TILES + group.x] = losses[0].x;
    tiles[(2u * group.z + 1u) * TILES + group.x] = losses[0].y;
  }
}
