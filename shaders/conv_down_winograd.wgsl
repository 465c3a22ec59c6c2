//! use winograd
// 4×4 convolution of stride 2, padding 1: the adjoint of conv_up, by Winograd's minimal filtering, for GPUs (lib/winograd.wgsl): what
// conv_down_tiled computes. The odd and even rows and columns of x are four maps, of each of which y has a 2×2 convolution; so they are
// four channels for one, and F(3×3, 2×2) takes 16 multiplications for 3×3 values of each where that takes 36.
//
//   y[o, r, s] = Σ_i Σ_ky,kx weight[i, o, ky, kx] · x[i, 2r + ky − 1 + MARGIN, 2s + kx − 1 + MARGIN];   0 outside
//
// (`weight` as conv_up knows it: [its out = IN, its in = OUT, 4, 4].)
// Layout: x [n, IN, 2(H + MARGIN), 2(W + MARGIN)]; weights packed as [OUT/8][IN][4][4][8] (pack.ts), transformed when they are
// brought; y [n, OUT, H, W].
// Work: a workgroup makes 3·ROWS × 12·QUADS pixels for 8·GROUPS channels. PART of the 4·IN channels at a time are summed apart, and added
// up in y. workgroup_id: x tiles of pixels, y of channels, z picture.
override IN: u32;
override OUT: u32;
override H: u32;
override W: u32;
override MARGIN: u32;
override QUADS: u32;
override ROWS: u32;
override GROUPS: u32;
override PART: u32;

@group(0) @binding(0) var<storage, read> x: array<Stored>;
@group(0) @binding(1) var<storage, read> weights: array<Stored4>;
@group(0) @binding(2) var<storage, read_write> y: array<Stored>;

const SIDE = 3u;
override CHANNELS: u32 = 4 * IN;
override FROM_H: u32 = 2 * (H + MARGIN);
override FROM_W: u32 = 2 * (W + MARGIN);

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3u) {
  let picture = group.z;
  let tiles_across = (W + 12u * QUADS - 1u) / (12u * QUADS);
  let tile_row = (group.x / tiles_across) * 3u * ROWS;
  let tile_column = (group.x % tiles_across) * 12u * QUADS;

  let line = line_of(local);
  let first_row = 2u * (tile_row + 3u * (line.strip / QUADS)) + MARGIN - 1u;
  let first_column = 2u * (tile_column + 12u * (line.strip % QUADS)) + MARGIN - 1u;
  let weight_line = weight_line_of(local);
  let weight_block = min(group.y * GROUPS + weight_line.block, (OUT + 7u) / 8u - 1u);
  let weight_at = weight_block * IN * 32u + weight_line.half;
  let taps_of = taps_of_line(weight_line.line);

  for (var part = 0u; part < CHANNELS; part += PART) {
    var products = Products();
    for (var slice = part; slice < min(part + PART, CHANNELS); slice += SLICE) {
      // All that is read is asked for before any of it is used.
      var taps: array<vec4f, 4 * MOST_WEIGHT_LINES>;
      for (var n = 0u; n < WEIGHT_LINES; n++) {
        let i = channel_within(slice + weight_line.channel + n * STRIPS);
        let at = weight_at + i / 4u * 32u + i / 2u % 2u * 8u + i % 2u * 2u;
        for (var k = 0u; k < 4u; k++) { taps[4u * n + k] = vec4f(weights[at + k / 2u * 16u + k % 2u * 4u]); }
      }
      for (var n = 0u; n < LINES; n++) {
        let i = slice + line.channel + n * PAIRS;
        let there = channel_within(i);
        let row = first_row + (line.channel + n * PAIRS) / 2u % 2u;
        let column = first_column + (line.channel + n * PAIRS) % 2u;
        let near = row + 2u * line.near;
        let far = row + 2u * line.far;
        let near_sign = select(0.0, 1.0, near < FROM_H && there == i);
        let far_sign = select(0.0, line.far_sign, far < FROM_H && there == i);
        let at = (picture * IN + there / 4u) * FROM_H;
        let near_at = (at + min(near, FROM_H - 1u)) * FROM_W + column;
        let far_at = (at + min(far, FROM_H - 1u)) * FROM_W + column;
        var t: array<f32, 13>;
        for (var k = 0u; k < 13u; k++) {
          t[k] = near_sign * f32(x[near_at + 2u * k]);
          t[k] += far_sign * f32(x[far_at + 2u * k]);
          t[k] = select(0.0, t[k], column + 2u * k < FROM_W);
        }
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
      places[n] = select(NOWHERE, ((picture * OUT + o) * H + r) * W + s, o < OUT && r < H && s < W);
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
  let further = 2u * turn * H * W;
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
