//! use tiled, tiled-store, plain-read, tile-parts, tile-sums
// 4×4 convolution of stride 2, padding 1: the adjoint of conv_up, for GPUs, with tiles in workgroup memory.
//
//   y[o, r, s] = Σ_i Σ_ky,kx weight[i, o, ky, kx] · x[i, 2r + ky − 1 + MARGIN, 2s + kx − 1 + MARGIN];   0 outside
//
// (`weight` as conv_up knows it: [its out = IN, its in = OUT, 4, 4].)
// Layout: x [n, IN, 2(H + MARGIN), 2(W + MARGIN)]; weights packed as [OUT/8][IN][4][4][8] (pack.ts); y [n, OUT, H, W], and where SUMS, as the gradient
// of a styled map, its sums with map [n, OUT, H, W] in tiles: lib/tile-sums.wgsl.
// Work: a workgroup makes ROWS × 4·QUADS pixels for 8·GROUPS channels; an invocation 4 pixels of a row for 8 channels.
// SLICE input channels at a time are in workgroup memory. workgroup_id: x tiles of pixels, y of channels, z picture.
override IN: u32;
override OUT: u32;
override H: u32;
override W: u32;
override MARGIN: u32;
override SUMS: bool;
override QUADS: u32;
override ROWS: u32;
override GROUPS: u32;
override SLICE: u32;

@group(0) @binding(0) var<storage, read> x: array<Stored>;
@group(0) @binding(1) var<storage, read> weights: array<Stored4>;
@group(0) @binding(2) var<storage, read_write> y: array<Stored>;
@group(0) @binding(3) var<storage, read> map: array<Stored>;
@group(0) @binding(4) var<storage, read> moments: array<f32>;
@group(0) @binding(5) var<storage, read_write> tiles: array<vec2f>;

override FROM_H: u32 = 2 * (H + MARGIN);
override FROM_W: u32 = 2 * (W + MARGIN);
override PATCH_ROWS: u32 = 2 * ROWS + 2;
override PATCH_WIDTH: u32 = 8 * QUADS + 2;
const WEIGHTS = 32u;
const CHANNELS = 8u;
const PART = 4u;
override TAIL: u32 = select(0, PASSED * WORKGROUP / 2, SUMS);

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3u) {
  let place = place_of(local, group.x);
  // As in place_of, but where Dawn's range analysis sees them: it then clamps no index of the loop below.
  let quad = local % QUADS;
  let tile_y = (local / QUADS) % ROWS;
  let channels = local / (QUADS * ROWS);
  let picture = group.z;

  let top = 2u * place.tile_row + MARGIN - 1u;
  let left = 2u * place.tile_column + MARGIN - 1u;
  var source = source_of(local, picture, top, left, group.y * GROUPS + channels);
  var asked = ask(&source, 0u);

  var sums: array<vec4f, 8>;
  for (var p = 0u; p < PARTS; p++) {
    // Summed apart: 16·IN terms in one go would lose half a digit.
    var part = array<vec4f, 8>();
    for (var n = 0u; n < PART_SLICES; n++) {
      let slice = p * PART_SLICES + n;
      if (!EVEN_PARTS && slice >= SLICES) { break; }
      put(&asked, &source, slice);
      workgroupBarrier();
      asked = Asked();
      if (slice + 1u < SLICES) { asked = ask(&source, slice + 1u); }

      for (var c = 0u; c < SLICE; c++) {
        for (var ky = 0u; ky < 4u; ky++) {
          let start = c * PATCH + (2u * tile_y + ky) * PATCH_WIDTH + 8u * quad;
          for (var kx = 0u; kx < 4u; kx++) {
            let s = start + kx;
            let pixels = vec4f(patch_tile[s], patch_tile[s + 2u], patch_tile[s + 4u], patch_tile[s + 6u]);
            let at = (channels * SLICE + c) * WEIGHTS + ky * 8u + kx * 2u;
            let low = vec4f(weight_tile[at]);
            let high = vec4f(weight_tile[at + 1u]);
            for (var k = 0u; k < 4u; k++) {
              part[k] += low[k] * pixels;
              part[k + 4u] += high[k] * pixels;
            }
          }
        }
      }
      workgroupBarrier();
    }
    for (var k = 0u; k < 8u; k++) { sums[k] += part[k]; }
  }

  store(&sums, picture, group.y * GROUPS, place);
  if (SUMS) { store_sums(&sums, local, picture, group, place); }
}
