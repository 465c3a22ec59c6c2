// What the convolutions in Winograd's form share (Winograd 1980; Lavin & Gray, CVPR 2016, arXiv 1509.09308). A tile is a window of 4×4
// of the input and SIDE×SIDE values of the output: F(2×2, 3×3) or F(3×3, 2×2). Both transform the input alike, and then take
// 16 multiplications for a tile and a pair of channels, where the direct form takes 36:
//
//   Y = Aᵀ[U ⊙ (Bᵀ d B)]A,   Bᵀ = 1  0 −1  0    Aᵀ = 1  1  1  0   or   1  1  1  0    U: the weights, transformed by the kernel
//                                 0  1  1  0         0  1 −1 −1        0  1 −1  0
//                                 0 −1  1  0                           0  1  1 −1
//                                 0  1  0 −1
//
// At each of the 16 *places* of the transformed window, the sums over input channels are a product of two matrices, in workgroup memory.
//
// Of the kernel: the constant SIDE and the overrides CHANNELS (that are summed over), QUADS, ROWS, GROUPS. A workgroup makes 8·GROUPS channels of ROWS × 4·QUADS
// tiles, SLICE input channels at a time. A *strip* is four tiles of a row, whose values stand side by side in a vector. An
// invocation sums up 8 channels of two strips at one place: 64 sums, for which it reads 4 vectors an input channel.
const PLACES = 16u;
const SLICE = 8u;
override STRIPS: u32 = QUADS * ROWS;
// Invocations that have a place and 8 channels in common: each has one of the first half of the strips and one of the second.
override HALF: u32 = STRIPS / 2;
override WORKGROUP: u32 = PLACES * HALF * GROUPS;

// The weights, [SLICE][16][GROUPS][8], then the input, [SLICE][2][16][HALF] strips. At place p the blocks of 8 channels are turned by p,
// and the places of the second half of the strips are turned by one: so are invocations side by side at different banks.
override PAIRS: u32 = 2 * GROUPS;
override INPUT: u32 = SLICE * PLACES * PAIRS;
var<workgroup> tile: array<vec4f, INPUT + SLICE * PLACES * STRIPS>;

// What an invocation brings of the input: a line of 4 places of a strip, for `channel` and each that is PAIRS further on. Line k is row
// `near` of the window ± row `far`. Where it is put is worked out once, in `places`.
override LINES: u32 = (SLICE + PAIRS - 1) / PAIRS;

struct Line {
  channel: u32,
  strip: u32,
  near: u32,
  far: u32,
  far_sign: f32,
  places: array<u32, 4>,
}

fn line_of(local: u32) -> Line {
  let line = (local / STRIPS) % 4u;
  let strip = local % STRIPS;
  let channel = local / (4u * STRIPS);
  let half = strip / HALF;
  var places: array<u32, 4>;
  for (var k = 0u; k < 4u; k++) {
    places[k] = INPUT + ((channel * 2u + half) * PLACES + (4u * line + k + half) % PLACES) * HALF + strip % HALF;
  }
  return Line(
    channel,
    strip,
    select(line, 1u, line == 3u),
    select(2u, line % 2u * 2u + 1u, line >= 2u),
    select(-1.0, 1.0, line == 1u),
    places,
  );
}

// Puts the nth line of four neighbouring tiles, whose windows are SIDE values apart, in its places.
fn put_line(t: ptr<function, array<f32, 13>>, line: Line, n: u32) {
  if (PAIRS > SLICE && line.channel >= SLICE) { return; }
  let further = n * PAIRS * 2u * PLACES * HALF;
  let d0 = vec4f((*t)[0], (*t)[SIDE], (*t)[2u * SIDE], (*t)[3u * SIDE]);
  let d1 = vec4f((*t)[1], (*t)[SIDE + 1u], (*t)[2u * SIDE + 1u], (*t)[3u * SIDE + 1u]);
  let d2 = vec4f((*t)[2], (*t)[SIDE + 2u], (*t)[2u * SIDE + 2u], (*t)[3u * SIDE + 2u]);
  let d3 = vec4f((*t)[3], (*t)[SIDE + 3u], (*t)[2u * SIDE + 3u], (*t)[3u * SIDE + 3u]);
  tile[line.places[0] + further] = d0 - d2;
  tile[line.places[1] + further] = d1 + d2;
  tile[line.places[2] + further] = d2 - d1;
  tile[line.places[3] + further] = d1 - d3;
}

// What it brings of the weights: a line of 4 places of half a block of channels, for `channel` and each that is STRIPS further on.
override WEIGHT_LINES: u32 = (SLICE + STRIPS - 1) / STRIPS;
const MOST_WEIGHT_LINES = 4u;

struct WeightLine {
  channel: u32,
  line: u32,
  block: u32,
  half: u32,
  places: array<u32, 4>,
}

fn weight_line_of(local: u32) -> WeightLine {
  let pair = local % PAIRS;
  let line = (local / PAIRS) % 4u;
  let channel = local / (4u * PAIRS);
  var places: array<u32, 4>;
  for (var k = 0u; k < 4u; k++) {
    let place = 4u * line + k;
    places[k] = (channel * PLACES + place) * PAIRS + (pair + 2u * place) % PAIRS;
  }
  return WeightLine(channel, line, pair / 2u, pair % 2u, places);
}

fn put_weights(u: array<vec4f, 4>, line: WeightLine, n: u32) {
  if (STRIPS > SLICE && line.channel >= SLICE) { return; }
  for (var k = 0u; k < 4u; k++) { tile[line.places[k] + n * STRIPS * PLACES * PAIRS] = u[k]; }
}

// An input channel, or the last where it is none; what would stand there is then 0 in the input, and anything in the weights.
fn channel_within(i: u32) -> u32 {
  if (CHANNELS % SLICE == 0u) { return i; }
  return min(i, CHANNELS - 1u);
}

// Two taps of a column in a line: what they count. Four places along an axis are the one tap, half of their sum and of their difference,
// and the other.
fn taps_of_line(line: u32) -> vec2f {
  switch (line) {
    case 0u: { return vec2f(1.0, 0.0); }
    case 1u: { return vec2f(0.5, 0.5); }
    case 2u: { return vec2f(0.5, -0.5); }
    default: { return vec2f(0.0, 1.0); }
  }
}

fn columns_of(left: vec4f, right: vec4f) -> array<vec4f, 4> {
  let half = 0.5 * left;
  return array<vec4f, 4>(left, half + 0.5 * right, half - 0.5 * right, right);
}

// 8 channels of the one strip, and of the other.
alias Products = array<vec4f, 16>;

// Adds what the SLICE input channels in workgroup memory give.
fn multiply(products: ptr<function, Products>, local: u32) {
  // Worked out here, where Dawn sees how large they can be: it then clamps no index of the loop.
  let across = local % HALF;
  let place = (local / HALF) % PLACES;
  let block = (local / (PLACES * HALF)) % GROUPS;
  let pair = 2u * ((block + place) % GROUPS);
  for (var four = 0u; four < SLICE / 4u; four++) {
    for (var one = 0u; one < 4u; one++) {
      let c = four * 4u + one;
      let low = tile[(c * PLACES + place) * PAIRS + pair];
      let high = tile[(c * PLACES + place) * PAIRS + pair + 1u];
      let first = tile[INPUT + (c * 2u * PLACES + place) * HALF + across];
      let second = tile[INPUT + ((c * 2u + 1u) * PLACES + (place + 1u) % PLACES) * HALF + across];
      for (var k = 0u; k < 4u; k++) {
        (*products)[k] += low[k] * first;
        (*products)[k + 4u] += high[k] * first;
        (*products)[k + 8u] += low[k] * second;
        (*products)[k + 12u] += high[k] * second;
      }
    }
  }
}

// Products are transformed back in TURNS, two channels of each block at a time. First [2][GROUPS][2][16][HALF] strips, placed as those of
// the input; behind them what is made of them, [2][GROUPS] maps of SIDE·ROWS × 4·SIDE·QUADS values.
const TURNS = 4u;
override ITEMS: u32 = PAIRS * STRIPS;
override MADE: u32 = PAIRS * PLACES * STRIPS;
const EACH = SIDE * SIDE; // values of a turn, by invocations

// All invocations call it; then each of those values can be read.
fn transform_back(products: ptr<function, Products>, turn: u32, local: u32) {
  let across = local % HALF;
  let place = (local / HALF) % PLACES;
  let block = (local / (PLACES * HALF)) % GROUPS;
  var places: array<u32, 4>;
  for (var k = 0u; k < 2u; k++) {
    let at = (k * GROUPS + block) * 2u * PLACES;
    places[k] = (at + place) * HALF + across;
    places[2u + k] = (at + PLACES + (place + 1u) % PLACES) * HALF + across;
  }
  switch (turn) {
    case 0u: { scatter(products, 0u, places); }
    case 1u: { scatter(products, 1u, places); }
    case 2u: { scatter(products, 2u, places); }
    default: { scatter(products, 3u, places); }
  }
  workgroupBarrier();
  if (local / ITEMS == turn) { gather(local % ITEMS); }
  workgroupBarrier();
}

// Two channels of the one strip, and of the other. Registers have no index: `turn` is a constant.
fn scatter(products: ptr<function, Products>, turn: u32, places: array<u32, 4>) {
  for (var k = 0u; k < 2u; k++) {
    tile[places[k]] = (*products)[2u * turn + k];
    tile[places[2u + k]] = (*products)[8u + 2u * turn + k];
  }
}

// A strip of a channel.
fn gather(item: u32) {
  let half = item % STRIPS / HALF;
  let at = (item / STRIPS * 2u + half) * PLACES * HALF + item % HALF;
  let turned = at + half * HALF;
  var rows: array<vec4f, 12>;
  for (var k = 0u; k < 4u; k++) {
    let m0 = tile[turned + k * HALF];
    let m1 = tile[turned + (k + 4u) * HALF];
    let m2 = tile[turned + (k + 8u) * HALF];
    // The last place of the second half stands first.
    let last = select(turned + (k + 12u) * HALF, at, k == 3u && half == 1u);
    let m3 = tile[last];
    rows[k] = m0 + m1 + m2;
    if (SIDE == 2u) {
      rows[4u + k] = m1 - m2 - m3;
    } else {
      rows[4u + k] = m1 - m2;
      rows[8u + k] = m1 + m2 - m3;
    }
  }
  let strip = item % STRIPS;
  for (var r = 0u; r < SIDE; r++) {
    let to = MADE + ((item / STRIPS * ROWS + strip / QUADS) * SIDE + r) * SIDE * QUADS + strip % QUADS * SIDE;
    let first = rows[4u * r] + rows[4u * r + 1u] + rows[4u * r + 2u];
    if (SIDE == 2u) {
      let second = rows[4u * r + 1u] - rows[4u * r + 2u] - rows[4u * r + 3u];
      tile[to] = vec4f(first.x, second.x, first.y, second.y);
      tile[to + 1u] = vec4f(first.z, second.z, first.w, second.w);
    } else {
      let second = rows[4u * r + 1u] - rows[4u * r + 2u];
      let third = rows[4u * r + 1u] + rows[4u * r + 2u] - rows[4u * r + 3u];
      tile[to] = vec4f(first.x, second.x, third.x, first.y);
      tile[to + 1u] = vec4f(second.y, third.y, first.z, second.z);
      tile[to + 2u] = vec4f(third.z, first.w, second.w, third.w);
    }
  }
}

// Where the nth of the values that an invocation stores in a turn belongs, among those of the workgroup: the channel of turn 0, row and
// column. Neighbouring invocations have neighbouring columns.
struct Made {
  channel: u32,
  row: u32,
  column: u32,
}

fn made_at(local: u32, n: u32) -> Made {
  let e = local + n * WORKGROUP;
  let map = e / (4u * EACH * STRIPS);
  return Made(
    map % GROUPS * 8u + map / GROUPS,
    e / (4u * SIDE * QUADS) % (SIDE * ROWS),
    e % (4u * SIDE * QUADS),
  );
}

// The nth value of a turn is a part of tile[MADE + local / 4 + n·WORKGROUP / 4].
fn made_value(four: vec4f, local: u32) -> f32 {
  let two = select(four.xy, four.zw, local % 4u >= 2u);
  return select(two.x, two.y, local % 2u == 1u);
}

// What stands for a place that is not in y.
const NOWHERE = 0xffffffffu;
