// 3×3 convolution, padding 1, for GPUs: tiles of input and weights in workgroup memory.
//
//   y[o, r, s] = Σ_i Σ_ky,kx weight[o, i, ky, kx] · m[i, r + ky − 1, s + kx − 1],   m = a[i]·(x − mean[i]) + b[i] or x; 0 outside
//
// Layout: x [n, IN, H, W]; coefficients [n, 3, IN] (mean, a, b); weights packed as [OUT/8][IN][3][3][8] (pack.ts);
// y [n, OUT, H, W]. The adjoint is the same kernel with weights flipped and transposed.
// Work: a workgroup makes ROWS × 4·QUADS pixels for 8·GROUPS channels; an invocation 4 pixels of a row for 8 channels.
// SLICE input channels at a time are brought to workgroup memory. workgroup_id: x tiles of pixels, y of channels, z picture.
override IN: u32;
override OUT: u32;
override H: u32;
override W: u32;
override MODULATE: bool;
override QUADS: u32;
override ROWS: u32;
override GROUPS: u32;
override SLICE: u32;
override WORKGROUP: u32 = QUADS * ROWS * GROUPS;

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> weights: array<vec4f>;
@group(0) @binding(2) var<storage, read> coefficients: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

override PATCH_WIDTH: u32 = 4 * QUADS + 2;
override PATCH: u32 = (ROWS + 2) * PATCH_WIDTH;
var<workgroup> patch_tile: array<f32, SLICE * PATCH>;
var<workgroup> weight_tile: array<vec4f, SLICE * GROUPS * 18>;

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
      let r = tile_row + (e % PATCH) / PATCH_WIDTH - 1u;
      let s = tile_column + e % PATCH_WIDTH - 1u;
      var value = 0.0;
      // PATCH is a multiple of PATCH_WIDTH, so e % PATCH_WIDTH is the column. −1 wraps to a large number: outside.
      if (i < IN && r < H && s < W) {
        value = x[((picture * IN + i) * H + r) * W + s];
        if (MODULATE) {
          let first = 3u * picture * IN + i;
          value = coefficients[first + IN] * (value - coefficients[first]) + coefficients[first + 2u * IN];
        }
      }
      patch_tile[e] = value;
    }
    for (var e = local; e < SLICE * GROUPS * 18u; e += WORKGROUP) {
      let i = slice + e / (GROUPS * 18u);
      let block = group.y * GROUPS + (e / 18u) % GROUPS;
      weight_tile[e] = vec4f(0);
      if (i < IN && block < blocks) { weight_tile[e] = weights[(block * IN + i) * 18u + e % 18u]; }
    }
    workgroupBarrier();

    var part = array<vec4f, 8>(); // summed apart: 9·IN terms in one go would lose half a digit
    for (var c = 0u; c < SLICE; c++) {
      for (var ky = 0u; ky < 3u; ky++) {
        let start = c * PATCH + (tile_y + ky) * PATCH_WIDTH + 4u * quad;
        let near = vec4f(patch_tile[start], patch_tile[start + 1u], patch_tile[start + 2u], patch_tile[start + 3u]);
        let far = vec2f(patch_tile[start + 4u], patch_tile[start + 5u]);
        var pixels = array<vec4f, 3>(near, vec4f(near.yzw, far.x), vec4f(near.zw, far));
        for (var kx = 0u; kx < 3u; kx++) {
          let at = (c * GROUPS + channels) * 18u + ky * 6u + kx * 2u;
          let low = weight_tile[at];
          let high = weight_tile[at + 1u];
          for (var k = 0u; k < 4u; k++) {
            part[k] += low[k] * pixels[kx];
            part[k + 4u] += high[k] * pixels[kx];
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
