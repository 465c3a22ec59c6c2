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
override SPLIT: u32;

@group(0) @binding(0) var<storage, read> x: array<Stored>;
@group(0) @binding(1) var<storage, read> weights: array<Stored4>;
@group(0) @binding(2) var<storage, read_write> y: array<Stored>;
@group(0) @binding(3) var<storage, read> map: array<Stored>;
@group(0) @binding(4) var<storage, read> moments: array<f32>;
@group(0) @binding(5) var<storage, read_write> tiles: array<vec2f>;

override FROM_H: u32 = 2 * (H + MARGIN);
override FROM_W: u32 = 2 * (W + MARGIN);
override TO_H: u32 = H;
override TO_W: u32 = W;
// In workgroup memory even rows of the patch stand before odd ones, and even columns before odd ones: pixels that are neighbours in y
// then read neighbours. (6 words more than 8·QUADS for a row, not 2: rows of invocations then meet in no bank.)
override HALF_ROWS: u32 = ROWS + 1;
override ODD_COLUMNS: u32 = 4 * QUADS + 2;
override PATCH_WIDTH: u32 = 8 * QUADS + 6;
override PATCH: u32 = 2 * HALF_ROWS * PATCH_WIDTH;
const WEIGHTS = 32u;
const CHANNELS = 8u;
const PART = 4u;
override TAIL: u32 = select(0, PASSED * WORKGROUP / 2, SUMS);

fn in_patch(e: u32) -> vec2u {
  let row = e / PATCH_WIDTH;
  let column = e % PATCH_WIDTH;
  return vec2u(
    select(2u * row, 2u * (row - HALF_ROWS) + 1u, row >= HALF_ROWS),
    select(2u * column, 2u * (column - ODD_COLUMNS) + 1u, column >= ODD_COLUMNS),
  );
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3u) {
  let place = place_of(local, group.x);
  // As in place_of, but where Dawn's range analysis sees them: it then clamps no index of the loop below.
  let quad = local % QUADS;
  let tile_y = (local / QUADS) % ROWS;
  let channels = local / (QUADS * ROWS);
  let picture = group.z;
  let share = group.y % SPLIT;
  let first_block = group.y / SPLIT * GROUPS;
  let origin = tile_y * PATCH_WIDTH + 4u * quad;

  let top = 2u * place.tile_row + MARGIN - 1u;
  let left = 2u * place.tile_column + MARGIN - 1u;
  var source = source_of(local, picture, share, top, left, first_block + channels);
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
        for (var odd_row = 0u; odd_row < 2u; odd_row++) {
          for (var dy = 0u; dy < 2u; dy++) {
            let ky = 2u * dy + odd_row;
            let start = c * PATCH_PITCH + origin + odd_row * HALF_ROWS * PATCH_WIDTH + dy * PATCH_WIDTH;
            let odd = start + ODD_COLUMNS;
            let even_near = vec4f(patch_tile[start], patch_tile[start + 1u], patch_tile[start + 2u], patch_tile[start + 3u]);
            let odd_near = vec4f(patch_tile[odd], patch_tile[odd + 1u], patch_tile[odd + 2u], patch_tile[odd + 3u]);
            let far = vec2f(patch_tile[start + 4u], patch_tile[odd + 4u]);
            var pixels = array<vec4f, 4>(even_near, odd_near, vec4f(even_near.yzw, far.x), vec4f(odd_near.yzw, far.y));
            for (var kx = 0u; kx < 4u; kx++) {
              let at = channels * WEIGHT_PITCH + c * WEIGHTS + ky * 8u + kx * 2u;
              let low = vec4f(weight_tile[at]);
              let high = vec4f(weight_tile[at + 1u]);
              for (var k = 0u; k < 4u; k++) {
                part[k] += low[k] * pixels[kx];
                part[k + 4u] += high[k] * pixels[kx];
              }
            }
          }
        }
      }
      workgroupBarrier();
    }
    for (var k = 0u; k < 8u; k++) { sums[k] += part[k]; }
  }

  for (var k = 0u; k < 8u; k++) {
    let o = (first_block + place.channels) * 8u + k;
    store(sums[k], picture * SPLIT + share, o, place.tile_row + place.row, place.tile_column + 4u * place.quad);
  }
  if (SUMS) { store_sums(&sums, Work(local, picture, share, first_block, group.x, place)); }
}
