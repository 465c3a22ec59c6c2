// 4×4 convolution of stride 2, padding 1: the adjoint of conv_up, for GPUs, with tiles in workgroup memory.
//
//   y[o, r, s] = Σ_i Σ_ky,kx weight[i, o, ky, kx] · x[i, 2r + ky − 1, 2s + kx − 1];   0 outside
//
// (`weight` as conv_up knows it: [its out = IN, its in = OUT, 4, 4].)
// Layout: x [n, IN, 2H, 2W]; weights packed as [OUT/8][IN][4][4][8] (pack.ts); y [n, OUT, H, W].
// Work: a workgroup makes ROWS × 4·QUADS pixels for 8·GROUPS channels; an invocation 4 pixels of a row for 8 channels.
// SLICE input channels at a time are in workgroup memory. workgroup_id: x tiles of pixels, y of channels, z picture.
override IN: u32;
override OUT: u32;
override H: u32;
override W: u32;
override QUADS: u32;
override ROWS: u32;
override GROUPS: u32;
override SLICE: u32;
override WORKGROUP: u32 = QUADS * ROWS * GROUPS;

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> weights: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

override PATCH_WIDTH: u32 = 8 * QUADS + 2;
override PATCH: u32 = (2 * ROWS + 2) * PATCH_WIDTH;
var<workgroup> patch_tile: array<f32, SLICE * PATCH>;
var<workgroup> weight_tile: array<vec4f, SLICE * GROUPS * 32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3u) {
  let tiles_across = (W + 4u * QUADS - 1u) / (4u * QUADS);
  let tile_row = (group.x / tiles_across) * ROWS;
  let tile_column = (group.x % tiles_across) * 4u * QUADS;
  let quad = local % QUADS;
  let tile_y = (local / QUADS) % ROWS;
  let channels = local / (QUADS * ROWS);
  let picture = group.z;
  let blocks = (OUT + 7u) / 8u;

  var sums: array<vec4f, 8>;
  for (var slice = 0u; slice < IN; slice += SLICE) {
    for (var e = local; e < SLICE * PATCH; e += WORKGROUP) {
      let i = slice + e / PATCH;
      let r = 2u * tile_row + (e % PATCH) / PATCH_WIDTH - 1u;
      let s = 2u * tile_column + e % PATCH_WIDTH - 1u;
      patch_tile[e] = 0.0;
      if (i < IN && r < 2u * H && s < 2u * W) { patch_tile[e] = x[((picture * IN + i) * 2u * H + r) * 2u * W + s]; }
    }
    for (var e = local; e < SLICE * GROUPS * 32u; e += WORKGROUP) {
      let i = slice + e / (GROUPS * 32u);
      let block = group.y * GROUPS + (e / 32u) % GROUPS;
      weight_tile[e] = vec4f(0);
      if (i < IN && block < blocks) { weight_tile[e] = weights[(block * IN + i) * 32u + e % 32u]; }
    }
    workgroupBarrier();

    var part = array<vec4f, 8>(); // summed apart: 16·IN terms in one go would lose half a digit
    for (var c = 0u; c < SLICE; c++) {
      for (var ky = 0u; ky < 4u; ky++) {
        let start = c * PATCH + (2u * tile_y + ky) * PATCH_WIDTH + 8u * quad;
        for (var kx = 0u; kx < 4u; kx++) {
          let s = start + kx;
          let pixels = vec4f(patch_tile[s], patch_tile[s + 2u], patch_tile[s + 4u], patch_tile[s + 6u]);
          let at = (c * GROUPS + channels) * 32u + ky * 8u + kx * 2u;
          let low = weight_tile[at];
          let high = weight_tile[at + 1u];
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

  let row = tile_row + tile_y;
  let column = tile_column + 4u * quad;
  for (var k = 0u; k < 8u; k++) {
    let o = (group.y * GROUPS + channels) * 8u + k;
    if (o < OUT && row < H) {
      let to = ((picture * OUT + o) * H + row) * W + column;
      for (var p = 0u; p < 4u; p++) {
        if (column + p < W) { y[to + p] = sums[k][p]; }
      }
    }
  }
}
