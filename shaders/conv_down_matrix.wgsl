//! use matrix, matrix-convolution, plain-read
// 4×4 convolution of stride 2, padding 1: the adjoint of conv_up, on subgroup matrices: f16 factors, f32 sums.
//
//   y[o, r, s] = Σ_i Σ_ky,kx weight[i, o, ky, kx] · x[i, 2r + ky − 1 + MARGIN, 2s + kx − 1 + MARGIN];   0 outside
//
// (`weight` as conv_up knows it: [its out = IN, its in = OUT, 4, 4].) With ky = 2·dr + a and kx = 2·ds + b that is the sum of four
// convolutions of 2×2, each of every second row and column of x: those of even rows and those of odd ones, a, come one after the other;
// even and odd columns, b, lie one behind the other in workgroup memory.
// Layout: x [n, IN, 2(H + MARGIN), 2(W + MARGIN)]; weights packed as [OUT/16][a][IN/16][b][dr][ds][16 out][16 in] (pack.ts);
// y [n, OUT, H, W].
// Work: lib/matrix-convolution.wgsl. workgroup_id: x tiles of pixels, y of channels, z picture.
override IN: u32;
override OUT: u32;
override H: u32;
override W: u32;
override MARGIN: u32;
override LANES: u32;
override ROWS: u32;
override COLUMNS: u32;
override MATRICES_M: u32;
override MATRICES_N: u32;
override TILE_H: u32;
override TILE_W: u32;
override STEP: u32;
override POSITIONS: u32;

@group(0) @binding(0) var<storage, read> x: array<Stored>;
@group(0) @binding(1) var<storage, read> weights: array<Stored>;
@group(0) @binding(2) var<storage, read_write> y: array<Stored>;

override FROM_H: u32 = 2 * (H + MARGIN);
override FROM_W: u32 = 2 * (W + MARGIN);
override PATCH_WIDTH: u32 = TILE_W + 1;
// Positions of the even columns, and as many of the odd ones.
override SECOND: u32 = POSITIONS / 2;
const STYLED = false;
const PLANES = 2u;
const PANELS = 2u;
const TAPS = 8u;

fn source_pixels() -> u32 {
  return FROM_H * FROM_W;
}

fn source(plane: u32, position: u32, tile: vec2u) -> u32 {
  let within = position % SECOND;
  // −1 wraps to a large number: outside.
  let r = 2u * (tile.x + within / PATCH_WIDTH) + plane + MARGIN - 1u;
  let s = 2u * (tile.y + within % PATCH_WIDTH) + position / SECOND + MARGIN - 1u;
  return select(OUTSIDE, r * FROM_W + s, r < FROM_H && s < FROM_W);
}

fn panel(plane: u32, unit: u32) -> u32 {
  return plane;
}

fn tap(t: u32, unit: u32) -> u32 {
  return t / 4u * SECOND + t / 2u % 2u * PATCH_WIDTH + t % 2u;
}

fn cell(e: u32) -> vec3u {
  return vec3u(e / CELLS, e / SIDE % SIDE, e % SIDE);
}

fn put(picture: u32, o: u32, r: u32, s: u32, unit: u32, value: f32) {
  y[((picture * OUT + o) * H + r) * W + s] = Stored(value);
}

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(local_invocation_index) local: u32,
  @builtin(subgroup_id) subgroup: u32,
  @builtin(workgroup_id) group: vec3u,
) {
  convolve(local, subgroup, group);
}
