//! use matrix, matrix-convolution, map-read
// Transposed 4×4 convolution of stride 2, padding 1, on subgroup matrices: f16 factors, f32 sums.
//
//   y[o, Y, X] = Σ_i Σ m[i, r, s] · weight[o, i, Y + 1 − MARGIN − 2r, X + 1 − MARGIN − 2s],
//   m = a[i]·(x − mean[i]) + b[i] or x; 0 outside
//
// Output row Y = 2r + py reads the input rows r + py − 1 and r + py, with the margin r − 1 and r; columns likewise (see
// conv_up_broadcast.wgsl). So each of the four phases (py, px) is a convolution of 2×2, and each subgroup makes one of them.
// Layout: x [n, IN, H − MARGIN, W − MARGIN]; coefficients: lib/map-read.wgsl; weights packed as
// [OUT/16][py][px][IN/16][dy][dx][16 out][16 in] (pack.ts); y [n, OUT, 2H, 2W].
// Work: lib/matrix-convolution.wgsl, its pixels being the 2×2 blocks of y. workgroup_id: x tiles of blocks, y of channels, z picture.
override IN: u32;
override OUT: u32;
override H: u32;
override W: u32;
override READ: u32;
override MARGIN: u32;
override LANES: u32;
override MATRICES_M: u32;
override MATRICES_N: u32;
override TILE_H: u32;
override TILE_W: u32;
override STEP: u32;
override POSITIONS: u32;

@group(0) @binding(0) var<storage, read> x: array<Stored>;
@group(0) @binding(1) var<storage, read> weights: array<Stored>;
@group(0) @binding(2) var<storage, read> coefficients: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<Stored>;

override FROM_H: u32 = H - MARGIN;
override FROM_W: u32 = W - MARGIN;
override STYLED: bool = READ != 0;
override PATCH_WIDTH: u32 = TILE_W + 2 - MARGIN;
const ROWS = 1u;
const COLUMNS = 1u;
const PLANES = 1u;
const PANELS = 4u;
const TAPS = 4u;

fn source_pixels() -> u32 {
  return FROM_H * FROM_W;
}

fn source(plane: u32, position: u32, tile: vec2u) -> u32 {
  // −1 wraps to a large number: outside.
  let r = tile.x + position / PATCH_WIDTH - 1u;
  let s = tile.y + position % PATCH_WIDTH - 1u;
  return select(OUTSIDE, r * FROM_W + s, r < FROM_H && s < FROM_W);
}

fn panel(plane: u32, unit: u32) -> u32 {
  // With the margin y stands one row and one column further on, and the phases have changed places.
  return select(unit, 3u - unit, MARGIN == 1u);
}

fn tap(t: u32, unit: u32) -> u32 {
  let shift = select(vec2u(unit >> 1u, unit & 1u), vec2u(0), MARGIN == 1u);
  return (shift.x + t / 2u) * PATCH_WIDTH + shift.y + t % 2u;
}

// Even and odd columns in turn, as they lie in y.
fn cell(e: u32) -> vec3u {
  return vec3u(e / (2u * SIDE) % 2u * 2u + e % 2u, e / (4u * SIDE), e / 2u % SIDE);
}

fn put(picture: u32, o: u32, r: u32, s: u32, unit: u32, value: f32) {
  y[((picture * OUT + o) * 2u * H + 2u * r + (unit >> 1u)) * 2u * W + 2u * s + (unit & 1u)] = Stored(value);
}

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(local_invocation_index) local: u32,
  @builtin(subgroup_id) subgroup: u32,
  @builtin(workgroup_id) group: vec3u,
) {
  convolve(local, subgroup, group);
}
