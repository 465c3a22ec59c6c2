//! use winograd, map-read, winograd-read, lrelu, activate
// 3×3 convolution, padding 1, by Winograd's minimal filtering F(2×2, 3×3), for GPUs (lib/winograd.wgsl): what conv3x3_tiled computes, with
// 16 multiplications where that takes 36.
//
//   y[o, r, s] = Σ_i Σ_ky,kx weight[o, i, ky, kx] · m[i, r + ky − 1, s + kx − 1],   m = a[i]·(x − mean[i]) + b[i] or x; 0 outside
//
// Layout: x [n, IN, H, W]; coefficients: lib/map-read.wgsl; weights packed as [OUT/8][IN][4][3][8], each column of 3 taps
// transformed to 4 (pack-winograd.ts); y [n, OUT, H, W], with StyleGAN2's epilogue where ACTIVATE: lib/activate.wgsl.
// Work: a workgroup makes 2·ROWS × 8·QUADS pixels for 8·GROUPS channels. PART input channels at a time are summed apart, and added up
// in y. workgroup_id: x tiles of pixels, y of channels, z picture.
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
override PART: u32;

@group(0) @binding(0) var<storage, read> x: array<Stored>;
@group(0) @binding(1) var<storage, read> weights: array<Stored4>;
@group(0) @binding(2) var<storage, read> coefficients: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<Stored>;
@group(0) @binding(4) var<storage, read> factor: array<f32>;
@group(0) @binding(5) var<storage, read> noise: array<f32>;
@group(0) @binding(6) var<storage, read> noise_weight: array<f32>;
@group(0) @binding(7) var<storage, read> bias: array<f32>;

const SIDE = 2u;
override CHANNELS: u32 = IN;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3u) {
  let picture = group.z;
  let tiles_across = (W + 8u * QUADS - 1u) / (8u * QUADS);
  let tile_row = (group.x / tiles_across) * 2u * ROWS;
  let tile_column = (group.x % tiles_across) * 8u * QUADS;

  let line = line_of(local);
  let first_row = tile_row + 2u * (line.strip / QUADS) - 1u;
  let column = tile_column + 8u * (line.strip % QUADS) - 1u;
  let near_sign = select(0.0, 1.0, first_row + line.near < H);
  let far_sign = select(0.0, line.far_sign, first_row + line.far < H);
  let near = min(first_row + line.near, H - 1u) * W + column;
  let far = min(first_row + line.far, H - 1u) * W + column;
  let weight_line = weight_line_of(local);
  let weight_block = min(group.y * GROUPS + weight_line.block, (OUT + 7u) / 8u - 1u);
  let weight_at = (weight_block * IN * 4u + weight_line.line) * 6u + weight_line.half;

  for (var part = 0u; part < IN; part += PART) {
    var products = Products();
    for (var slice = part; slice < min(part + PART, IN); slice += SLICE) {
      // All that is read is asked for before any of it is used.
      var taps: array<vec4f, 3 * MOST_WEIGHT_LINES>;
      for (var n = 0u; n < WEIGHT_LINES; n++) {
        let at = weight_at + channel_within(slice + weight_line.channel + n * STRIPS) * 24u;
        for (var k = 0u; k < 3u; k++) { taps[3u * n + k] = vec4f(weights[at + 2u * k]); }
      }
      for (var n = 0u; n < LINES; n++) {
        let i = slice + line.channel + n * PAIRS;
        let there = channel_within(i);
        let counts = select(0.0, 1.0, there == i);
        let at = (picture * IN + there) * H * W;
        let style = style_at(picture, there);
        var t = read_line(at + near, at + far, counts * near_sign, counts * far_sign, column, W, style);
        put_line(&t, line, n);
      }
      for (var n = 0u; n < WEIGHT_LINES; n++) {
        let left = taps[3u * n];
        let right = taps[3u * n + 2u];
        let even = 0.5 * (left + right);
        let odd = 0.5 * taps[3u * n + 1u];
        put_weights(array<vec4f, 4>(left, even + odd, even - odd, right), weight_line, n);
      }
      workgroupBarrier();
      multiply(&products, local);
      workgroupBarrier();
    }

    // Whether all that the workgroup makes is in y.
    let whole = tile_row + 2u * ROWS <= H && tile_column + 8u * QUADS <= W && (group.y + 1u) * GROUPS * 8u <= OUT;
    var places: array<u32, EACH>;
    for (var n = 0u; n < EACH; n++) {
      let made = made_at(local, n);
      let o = group.y * GROUPS * 8u + made.channel;
      let r = tile_row + made.row;
      let s = tile_column + made.column;
      places[n] = select(NOWHERE, ((picture * OUT + o) * H + r) * W + s, o < OUT && r < H && s < W);
    }
    for (var turn = 0u; turn < TURNS; turn++) {
      transform_back(&products, turn, local);
      store(turn, &places, whole, picture, group.y, part, local);
    }
    workgroupBarrier();
  }
}

// Stores what was made in a turn. @param places  in y, of turn 0
fn store(
  turn: u32, places: ptr<function, array<u32, EACH>>, whole: bool, picture: u32, group: u32, part: u32, local: u32,
) {
  let further = 2u * turn * H * W;
  let channel = group * GROUPS * 8u + 2u * turn;
  var values: array<f32, EACH>;
  for (var n = 0u; n < EACH; n++) {
    values[n] = made_value(tile[MADE + (local % WORKGROUP) / 4u + n * (WORKGROUP / 4u)], local);
  }
  if (part > 0u) {
    for (var n = 0u; n < EACH; n++) { values[n] += f32(y[(*places)[n] + further]); }
  }
  if (ACTIVATE && part + PART >= IN) {
    for (var n = 0u; n < EACH; n++) {
      values[n] = activated(vec4f(values[n]), picture, channel + made_at(local, n).channel, OUT, (*places)[n] % (H * W), H * W).x;
    }
  }
  if (whole) {
    for (var n = 0u; n < EACH; n++) { y[(*places)[n] + further] = Stored(values[n]); }
    return;
  }
  for (var n = 0u; n < EACH; n++) {
    if ((*places)[n] != NOWHERE && channel + made_at(local, n).channel < OUT) {
      y[(*places)[n] + further] = Stored(values[n]);
    }
  }
}
