//! use tiled, tiled-store, map-read, lrelu, activate
// 3×3 convolution, padding 1, for GPUs: tiles of input and weights in workgroup memory.
//
//   y[o, r, s] = Σ_i Σ_ky,kx weight[o, i, ky, kx] · m[i, r + ky − 1, s + kx − 1],   m = a[i]·(x − mean[i]) + b[i] or x; 0 outside
//
// Layout: x [n, IN, H, W]; coefficients: lib/map-read.wgsl; weights packed as [OUT/8][IN][3][3][8] (pack.ts);
// y [n, OUT, H, W], with StyleGAN2's epilogue where ACTIVATE: lib/activate.wgsl. The adjoint is the same kernel with weights flipped and transposed.
// Work: a workgroup makes ROWS × 4·QUADS pixels for 8·GROUPS channels; an invocation 4 pixels of a row for 8 channels.
// SLICE input channels at a time are brought to workgroup memory. workgroup_id: x tiles of pixels, y of channels, z picture.
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
override QUADS: u32;
override ROWS: u32;
override GROUPS: u32;
override SLICE: u32;

@group(0) @binding(0) var<storage, read> x: array<Stored>;
@group(0) @binding(1) var<storage, read> weights: array<Stored4>;
@group(0) @binding(2) var<storage, read> coefficients: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<Stored>;
@group(0) @binding(4) var<storage, read> factor: array<f32>;
@group(0) @binding(5) var<storage, read> noise: array<f32>;
@group(0) @binding(6) var<storage, read> noise_weight: array<f32>;
@group(0) @binding(7) var<storage, read> bias: array<f32>;

override PATCH_WIDTH: u32 = 4 * QUADS + 2;
override PATCH: u32 = (ROWS + 2) * PATCH_WIDTH;
const WEIGHTS = 18u;
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
      let r = place.tile_row + (e % PATCH) / PATCH_WIDTH - 1u;
      let s = place.tile_column + e % PATCH_WIDTH - 1u;
      var value = 0.0;
      // PATCH is a multiple of PATCH_WIDTH, so e % PATCH_WIDTH is the column. −1 wraps to a large number: outside.
      if (i < IN && r < H && s < W) {
        value = f32(x[((picture * IN + i) * H + r) * W + s]);
        if (MODULATE) { value = styled(value, style_of(picture, IN, i)); }
      }
      patch_tile[e] = value;
    }
    bring_weights(local, slice, group.y * GROUPS, 1u, 0u);
    workgroupBarrier();

    var part = array<vec4f, 8>(); // summed apart: 9·IN terms in one go would lose half a digit
    for (var c = 0u; c < SLICE; c++) {
      for (var ky = 0u; ky < 3u; ky++) {
        let start = c * PATCH + (tile_y + ky) * PATCH_WIDTH + 4u * quad;
        let near = vec4f(patch_tile[start], patch_tile[start + 1u], patch_tile[start + 2u], patch_tile[start + 3u]);
        let far = vec2f(patch_tile[start + 4u], patch_tile[start + 5u]);
        var pixels = array<vec4f, 3>(near, vec4f(near.yzw, far.x), vec4f(near.zw, far));
        for (var kx = 0u; kx < 3u; kx++) {
          let at = (c * GROUPS + channels) * WEIGHTS + ky * 6u + kx * 2u;
          let low = vec4f(weight_tile[at]);
          let high = vec4f(weight_tile[at + 1u]);
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

  if (ACTIVATE) {
    let pixel = (place.tile_row + place.row) * W + place.tile_column + 4u * place.quad;
    for (var k = 0u; k < 8u; k++) {
      sums[k] = activated(sums[k], picture, (group.y * GROUPS + place.channels) * 8u + k, OUT, pixel, H * W);
    }
  }
  store(&sums, picture, group.y * GROUPS, place);
}
