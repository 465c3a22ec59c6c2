//! use tiled, conv3x3-tiled, tiled-store, gradient-read, rates, tile-parts, tile-sums
// The adjoint of a 3×3 convolution, padding 1, between two layers of StyleGAN1, for GPUs: of the gradient of one layer's styled map,
// which is brought back where it is read, it makes the gradient of the other's, with its sums.
//
//   y[o, r, s] = Σ_i Σ_ky,kx weight[o, i, ky, kx] · m[i, r + ky − 1, s + kx − 1],   m = gone_back(g, activation): lib/gradient-read.wgsl
//
// Layout: x, which is g or what g is made of, [n, IN or POINTWISE, H, W]; activation [n, IN, H, W]; coefficients [n, IN, 4]; weights packed
// as [OUT/8][IN][3][3][8], flipped and transposed (pack.ts); y and map [n, OUT, H, W]; where SUMS, tiles [n, OUT, tiles] (lib/tile-sums.wgsl).
// Work: as conv3x3_tiled. workgroup_id: x tiles of pixels, y of channels, z picture.
override IN: u32;
override OUT: u32;
override H: u32;
override W: u32;
override POINTWISE: u32;
override SUMS: bool;
override SLOPE: f32;
override QUADS: u32;
override ROWS: u32;
override GROUPS: u32;
override SLICE: u32;
override SPLIT: u32;

@group(0) @binding(0) var<storage, read> x: array<Stored>;
@group(0) @binding(1) var<storage, read> weights: array<Stored4>;
@group(0) @binding(2) var<storage, read> coefficients: array<Rates>;
@group(0) @binding(3) var<storage, read> activation: array<Stored>;
@group(0) @binding(4) var<storage, read> pointwise: array<Stored4>;
@group(0) @binding(5) var<storage, read_write> y: array<Stored>;
@group(0) @binding(6) var<storage, read> map: array<Stored>;
@group(0) @binding(7) var<storage, read> moments: array<f32>;
@group(0) @binding(8) var<storage, read_write> tiles: array<vec2f>;

override TAIL: u32 = select(0, PASSED * WORKGROUP / 2, SUMS);

fn finish(sums: ptr<function, array<vec4f, 8>>, work: Work) {
  for (var k = 0u; k < 8u; k++) {
    let o = (work.first_block + work.place.channels) * 8u + k;
    let column = work.place.tile_column + 4u * work.place.quad;
    store((*sums)[k], work.picture * SPLIT + work.share, o, work.place.tile_row + work.place.row, column);
  }
  if (SUMS) { store_sums(sums, work); }
}
