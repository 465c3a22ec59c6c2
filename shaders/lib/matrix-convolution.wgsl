// What the convolutions on subgroup matrices share: products of weights, SIDE output × SIDE input channels, and pixels, SIDE input
// channels × SIDE pixels.
//
// A workgroup makes a tile of TILE_H × TILE_W pixels for ROWS·MATRICES_M·SIDE channels. SIDE input channels at a time, a slice, are
// brought to workgroup memory, all channels of a pixel side by side: so the pixels under a tap are one matrix, wherever it is. While a
// slice is multiplied, the next one is on its way from memory to registers, and from there goes to a second place.
//
// Pixels of the tile are counted row by row with the halo, PATCH_WIDTH to a row. The matrices of the tile begin STEP apart: either
// each is a row of SIDE pixels, or they follow one another, and what is made in the halo is thrown away.
//
// UNITS subgroups hold MATRICES_M × MATRICES_N sums each (at most 8). Sums are f32 from the first product to the last: no part can be
// added to another, since matrices know no addition.
//
// Of the kernel: the library matrix, a way to read x (map-read or plain-read) and STYLED, whether that wants coefficients; the overrides IN, OUT, H, W, LANES, TILE_H, TILE_W, STEP, POSITIONS,
// MATRICES_M, MATRICES_N and the derived ROWS, COLUMNS (units across channels and pixels) and PATCH_WIDTH; the bindings x, weights
// ([OUT/SIDE][PANELS][IN/SIDE][TAPS][SIDE out][SIDE in]); the constants PLANES (how often all input channels are gone through),
// PANELS and TAPS; and the functions
//   source_pixels() → how many pixels a channel of x has; source(plane, position, tile) → which of them lies there, or OUTSIDE
//   panel(plane, unit), tap(t, unit) → the panel of weights, and how many positions further on the pixels of a tap begin
//   cell(e) → (unit, m, n) of the e-th cell to be stored; put(…) stores one.
override WORKGROUP: u32 = UNITS * LANES;
override SLICES: u32 = (IN + SIDE - 1) / SIDE;
// Whether the last slice has channels beyond the last.
override RAGGED: bool = IN % SIDE != 0;
override BLOCKS: u32 = (OUT + SIDE - 1) / SIDE;
// Half of the workgroup brings the first 8 channels of a slice, the other the rest.
override HALF: u32 = WORKGROUP / 2;
override ROUNDS: u32 = (POSITIONS + HALF - 1) / HALF;

const UNITS = 4u;
const MOST_ROUNDS = 4u;
const MOST_SUMS = 8u;
const MOST_LEFT = 4u;
const EACH = SIDE / 2;
// Of each of the two places; behind it lies one more, to which what is too much is written.
const MOST_POSITIONS = 192u;
const LAST_POSITION = 2u * MOST_POSITIONS + 1u - SIDE;
const OUTSIDE = 0xffffffffu;

// What an invocation has under way: EACH channels at each of its places.
alias Fetched = array<array<Raw, EACH>, MOST_ROUNDS>;

var<workgroup> patch_tile: array<Factor, (2u * MOST_POSITIONS + 1u) * PITCH>;
var<workgroup> style_tile: array<Style, 2u * SIDE>;
var<workgroup> result_tile: array<f32, UNITS * CELLS>;

// Row and column of the first pixel of the workgroup's tile.
fn tile_at(tile: u32) -> vec2u {
  let across = (W + TILE_W - 1u) / TILE_W;
  return vec2u(tile / across * TILE_H, tile % across * TILE_W);
}

fn convolve(local: u32, subgroup: u32, group: vec3u) {
  let number = unit_of(local, subgroup);
  // One too many does what the last does, so that there is no branch in the loop below: compilers move loads behind one.
  let unit = min(number, UNITS - 1u);
  let picture = group.z;
  let tile = tile_at(group.x);
  let first_block = (group.y * ROWS + unit / COLUMNS % ROWS) * MATRICES_M;
  let first_matrix = unit % COLUMNS * MATRICES_N;
  let place = local % HALF;
  let first_channel = min(local / HALF, 1u) * EACH;
  let styled_channel = local % SIDE;

  var sums: array<Sum, MOST_SUMS>;
  var turn = 0u;
  for (var plane = 0u; plane < PLANES; plane++) {
    var origin: array<u32, MOST_ROUNDS>;
    for (var r = 0u; r < MOST_ROUNDS; r++) {
      origin[r] = OUTSIDE;
      if (r < ROUNDS) { origin[r] = source(plane, place + r * HALF, tile); }
    }
    var fetched: Fetched;
    fetch(&fetched, &origin, picture, first_channel);
    if (STYLED) {
      style_tile[(turn & 1u) * SIDE + styled_channel] = style_of(picture, IN, channel(styled_channel));
      style_tile[(1u - (turn & 1u)) * SIDE + styled_channel] = style_of(picture, IN, channel(SIDE + styled_channel));
      workgroupBarrier();
    }
    put_patch(&fetched, &origin, turn & 1u, place, first_channel, 0u);
    workgroupBarrier();

    for (var slice = 0u; slice < SLICES; slice++) {
      let now = turn & 1u;
      let next = (slice + 1u) * SIDE;
      var later_style: Style;
      if (SLICES > 1u) {
        fetch(&fetched, &origin, picture, next + first_channel);
        if (STYLED) { later_style = style_of(picture, IN, channel(next + SIDE + styled_channel)); }
      }

      for (var t = 0u; t < TAPS; t++) {
        var left: array<Left, MOST_LEFT>;
        for (var m = 0u; m < MATRICES_M; m++) {
          let block = min(first_block + m, BLOCKS - 1u);
          left[m] = load_left((((block * PANELS + panel(plane, unit)) * SLICES + slice) * TAPS + t) * CELLS);
        }
        for (var n = 0u; n < MATRICES_N; n++) {
          let right = load_right(now * MOST_POSITIONS + (first_matrix + n) * STEP + tap(t, unit));
          for (var m = 0u; m < MATRICES_M; m++) {
            sums[m * MATRICES_N + n] = multiply_add(left[m], right, sums[m * MATRICES_N + n]);
          }
        }
      }

      if (SLICES > 1u) {
        put_patch(&fetched, &origin, 1u - now, place, first_channel, next);
        if (STYLED) { style_tile[now * SIDE + styled_channel] = later_style; }
        workgroupBarrier();
      }
      turn++;
    }
  }

  for (var s = 0u; s < MATRICES_M * MATRICES_N; s++) {
    if (number < UNITS) { store_sum(unit, sums[s]); }
    workgroupBarrier();
    for (var e = local; e < UNITS * CELLS; e += WORKGROUP) {
      let at = cell(e);
      let o = ((group.y * ROWS + at.x / COLUMNS % ROWS) * MATRICES_M + s / MATRICES_N) * SIDE + at.y;
      let position = (at.x % COLUMNS * MATRICES_N + s % MATRICES_N) * STEP + at.z;
      let row = position / PATCH_WIDTH;
      let column = position % PATCH_WIDTH;
      if (o < OUT && row < TILE_H && column < TILE_W && tile.x + row < H && tile.y + column < W) {
        put(picture, o, tile.x + row, tile.y + column, at.x, result_tile[at.x * CELLS + at.y * SIDE + at.z]);
      }
    }
    workgroupBarrier();
  }
}

// A channel that is there: what is made of those beyond the last is put as zero.
fn channel(i: u32) -> u32 {
  return min(i, IN - 1u);
}

// Asks for EACH channels from `i` on, at the places of an invocation; outside, for something that is there as well.
fn fetch(fetched: ptr<function, Fetched>, origin: ptr<function, array<u32, MOST_ROUNDS>>, picture: u32, i: u32) {
  for (var r = 0u; r < MOST_ROUNDS; r++) {
    if (r < ROUNDS) {
      let inside = select(0u, (*origin)[r], (*origin)[r] != OUTSIDE);
      for (var k = 0u; k < EACH; k++) {
        (*fetched)[r][k] = raw_at((picture * IN + channel(i + k)) * source_pixels() + inside);
      }
    }
  }
}

// Puts what was asked for, of the slice from channel `slice` on, into a patch; zeros outside and beyond the last channel.
fn put_patch(
  fetched: ptr<function, Fetched>,
  origin: ptr<function, array<u32, MOST_ROUNDS>>,
  patch_number: u32,
  place: u32,
  first_channel: u32,
  slice: u32,
) {
  // What is known already, said again where Dawn's range analysis sees it: no index is clamped then.
  let now = patch_number & 1u;
  let first = min(first_channel, EACH);
  var styles: array<Style, EACH>;
  if (STYLED) {
    for (var k = 0u; k < EACH; k++) { styles[k] = style_tile[now * SIDE + first + k]; }
  }
  for (var r = 0u; r < MOST_ROUNDS; r++) {
    if (r < ROUNDS) {
      let position = place + r * HALF;
      let to = select(2u * MOST_POSITIONS, now * MOST_POSITIONS + position, position < POSITIONS);
      for (var k = 0u; k < EACH; k++) {
        let inside = (*origin)[r] != OUTSIDE && (!RAGGED || slice + first + k < IN);
        let value = select(Factor(0), Factor(made_of((*fetched)[r][k], Held(), styles[k])), inside);
        patch_tile[min(to, 2u * MOST_POSITIONS) * PITCH + first + k] = value;
      }
    }
  }
}
