//! use matrix, matrix-convolution, map-read, lrelu, activate
// 3×3 convolution, padding 1, on subgroup matrices: f16 factors, f32 sums.
//
//   y[o, r, s] = Σ_i Σ_ky,kx weight[o, i, ky, kx] · m[i, r + ky − 1, s + kx − 1],   m = a[i]·(x − mean[i]) + b[i] or x; 0 outside
//
// Layout: x [n, IN, H, W]; coefficients: lib/map-read.wgsl; weights packed as [OUT/16][IN/16][3][3][16 out][16 in] (pack.ts);
// y [n, OUT, H, W], with StyleGAN2's epilogue where ACTIVATE: lib/activate.wgsl. The adjoint is the same kernel with weights flipped
// and transposed.
// Work: lib/matrix-convolution.wgsl. workgroup_id: x tiles of pixels, y of channels, z picture.
override IN: u32;
override OUT: u32;
override H: u32;
override W: u32;
override READ: u32;
override ACTIVATE: bool;
override FACTOR: bool;
override NOISE: bool;
override SLOPE: f32;
override CLAMP: f32;
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
@group(0) @binding(2) var<storage, read> coefficients: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<Stored>;
@group(0) @binding(4) var<storage, read> factor: array<f32>;
@group(0) @binding(5) var<storage, read> noise: array<f32>;
@group(0) @binding(6) var<storage, read> noise_weight: array<f32>;
@group(0) @binding(7) var<storage, read> bias: array<f32>;

override PATCH_WIDTH: u32 = TILE_W + 2;
override STYLED: bool = READ != 0;
const PLANES = 1u;
const PANELS = 1u;
const TAPS = 9u;

fn source_pixels() -> u32 {
  return H * W;
}

fn source(plane: u32, position: u32, tile: vec2u) -> u32 {
  // −1 wraps to a large number: outside.
  let r = tile.x + position / PATCH_WIDTH - 1u;
  let s = tile.y + position % PATCH_WIDTH - 1u;
  return select(OUTSIDE, r * W + s, r < H && s < W);
}

fn panel(plane: u32, unit: u32) -> u32 {
  return 0u;
}

fn tap(t: u32, unit: u32) -> u32 {
  return t / 3u * PATCH_WIDTH + t % 3u;
}

fn cell(e: u32) -> vec3u {
  return vec3u(e / CELLS, e / SIDE % SIDE, e % SIDE);
}

fn put(picture: u32, o: u32, r: u32, s: u32, unit: u32, value: f32) {
  let pixel = r * W + s;
  var result = value;
  if (ACTIVATE) { result = activated(vec4f(value), picture, o, OUT, pixel, H * W).x; }
  y[(picture * OUT + o) * H * W + pixel] = Stored(result);
}

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(local_invocation_index) local: u32,
  @builtin(subgroup_id) subgroup: u32,
  @builtin(workgroup_id) group: vec3u,
) {
  convolve(local, subgroup, group);
}
