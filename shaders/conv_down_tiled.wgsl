//! use tiled, tiled-store
// 4×4 convolution of stride 2, padding 1: the adjoint of conv_up, for GPUs, with tiles in workgroup memory.
//
//   y[o, r, s] = Σ_i Σ_ky,kx weight[i, o, ky, kx] · x[i, 2r + ky − 1 + MARGIN, 2s + kx − 1 + MARGIN];   0 outside
//
// (`weight` as conv_up knows it: [its out = IN, its in = OUT, 4, 4].)
// Layout: x [n, IN, 2(H + MARGIN), 2(W + MARGIN)]; weights packed as [OUT/8][IN][4][4][8] (pack.ts); y [n, OUT, H, W].
// Work: a workgroup makes ROWS × 4·QUADS pixels for 8·GROUPS channels; an invocation 4 pixels of a row for 8 channels.
// SLICE input channels at a time are in workgroup memory. workgroup_id: x tiles of pixels, y of channels, z picture.
override IN: u32;
override OUT: u32;
override H: u32;
override W: u32;
override MARGIN: u32;
override QUADS: u32;
override ROWS: u32;
override GROUPS: u32;
override SLICE: u32;

@group(0) @binding(0) var<storage, read> x: array<Stored>;
@group(0) @binding(1) var<storage, read> weights: array<Stored4>;
@group(0) @binding(2) var<storage, read_write> y: array<Stored>;

override FROM_H: u32 = 2 * (H + MARGIN);
override FROM_W: u32 = 2 * (W + MARGIN);
override PATCH_WIDTH: u32 = 8 * QUADS + 2;
override PATCH: u32 = (2 * ROWS + 2) * PATCH_WIDTH;
const WEIGHTS = 32u;
var<workgroup> patch_tile: array<f32, SLICE * PATCH>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3u) {
  let place = place_of(local, group.x);
  // As in place_of, but where Dawn's range analysis sees them: it then clamps no index of the loop below.
  let quad = local % QUADS;
  let tile_y = (local / QUADS) % ROWS;
  let channels = local / (QUADS * ROWS);
  let picture = group.z;

  var sums: array<vec4f, 8>;
  for (var slice = 0u; slice < IN; slice += SLICE) {
    for (var e = local; e < SLICE * PATCH; e += WORKGROUP) {
      let i = slice + e / PATCH;
      let r = 2u * place.tile_row + (e % PATCH) / PATCH_WIDTH + MARGIN - 1u;
      let s = 2u * place.tile_column + e % PATCH_WIDTH + MARGIN - 1u;
      patch_tile[e] = 0.0;
      if (i < IN && r < FROM_H && s < FROM_W) { patch_tile[e] = f32(x[((picture * IN + i) * FROM_H + r) * FROM_W + s]); }
    }
    bring_weights(local, slice, group.y * GROUPS, 1u, 0u);
    workgroupBarrier();

    var part = array<vec4f, 8>(); // summed apart: 16·IN terms in one go would lose half a digit
    for (var c = 0u; c < SLICE; c++) {
      for (var ky = 0u; ky < 4u; ky++) {
        let start = c * PATCH + (2u * tile_y + ky) * PATCH_WIDTH + 8u * quad;
        for (var kx = 0u; kx < 4u; kx++) {
          let s = start + kx;
          let pixels = vec4f(patch_tile[s], patch_tile[s + 2u], patch_tile[s + 4u], patch_tile[s + 6u]);
          let at = (c * GROUPS + channels) * WEIGHTS + ky * 8u + kx * 2u;
          let low = vec4f(weight_tile[at]);
          let high = vec4f(weight_tile[at + 1u]);
          for (var k = 0u; k < 4u; k++) {
            part[k] += low[k] * pixels;
            part[k + 4u] += high[k] * pixels;
          }
        }
      }
    }
    for (var k = 0u; k < 8u; k++) { sums[k] += part[k]; }
    workgroupBarrier();
  }

  store(&sums, picture, group.y * GROUPS, place);
}
