//! use tiled, map-read
// Transposed 4×4 convolution of stride 2, padding 1, for GPUs: tiles of input and weights in workgroup memory.
//
//   y[o, Y, X] = Σ_i Σ m[i, r, s] · weight[o, i, Y + 1 − MARGIN − 2r, X + 1 − MARGIN − 2s],
//   m = a[i]·(x − mean[i]) + b[i] or x; 0 outside
//
// Output row Y = 2r + py reads the input rows r + py − 1 and r + py, with the margin r − 1 and r; columns likewise (see
// conv_up_broadcast.wgsl).
// Layout: x [n, IN, H − MARGIN, W − MARGIN]; coefficients: lib/map-read.wgsl; weights packed as
// [OUT/8][phase][IN][dy][phase][dx][8] (pack.ts); y [n, OUT, 2H, 2W].
// Work: a workgroup makes, for ROWS × 4·QUADS of the 2×2 blocks of y, one row py for 8·GROUPS channels; an invocation, for 4
// neighbouring blocks, 8 pixels of that row for 8 channels. SLICE input channels at a time are in workgroup memory.
// workgroup_id: x tiles of blocks, y (tile of channels)·2 + py, z picture.
override IN: u32;
override OUT: u32;
override H: u32;
override W: u32;
override READ: u32;
override MARGIN: u32;
override QUADS: u32;
override ROWS: u32;
override GROUPS: u32;
override SLICE: u32;

@group(0) @binding(0) var<storage, read> x: array<Stored>;
@group(0) @binding(1) var<storage, read> weights: array<Stored4>;
@group(0) @binding(2) var<storage, read> coefficients: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<Stored>;

override FROM_H: u32 = H - MARGIN;
override FROM_W: u32 = W - MARGIN;
override PATCH_WIDTH: u32 = 4 * QUADS + 2;
override PATCH: u32 = (ROWS + 1) * PATCH_WIDTH;
const WEIGHTS = 16u;
// The weights of even and odd columns within those of a row.
override EVEN: u32 = 4 * MARGIN;
override ODD: u32 = 4 - EVEN;
var<workgroup> patch_tile: array<f32, SLICE * PATCH>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3u) {
  let place = place_of(local, group.x);
  // As in place_of, but where Dawn's range analysis sees them: it then clamps no index of the loop below.
  let quad = local % QUADS;
  let tile_y = (local / QUADS) % ROWS;
  let channels = local / (QUADS * ROWS);
  let py = group.y & 1u;
  // With the margin y stands one row and one column further on, and the phases have changed places.
  let phase = py ^ MARGIN;
  let first_row = place.tile_row + select(py, 0u, MARGIN == 1u) - 1u;
  let first_block = (group.y >> 1u) * GROUPS;
  let picture = group.z;

  var even: array<vec4f, 8>; // output columns 2·column + 0, 2, 4, 6
  var odd: array<vec4f, 8>;  // output columns 2·column + 1, 3, 5, 7
  for (var slice = 0u; slice < IN; slice += SLICE) {
    for (var e = local; e < SLICE * PATCH; e += WORKGROUP) {
      let i = slice + e / PATCH;
      let r = first_row + (e % PATCH) / PATCH_WIDTH;
      let s = place.tile_column + e % PATCH_WIDTH - 1u;
      var value = 0.0;
      if (i < IN && r < FROM_H && s < FROM_W) {
        value = f32(x[((picture * IN + i) * FROM_H + r) * FROM_W + s]);
        if (MODULATE) { value = styled(value, style_of(picture, IN, i)); }
      }
      patch_tile[e] = value;
    }
    bring_weights(local, slice, first_block, 2u, phase);
    workgroupBarrier();

    // Summed apart: 4·IN terms in one go would lose half a digit.
    var even_part = array<vec4f, 8>();
    var odd_part = array<vec4f, 8>();
    for (var c = 0u; c < SLICE; c++) {
      for (var dy = 0u; dy < 2u; dy++) {
        let start = c * PATCH + (tile_y + dy) * PATCH_WIDTH + 4u * quad;
        let near = vec4f(patch_tile[start], patch_tile[start + 1u], patch_tile[start + 2u], patch_tile[start + 3u]);
        let far = vec2f(patch_tile[start + 4u], patch_tile[start + 5u]);
        var pixels = array<vec4f, 3>(near, vec4f(near.yzw, far.x), vec4f(near.zw, far));
        for (var dx = 0u; dx < 2u; dx++) {
          let at = (c * GROUPS + channels) * WEIGHTS + dy * 8u + dx * 2u;
          for (var k = 0u; k < 4u; k++) {
            even_part[k] += f32(weight_tile[at + EVEN][k]) * pixels[dx];
            even_part[k + 4u] += f32(weight_tile[at + EVEN + 1u][k]) * pixels[dx];
            odd_part[k] += f32(weight_tile[at + ODD][k]) * pixels[dx + 1u - MARGIN];
            odd_part[k + 4u] += f32(weight_tile[at + ODD + 1u][k]) * pixels[dx + 1u - MARGIN];
          }
        }
      }
    }
    for (var k = 0u; k < 8u; k++) {
      even[k] += even_part[k];
      odd[k] += odd_part[k];
    }
    workgroupBarrier();
  }

  let row = place.tile_row + place.row;
  let column = place.tile_column + 4u * place.quad;
  for (var k = 0u; k < 8u; k++) {
    let o = (first_block + place.channels) * 8u + k;
    if (o < OUT && row < H) {
      let to = ((picture * OUT + o) * 2u * H + 2u * row + py) * 2u * W + 2u * column;
      for (var p = 0u; p < 4u; p++) {
        if (column + p < W) {
          y[to + 2u * p] = Stored(even[k][p]);
          y[to + 2u * p + 1u] = Stored(odd[k][p]);
        }
      }
    }
  }
}
