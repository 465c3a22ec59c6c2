//! use winograd, map-read, winograd-read
// Transposed 4×4 convolution of stride 2, padding 1, by Winograd's minimal filtering, for GPUs (lib/winograd.wgsl): what conv_up_tiled
// computes. Each of the four phases of y (even and odd rows, even and odd columns) is a 2×2 convolution of x, and F(3×3, 2×2) takes 16
// multiplications for 3×3 values of it where that takes 36.
//
//   y[o, Y, X] = Σ_i Σ m[i, r, s] · weight[o, i, Y + 1 − MARGIN − 2r, X + 1 − MARGIN − 2s],
//   m = a[i]·(x − mean[i]) + b[i] or x; 0 outside
//
// Layout: x [n, IN, H − MARGIN, W − MARGIN]; coefficients: lib/map-read.wgsl; weights packed as
// [OUT/8][phase][IN][dy][phase][dx][8] (pack.ts), transformed when they are brought; y [n, OUT, 2H, 2W].
// Work: a workgroup makes, of 3·ROWS × 12·QUADS of the 2×2 blocks of y, one phase for 8·GROUPS channels. PART input channels at a
// time are summed apart, and added up in y. workgroup_id: x tiles of blocks and the phases of each, y tiles of channels, z picture.
override IN: u32;
override OUT: u32;
override H: u32;
override W: u32;
override READ: u32;
override MARGIN: u32;
override QUADS: u32;
override ROWS: u32;
override GROUPS: u32;
override PART: u32;

@group(0) @binding(0) var<storage, read> x: array<Stored>;
@group(0) @binding(1) var<storage, read> weights: array<Stored4>;
@group(0) @binding(2) var<storage, read> coefficients: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<Stored>;

const SIDE = 3u;
override CHANNELS: u32 = IN;
override FROM_H: u32 = H - MARGIN;
override FROM_W: u32 = W - MARGIN;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3u) {
  let picture = group.z;
  let py = (group.x / 2u) % 2u;
  let px = group.x % 2u;
  let tiles_across = (W + 12u * QUADS - 1u) / (12u * QUADS);
  let tile_row = (group.x / 4u / tiles_across) * 3u * ROWS;
  let tile_column = (group.x / 4u % tiles_across) * 12u * QUADS;

  let line = line_of(local);
  // Phase 1 reads from a pixel further on than phase 0; with the margin all read the same.
  let first_row = tile_row + 3u * (line.strip / QUADS) + py * (1u - MARGIN) - 1u;
  let column = tile_column + 12u * (line.strip % QUADS) + px * (1u - MARGIN) - 1u;
  let near_sign = select(0.0, 1.0, first_row + line.near < FROM_H);
  let far_sign = select(0.0, line.far_sign, first_row + line.far < FROM_H);
  let near = min(first_row + line.near, FROM_H - 1u) * FROM_W + column;
  let far = min(first_row + line.far, FROM_H - 1u) * FROM_W + column;
  // With the margin y stands one row and one column further on, and the phases have changed places.
  let weight_line = weight_line_of(local);
  let weight_block = min(group.y * GROUPS + weight_line.block, (OUT + 7u) / 8u - 1u);
  let weight_at = (weight_block * 2u + (py ^ MARGIN)) * IN * 16u + (px ^ MARGIN) * 4u + weight_line.half;
  let taps_of = taps_of_line(weight_line.line);

  for (var part = 0u; part < IN; part += PART) {
    var products = Products();
    for (var slice = part; slice < min(part + PART, IN); slice += SLICE) {
      // All that is read is asked for before any of it is used.
      var taps: array<vec4f, 4 * MOST_WEIGHT_LINES>;
      for (var n = 0u; n < WEIGHT_LINES; n++) {
        let at = weight_at + channel_within(slice + weight_line.channel + n * STRIPS) * 16u;
        for (var k = 0u; k < 4u; k++) { taps[4u * n + k] = vec4f(weights[at + k / 2u * 8u + k % 2u * 2u]); }
      }
      for (var n = 0u; n < LINES; n++) {
        let i = slice + line.channel + n * PAIRS;
        let there = channel_within(i);
        let counts = select(0.0, 1.0, there == i);
        let at = (picture * IN + there) * FROM_H * FROM_W;
        let style = style_at(picture, there);
        var t = read_line(at + near, at + far, counts * near_sign, counts * far_sign, column, FROM_W, style);
        put_line(&t, line, n);
      }
      for (var n = 0u; n < WEIGHT_LINES; n++) {
        let left = taps_of.x * taps[4u * n] + taps_of.y * taps[4u * n + 2u];
        let right = taps_of.x * taps[4u * n + 1u] + taps_of.y * taps[4u * n + 3u];
        put_weights(columns_of(left, right), weight_line, n);
      }
      workgroupBarrier();
      multiply(&products, local);
      workgroupBarrier();
    }

    // Whether all that the workgroup makes is in y.
    let whole = tile_row + 3u * ROWS <= H && tile_column + 12u * QUADS <= W && (group.y + 1u) * GROUPS * 8u <= OUT;
    var places: array<u32, EACH>;
    for (var n = 0u; n < EACH; n++) {
      let made = made_at(local, n);
      let o = group.y * GROUPS * 8u + made.channel;
      let r = tile_row + made.row;
      let s = tile_column + made.column;
      places[n] = select(NOWHERE, ((picture * OUT + o) * 2u * H + 2u * r + py) * 2u * W + 2u * s + px, o < OUT && r < H && s < W);
    }
    for (var turn = 0u; turn < TURNS; turn++) {
      transform_back(&products, turn, local);
      store(turn, &places, whole, group.y, part, local);
    }
    workgroupBarrier();
  }
}

// Stores what was made in a turn. @param places  in y, of turn 0
fn store(
  turn: u32, places: ptr<function, array<u32, EACH>>, whole: bool, group: u32, part: u32, local: u32,
) {
  let further = 2u * turn * 4u * H * W;
  let channel = group * GROUPS * 8u + 2u * turn;
  var values: array<f32, EACH>;
  for (var n = 0u; n < EACH; n++) {
    values[n] = made_value(tile[MADE + (local % WORKGROUP) / 4u + n * (WORKGROUP / 4u)], local);
  }
  if (part > 0u) {
    for (var n = 0u; n < EACH; n++) { values[n] += f32(y[(*places)[n] + further]); }
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
