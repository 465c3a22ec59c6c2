//! use tiled, conv3x3-tiled, tiled-store, map-read, lrelu, activate, moments, tile-parts, tile-moments
// 3×3 convolution, padding 1, for GPUs: tiles of input and weights in workgroup memory.
//
//   y[o, r, s] = Σ_i Σ_ky,kx weight[o, i, ky, kx] · m[i, r + ky − 1, s + kx − 1],   m = a[i]·(x − mean[i]) + b[i] or x; 0 outside
//
// Layout: x [n, IN, H, W]; coefficients: lib/map-read.wgsl; weights packed as [OUT/8][IN][3][3][8] (pack.ts);
// y [n, OUT, H, W], with StyleGAN2's epilogue where ACTIVATE (lib/activate.wgsl), and where STATISTICS with the moments of each tile
// [n, OUT, tiles] (lib/tile-moments.wgsl): the epilogue is then StyleGAN1's. The adjoint is the same kernel with weights flipped and transposed.
// Work: a workgroup makes ROWS × 4·QUADS pixels for 8·GROUPS channels; an invocation 4 pixels of a row for 8 channels.
// SLICE input channels at a time are brought to workgroup memory. workgroup_id: x tiles of pixels, y of channels, z picture.
override IN: u32;
override OUT: u32;
override H: u32;
override W: u32;
override READ: u32;
override ACTIVATE: bool;
override STATISTICS: bool;
override FACTOR: bool;
override NOISE: bool;
override SLOPE: f32;
override CLAMP: f32;
override QUADS: u32;
override ROWS: u32;
override GROUPS: u32;
override SLICE: u32;
override SPLIT: u32;

@group(0) @binding(0) var<storage, read> x: array<Stored>;
@group(0) @binding(1) var<storage, read> weights: array<Stored4>;
@group(0) @binding(2) var<storage, read> coefficients: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<Stored>;
@group(0) @binding(4) var<storage, read> factor: array<f32>;
@group(0) @binding(5) var<storage, read> noise: array<f32>;
@group(0) @binding(6) var<storage, read> noise_weight: array<f32>;
@group(0) @binding(7) var<storage, read> bias: array<f32>;
@group(0) @binding(8) var<storage, read_write> tiles: array<Moments>;

override TAIL: u32 = select(0, PASSED * WORKGROUP / 2, STATISTICS);

fn finish(sums: ptr<function, array<vec4f, 8>>, work: Work) {
  let row = work.place.tile_row + work.place.row;
  let column = work.place.tile_column + 4u * work.place.quad;
  for (var k = 0u; k < 8u; k++) {
    let o = (work.first_block + work.place.channels) * 8u + k;
    if (ACTIVATE) { (*sums)[k] = activated((*sums)[k], work.picture, o, OUT, row * W + column, H * W); }
    store((*sums)[k], work.picture * SPLIT + work.share, o, row, column);
  }
  if (STATISTICS) { store_moments(sums, work); }
}
