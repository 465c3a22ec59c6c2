//! use strips, parts, moments, styled-strip
// StyleGAN1's epilogue, first half: noise, bias and activation of a map, or where BLUR of the map blurred, with the moments of each tile.
//
//   x = lrelu(y + noise_weight[c]·noise + bias[c]),   tiles = count, mean and Σ (x − mean)² of a tile
//
// Layout: y [n or 1, parts, c, h + 2 − 2·before, w + 2 − 2·before], before 1 without BLUR; noise [n, h, w]; x [n, c, h, w]; tiles
// [n, c, tiles].
// Work: a workgroup takes a tile of strips of one channel (4 columns × shape.rows), an invocation every WORKGROUP-th of them; then the
// invocations' moments are merged by Chan, Golub & LeVeque (1983), equation 2.1.
// workgroup_id: x tile, y channel, z picture. styled_coefficients.wgsl merges the tiles.
const LOOPED = false;
override BLUR: bool;
override SLOPE: f32;
override WORKGROUP: u32;
const STAGED = 1u;

// Sizes are data: one pipeline serves all layers. tile: strips of a tile; shared: whether y is a constant, the same for all pictures.
struct Shape { c: u32, h: u32, w: u32, before: u32, parts: u32, rows: u32, tile: u32, tiles: u32, shared_map: u32, noise: u32 }

@group(0) @binding(0) var<storage, read> y: array<Stored>;
@group(0) @binding(1) var<storage, read> noise: array<f32>;
@group(0) @binding(2) var<storage, read> noise_weight: array<f32>;
@group(0) @binding(3) var<storage, read> bias: array<f32>;
@group(0) @binding(4) var<storage, read_write> x: array<Stored>;
@group(0) @binding(5) var<storage, read_write> tiles: array<Moments>;
@group(0) @binding(6) var<storage, read> shape: Shape;

fn from_size() -> vec2u {
  return vec2u(shape.h, shape.w) + 2u - 2u * shape.before;
}

fn part_of(at: u32) -> f32 {
  return f32(y[at]);
}

fn tap(plane: u32, r: u32, s: u32) -> f32 {
  return whole_tap(plane, r, s);
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3u) {
  let plane = first_part(select(group.z, 0u, shape.shared_map == 1u), group.y);
  let end = min(strips(), (group.x + 1u) * shape.tile);
  for (var strip = group.x * shape.tile + local; strip < end; strip += WORKGROUP) {
    style_strip(strip, plane, group.z, group.y);
  }
  let all = merge_in_first(local, own_moments());
  if (local == 0u) { tiles[(group.z * shape.c + group.y) * shape.tiles + group.x] = all; }
}
